// The page of all homes of an installation: what `wattwise/provider/subscribe` tells to
// administrators. It holds no data itself.

import { make } from "./elements.js";
import { forecastChart } from "./forecast-chart.js";
import { LocalFormat } from "./local-format.js";
import { STYLE } from "./provider-style.js";
import { GRAVITY, NOTES, PERIODS, PROBLEMS, REASONS, SERIES, SEVERITIES, SHAPES, UNSURE } from "./provider-words.js";

// It is told every ten seconds.
const SILENT_MS = 60_000;

class ProviderPanel extends HTMLElement {
  set hass(hass) {
    const before = this._hass;
    this._hass = hass;
    if (!before && this.isConnected) this._begin();
    else if (before && (before.locale !== hass.locale || before.dockedSidebar !== hass.dockedSidebar)) this._draw(true);
    // After a restart of Home Assistant nobody may have been there to be asked again.
    if (this._following && hass.connected && Date.now() - this._heard > SILENT_MS) {
      this._leave();
      this._follow();
    }
  }

  set narrow(narrow) {
    this._narrow = narrow;
    this._draw(true);
  }

  connectedCallback() {
    if (this._hass) this._begin();
  }

  disconnectedCallback() {
    this._wide?.disconnect();
    this._leave();
  }

  _leave() {
    // Home Assistant may have lost the connection meanwhile.
    this._following?.then((stop) => stop()).catch(() => {});
    this._following = undefined;
  }

  _begin() {
    if (this._following) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this._header = make("header");
    this._main = make("main");
    root.replaceChildren(make("style", {}, STYLE), this._header, this._main);
    this._sections = new Map();
    this._wide = new ResizeObserver(() => this._draw());
    this._wide.observe(this._main);
    this._problem = PROBLEMS.asking;
    this._draw(true);
    this._follow();
  }

  _follow() {
    this._heard = Date.now();
    const following = this._hass.connection.subscribeMessage(
      (told) => {
        this._heard = Date.now();
        this._problem = told.problem ? (PROBLEMS[told.problem] ?? PROBLEMS.silent) : null;
        if (!told.problem) this._told = told;
        this._draw();
      },
      { type: "wattwise/provider/subscribe" },
    );
    this._following = following;
    following.catch((err) => {
      this._problem = PROBLEMS[err.code] ?? PROBLEMS.silent;
      this._draw();
    });
  }

  /** Draws what has changed since the last time; numbers under a finger stay. */
  _draw(all = false) {
    if (!this._main) return;
    if (all) {
      this._format = new LocalFormat(this._hass.locale, this._hass.config.time_zone);
      this._sections.clear();
      this._main.replaceChildren();
      this._header.replaceChildren(...this._top());
    }
    if (!this._told || this._problem) {
      this._main.replaceChildren(make("section", { class: "wide" }, make("p", {}, this._problem)));
      this._sections.clear();
      return;
    }
    if (!this._sections.size) this._main.replaceChildren();
    const told = this._told;
    this._section("totals", "All together", told.totals, () => this._totals(), true);
    this._section("forecast", "The next two days", [told.forecast, told.households.map((home) => home.notes), this._width()], () => this._forecast(), true);
    this._section("homes", "Homes", told.households, () => this._homes(), true);
    this._section("alerts", "What is wrong", told.alerts, () => this._alerts());
    this._section("groups", "Homes that are alike", told.groups, () => this._groups());
  }

  _section(key, title, data, content, wide = false) {
    const now = JSON.stringify(data);
    let section = this._sections.get(key);
    if (!section) {
      const element = make("section", { class: wide ? "wide" : "", "aria-label": title });
      this._main.append(element);
      section = { element, shown: null };
      this._sections.set(key, section);
    }
    if (section.shown === now) return;
    section.shown = now;
    section.element.replaceChildren(make("h2", {}, title), ...content());
  }

  _top() {
    const hidden = this._narrow || this._hass.dockedSidebar === "always_hidden";
    const toggle = () =>
      this.dispatchEvent(new CustomEvent("hass-toggle-menu", { bubbles: true, composed: true, detail: {} }));
    return [
      hidden ? make("button", { type: "button", "aria-label": "Menu", onclick: toggle }, "☰") : null,
      make("span", {}, "All homes"),
    ].filter((part) => part !== null);
  }

