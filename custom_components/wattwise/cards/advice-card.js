// What a household could do better: the advice that `wattwise.get_advice` tells. Who may
// dismiss or postpone a piece finds buttons for that.

import { callAction, make } from "./elements.js";

// How long a piece that is postponed stays away, and one that is taken back [days].
const MONTH = 30;
const AT_ONCE = 0;

// How old advice becomes where no sensor tells that there is other [ms].
const HOUR = 3_600_000;

const STYLE = `
  .page { padding: 16px; color: var(--primary-text-color, #000); }
  h1 { font-size: 1.4em; font-weight: 500; margin: 0; }
  h2 { font-size: 1.1em; font-weight: 500; margin: 0; overflow-wrap: anywhere; }
  p { margin: 4px 0; overflow-wrap: anywhere; }
  ul { list-style: none; margin: 12px 0 0; padding: 0; }
  li { padding: 12px 0; border-top: 1px solid var(--divider-color, #ccc); }
  .saving { color: var(--success-color, #43a047); font-weight: 500; }
  .note { color: var(--secondary-text-color, #666); }
  .error { color: var(--error-color, #db4437); }
  .choices { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
  button { font: inherit; color: var(--primary-color, #03a9f4); background: none; cursor: pointer;
    border: 1px solid var(--divider-color, #ccc); border-radius: 8px; padding: 8px 12px; }
  button[disabled] { color: var(--disabled-text-color, #999); cursor: default; }
  button:focus-visible, summary:focus-visible { outline: 2px solid var(--primary-color, #03a9f4); }
  summary { cursor: pointer; padding: 12px 0 0; color: var(--secondary-text-color, #666); }
`;

class AdviceCard extends HTMLElement {
  static getConfigForm() {
    return {
      schema: [
        {
          name: "config_entry_id",
          required: true,
          selector: { config_entry: { integration: "wattwise" } },
        },
      ],
      computeLabel: () => "Household",
    };
  }

  static getStubConfig(hass) {
    const sensor = Object.values(hass.entities).find(isAdvice);
    const device = hass.devices[sensor?.device_id];
    return { config_entry_id: device?.primary_config_entry ?? device?.config_entries[0] ?? "" };
  }

  setConfig(config) {
    this._entryId = config.config_entry_id;
    this._asked = false;
    this._told = null;
    this._open = false;
    this._failed = null;
    if (this._hass) this._ask();
  }

  set hass(hass) {
    this._hass = hass;
    const shown = this._shown();
    // The sensor changes with the advice: each night, and when somebody said something. It
    // may be disabled.
    const old = !shown && Date.now() - this._askedAt > HOUR;
    if (!this._asked || shown !== this._answered || old) this._ask();
  }