  _totals() {
    const totals = this._told.totals;
    const periods = PERIODS.map(([period, title]) => {
      const sums = SERIES.filter(([series]) => totals[series]).map(([series, words, style]) => [
        totals[series][period],
        words,
        style,
      ]);
      const missing = sums
        .filter(([sum]) => sum.missing.length)
        .map(([sum, words]) => `${words}: without ${this._format.list(sum.missing)}.`);
      return make(
        "div",
        {},
        make("h3", {}, title),
        make(
          "div",
          { class: "amounts" },
          ...sums.map(([sum, words, style]) =>
            make(
              "div",
              { class: "amount", title: words },
              make("span", { class: `mark ${style}` }),
              make("b", {}, this._format.amount(sum.value, sum.unit)),
              make("span", { class: "note" }, words.toLowerCase()),
            ),
          ),
        ),
        missing.length ? make("p", { class: "note missing" }, missing.join(" ")) : null,
      );
    });
    if (!SERIES.some(([series]) => totals[series])) return [make("p", { class: "note" }, "No home has meters yet.")];
    return [make("div", { class: "totals" }, ...periods)];
  }

  _forecast() {
    const parts = SERIES.map(([series, words, style]) => ({ words, style, ...this._told.forecast[series] }));
    const known = parts.filter((part) => part.forecast?.length);
    if (!known.length) return [make("p", { class: "note" }, "There is no forecast yet.")];
    const sum = (part, day) => {
      const energy = part[day];
      const band = `${this._format.number(energy.p10, 1)} to ${this._format.number(energy.p90, 1)}`;
      return `${this._format.number(energy.mean, 1)} kWh (${band})`;
    };
    const without = (part) =>
      this._format.list(part.missing.map((one) => `${one.household} (${REASONS[one.reason] ?? one.reason})`));
    const missing = parts
      .filter((part) => part.missing?.length)
      .map((part) => ` ${part.words}: without ${without(part)}.`);
    const unsure = this._told.households.filter(
      (home) => known.some((part) => part.households.includes(home.household)) && home.notes.some((note) => UNSURE[note]),
    );
    const why = (home) => home.notes.filter((note) => UNSURE[note]).map((note) => UNSURE[note]).join(" and ");
    return [
      make(
        "div",
        { class: "sums" },
        ...known.map((part) =>
          make(
            "div",
            {},
            make("span", {}, make("span", { class: `mark ${part.style}` }), part.words),
            make("span", {}, `today ${sum(part, "today")}`),
            make("span", {}, `tomorrow ${sum(part, "tomorrow")}`),
          ),
        ),
      ),
      ...forecastChart(known, this._width(), this._format),
      make(
        "p",
        { class: "note" },
        "Mean power of each hour in kW. About 8 of 10 hours should lie within the band." +
          missing.join("") +
          (unsure.length ? ` Less sure than others: ${this._format.list(unsure.map((home) => `${home.household} (${why(home)})`))}.` : ""),
      ),
    ];
  }

  _width() {
    // Padding and borders of the section.
    const style = getComputedStyle(this._main);
    return Math.max(280, this._main.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 34);
  }

  _homes() {
    const homes = this._told.households;
    const makes = homes.some((home) => home.production);
    const names = ["Home", "Right now", "Today", "This month", "Expected tomorrow"];
    const both = (home, value) => [
      make("span", { class: "value" }, home.consumption ? value(home.consumption) : "–"),
      makes && home.production ? make("small", {}, `${value(home.production)} made`) : null,
    ];
    const tomorrow = (series) => {
      const energy = series.expected_tomorrow;
      return energy ? this._format.amount(energy.mean, "kWh") : "–";
    };
    const cell = (column, ...content) => make("td", { "data-name": names[column] }, ...content);
    return [
      make(
        "table",
        {},
        make("thead", {}, make("tr", {}, ...names.map((name) => make("th", { scope: "col" }, name)))),
        make(
          "tbody",
          {},
          ...homes.map((home) =>
            make(
              "tr",
              {},
              cell(0, this._link(home), this._chips(home)),
              cell(1, ...both(home, (series) => this._format.amount(series.power, "W"))),
              cell(2, ...both(home, (series) => this._format.amount(series.today, "kWh"))),
              cell(3, ...both(home, (series) => this._format.amount(series.this_month, "kWh"))),
              cell(4, ...both(home, tomorrow)),
            ),
          ),
        ),
      ),
    ];
  }

  _chips(home) {
    const chips = home.notes.map((note) => make("span", { class: `chip ${GRAVITY[note] ?? ""}` }, NOTES[note] ?? note));
    if (home.alerts) {
      const words = home.alerts === 1 ? "1 alert" : `${home.alerts} alerts`;
      chips.push(make("span", { class: `chip ${home.worst_alert}` }, words));
    }
    return chips.length ? make("div", { class: "chips" }, ...chips) : null;
  }

  _link(home) {
    const device = Object.values(this._hass.devices).find(
      (one) => one.config_entries.includes(home.config_entry_id) && one.model === "Household",
    );
    if (!device) return make("span", {}, home.household);
    const path = `/config/devices/device/${device.id}`;
    const go = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      history.pushState(null, "", path);
      window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace: false } }));
    };
    return make("a", { href: path, onclick: go }, home.household);
  }

  _alerts() {
    const { worst, count } = this._told.alerts;
    if (!worst.length) return [make("p", { class: "note" }, "Nothing is wrong in any home.")];
    const open = (entityId) => () =>
      this.dispatchEvent(
        new CustomEvent("hass-more-info", { bubbles: true, composed: true, detail: { entityId } }),
      );
    return [
      make(
        "ul",
        {},
        ...worst.map((alert) =>
          make(
            "li",
            {},
            make(
              "button",
              { type: "button", onclick: open(alert.entity_id) },
              make(
                "span",
                {},
                make("div", {}, alert.name),
                make("div", { class: "note" }, `${alert.household}, since ${this._format.dayAndTime(alert.since)}`),
              ),
              make("span", { class: `chip ${alert.severity}` }, SEVERITIES[alert.severity] ?? alert.severity),
            ),
          ),
        ),
      ),
      count > worst.length ? make("p", { class: "note" }, `and ${count - worst.length} more`) : null,
    ].filter((part) => part !== null);
  }

  _groups() {
    const told = this._told.groups;
    const parts = [];
    const kinds = told.load_shapes.map((group) => group.kind);
    for (const group of told.load_shapes) {
      const [name, words] = SHAPES[group.kind] ?? [group.kind, ""];
      // Two groups may be of one kind.
      const several = kinds.filter((kind) => kind === group.kind).length > 1;
      const title = this._word("load_shape", group.kind) ?? name;
      parts.push(
        make("h3", {}, several ? `${title} (group ${group.number})` : title),
        make("p", {}, this._format.list(group.households)),
        make("p", { class: "note" }, words),
      );
    }
    if (!parts.length)
      parts.push(make("p", { class: "note" }, "By when they use energy: nothing is known yet. It takes four weeks of a home, and some minutes after they are loaded."));
    else if (told.without_load_shape.length)
      parts.push(make("p", { class: "note others" }, `Too little is known of ${this._format.list(told.without_load_shape)}.`));
    for (const group of told.similar_homes) {
      parts.push(
        make("h3", {}, this._word("household_group", group.group) ?? group.group),
        make("p", {}, this._format.list(group.households)),
      );
    }
    if (told.similar_homes.length && told.without_similar_homes.length)
      parts.push(
        make("p", { class: "note others" }, `Not in a group yet, or too little was answered: ${this._format.list(told.without_similar_homes)}.`),
      );
    return parts;
  }

  /** What a sensor of ours calls a state, in the language of who looks. */
  _word(sensor, state) {
    return this._hass.localize(`component.wattwise.entity.sensor.${sensor}.state.${state}`) || undefined;
  }
}

// After an update, the one of before may still be there.
if (!customElements.get("wattwise-provider-panel")) customElements.define("wattwise-provider-panel", ProviderPanel);