  getCardSize() {
    return 6;
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6 };
  }

  /** Only administrators may say what becomes of advice, as of all settings. */
  get _mayChoose() {
    return this._hass.user?.is_admin ?? false;
  }

  /** Returns what the household's sensor shows, if it is enabled. */
  _shown() {
    const sensor = Object.values(this._hass.entities).find(
      (entity) =>
        isAdvice(entity) &&
        this._hass.devices[entity.device_id]?.config_entries.includes(this._entryId),
    );
    return this._hass.states[sensor?.entity_id];
  }

  async _ask() {
    this._asked = true;
    this._askedAt = Date.now();
    this._answered = this._shown();
    if (!this._entryId) {
      this._show(make("p", {}, "Choose a household in the settings of this card."));
      return;
    }
    if (!this._told) this._show(make("p", {}, "Reading the advice …"));
    await this._take("get_advice", {});
  }

  /** Asks or says something, and shows what is there then. */
  async _take(service, data) {
    const asked = (this._asking = {});
    try {
      if (service !== "get_advice") await this._call(service, data);
      const told = await this._call("get_advice", {});
      const all = this._mayChoose ? await this._call("get_advice", { all: true }) : told;
      // Another household was chosen, or something else was said meanwhile.
      if (asked !== this._asking) return;
      this._told = told;
      this._away = all.advice.filter((piece) => piece.state !== "open");
      this._failed = null;
    } catch (err) {
      if (asked !== this._asking) return;
      this._failed = err?.message ?? String(err);
    }
    this._show(...this._page());
  }

  _call(service, data) {
    return callAction(this._hass, service, { config_entry_id: this._entryId, ...data });
  }

  _show(...content) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const page = make("div", { class: "page" }, ...content);
    root.replaceChildren(make("style", {}, STYLE), make("ha-card", {}, page));
  }

  _page() {
    const failed = this._failed
      ? make("p", { class: "error", role: "alert" }, this._failed)
      : null;
    if (!this._told) return [failed];
    const open = this._told.advice;
    return [
      make("h1", {}, `Advice: ${this._told.household}`),
      this._summary(open),
      failed,
      open.length ? make("ul", {}, ...open.map((piece) => this._piece(piece))) : null,
      this._away.length ? this._putAway(this._away) : null,
    ];
  }

  _summary(open) {
    const saving = this._told.saving_money_per_year;
    if (open.length > 1 && saving) {
      const total = `Together about ${this._money(saving)} a year.`;
      return make("p", { class: "saving" }, total);
    }
    if (open.length) return null;
    const note = (words) => make("p", { class: "note" }, words);
    if (!this._told.looked) return note("Advice is looked for each night.");
    if (this._told.learning) {
      const known = this._told.days_known;
      return note(`Learning what is usual in your home: ${known} of the last 28 days are known.`);
    }
    const looked = this._date(this._told.looked);
    const nothing = this._away.length ? "Nothing else" : "Nothing";
    return note(`${nothing} to do better was found on ${looked}.`);
  }

  _piece(piece) {
    const choices = this._mayChoose
      ? make(
          "div",
          { class: "choices" },
          this._button("Remind me in a month", "snooze_advice", piece, { days: MONTH }),
          this._button("Not for us", "dismiss_advice", piece),
        )
      : null;
    return make(
      "li",
      {},
      make("h2", {}, piece.title),
      make("p", {}, piece.text),
      this._saving(piece),
      choices,
    );
  }

  _saving(piece) {
    const saved = [
      piece.saving_money_per_year ? this._money(piece.saving_money_per_year) : null,
      piece.saving_kwh_per_year ? `${this._number(piece.saving_kwh_per_year)}\u00a0kWh` : null,
    ].filter((part) => part !== null);
    if (!saved.length) return null;
    return make("p", { class: "saving" }, `About ${saved.join(" and ")} a year`);
  }

  _putAway(pieces) {
    const rows = pieces.map((piece) =>
      make(
        "li",
        {},
        make("h2", {}, piece.title),
        make(
          "p",
          { class: "note" },
          piece.state === "snoozed"
            ? `Until ${this._date(piece.snoozed_until)}`
            : "Not for us; comes back if it becomes half as much again",
        ),
        make(
          "div",
          { class: "choices" },
          this._button("Show again", "snooze_advice", piece, { days: AT_ONCE }),
        ),
      ),
    );
    const ontoggle = (event) => {
      this._open = event.target.open;
    };
    return make(
      "details",
      { open: this._open, ontoggle },
      make("summary", {}, `Put aside (${pieces.length})`),
      make("ul", {}, ...rows),
    );
  }

  _button(words, service, piece, data = {}) {
    const onclick = (event) => {
      // Nobody says a thing twice while it is on its way.
      for (const button of this.shadowRoot.querySelectorAll("button")) button.disabled = true;
      event.stopPropagation();
      this._take(service, { advice_id: piece.id, ...data });
    };
    const label = `${words}: ${piece.title}`;
    return make("button", { type: "button", "aria-label": label, onclick }, words);
  }

  _money(value) {
    const options = {
      style: "currency",
      currency: this._told.currency,
      maximumFractionDigits: 0,
    };
    return new Intl.NumberFormat(this._hass.locale.language, options).format(value);
  }

  _number(value) {
    return new Intl.NumberFormat(this._hass.locale.language).format(value);
  }

  _date(moment) {
    const zone = this._hass.config.time_zone;
    const options = { timeZone: zone, dateStyle: "medium" };
    return new Intl.DateTimeFormat(this._hass.locale.language, options).format(new Date(moment));
  }
}

function isAdvice(entity) {
  return entity.platform === "wattwise" && entity.translation_key === "advice";
}

customElements.define("wattwise-advice", AdviceCard);
window.customCards = window.customCards ?? [];
window.customCards.push({
  type: "wattwise-advice",
  name: "WattWise: advice",
  description: "What a home could do better, and what that would save.",
});
