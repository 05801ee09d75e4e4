// A printable page about the quality of the supply: what `wattwise.get_power_quality`
// and the hours of `wattwise.get_history` tell of the phases of a meter.

import { callAction, make } from "./elements.js";

const VERDICTS = {
  kept: ["Kept", "EN 50160 was kept."],
  broken: ["Broken", "EN 50160 was not kept."],
  unknown: ["Not known", "Too little is known to say whether EN 50160 was kept."],
};
const EVENTS = { dip: "Dip", swell: "Swell", interruption: "Interruption" };
const PHASES = { voltage_l1: "Phase 1", voltage_l2: "Phase 2", voltage_l3: "Phase 3" };

const WIDTH = 672;
const HEIGHT = 120;
// What the picture shows around nominal, as shares of it; EN 50160 allows 10 % both ways.
const ALLOWED = 0.1;
const SHOWN = 0.15;

const STYLE = `
  .page { padding: 16px; color: var(--primary-text-color, #000); }
  .top { display: flex; align-items: center; gap: 8px; flex-wrap: wrap; }
  h1 { font-size: 1.4em; font-weight: 500; margin: 0; flex: 1 1 auto; }
  h2 { font-size: 1.1em; font-weight: 500; margin: 24px 0 4px; }
  p { margin: 4px 0; }
  button { font: inherit; color: var(--primary-color, #03a9f4); background: none; cursor: pointer;
    border: 1px solid var(--divider-color, #ccc); border-radius: 8px; padding: 8px 12px; }
  button[disabled] { color: var(--disabled-text-color, #999); cursor: default; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: end; padding: 6px 8px; border-bottom: 1px solid var(--divider-color, #ccc); }
  th:first-child, td:first-child { text-align: start; }
  th { font-weight: 500; }
  svg { width: 100%; height: auto; display: block; }
  .range { stroke: var(--primary-color, #03a9f4); stroke-width: 3; stroke-linecap: round; }
  .range.outside { stroke: var(--error-color, #db4437); }
  .limit { stroke: var(--secondary-text-color, #666); stroke-dasharray: 6 4; }
  .day { stroke: var(--divider-color, #ccc); }
  text { font-size: 10px; fill: var(--secondary-text-color, #666); }
  .broken { color: var(--error-color, #db4437); font-weight: 500; }
  .note { color: var(--secondary-text-color, #666); }
  @media (max-width: 600px) {
    th, td { padding: 6px 4px; }
    text { font-size: 16px; }
  }
  @media print {
    body { font-family: sans-serif; margin: 0; }
    button { display: none; }
    h2, tr, svg { break-inside: avoid; }
  }
`;

class PowerQualityCard extends HTMLElement {
  static getConfigForm() {
    return {
      schema: [
        {
          name: "device_id",
          required: true,
          selector: { device: { integration: "wattwise" } },
        },
      ],
      computeLabel: () => "Meter",
    };
  }

  static getStubConfig(hass) {
    const sensor = Object.values(hass.entities).find(
      (entity) => entity.platform === "wattwise" && entity.translation_key === "voltage_state",
    );
    return { device_id: sensor?.device_id ?? "" };
  }

  setConfig(config) {
    this._deviceId = config.device_id;
    // Ends of weeks that were looked at before this one; none for the newest.
    this._later = [];
    this._end = null;
    this._asked = false;
    if (this._hass) this._ask();
  }

  set hass(hass) {
    this._hass = hass;
    if (!this._asked) this._ask();
  }

  getCardSize() {
    return 12;
  }

  getGridOptions() {
    return { columns: "full", min_columns: 6 };
  }

  async _ask() {
    this._asked = true;
    if (!this._deviceId) {
      this._show(make("p", {}, "Choose a meter in the settings of this card."));
      return;
    }
    const asked = (this._asking = {});
    this._show(make("p", {}, "Reading the history …"));
    try {
      const found = await this._answer();
      // Another week was chosen meanwhile.
      if (asked === this._asking) this._show(...this._page(...found));
    } catch (err) {
      if (asked === this._asking) {
        this._show(make("p", { role: "alert" }, err?.message ?? String(err)));
      }
    }
  }

  async _answer() {
    const target = { device_id: this._deviceId };
    const quality = await callAction(this._hass, "get_power_quality", {
      ...target,
      ...(this._end ? { end: this._end, start: this._weekBefore(this._end) } : {}),
    });
    const hours = await callAction(this._hass, "get_history", {
      ...target,
      channels: Object.keys(quality.phases),
      start: quality.start,
      end: quality.end,
    });
    return [quality, hours];
  }

  /** A week of local days has 167 or 169 hours where clocks change. */
  _weekBefore(end) {
    const zone = this._hass.config.time_zone;
    const clock = (moment) =>
      new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit" }).format(moment);
    const week = new Date(new Date(end) - 7 * 86_400_000);
    const off = (Number(clock(new Date(end))) - Number(clock(week)) + 36) % 24;
    return new Date(week.getTime() + (off - 12) * 3_600_000).toISOString();
  }

  _show(...content) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this._content = make("div", { class: "page" }, ...content);
    root.replaceChildren(make("style", {}, STYLE), make("ha-card", {}, this._content));
  }

  _page(quality, hours) {
    const phases = Object.entries(quality.phases);
    return [
      make(
        "div",
        { class: "top" },
        make("h1", {}, `Voltage quality: ${quality.meter}`),
        this._button("Earlier", false, () => {
          this._later.push(this._end);
          this._end = quality.start;
          this._ask();
        }),
        this._button("Later", this._later.length === 0, () => {
          this._end = this._later.pop();
          this._ask();
        }),
        this._button("Print", false, () => this._print()),
      ),
      make(
        "p",
        {},
        `${this._time(quality.start)} to ${this._time(quality.end)}, nominal ${quality.nominal} V`,
      ),
      make("div", { class: "wide" }, this._summary(phases)),
      ...phases.flatMap(([channel, phase]) => [
        make("h2", {}, this._name(channel, phases)),
        this._strip(hours.channels[channel]?.values ?? [], quality),
        ...this._events(phase),
      ]),
      make(
        "p",
        { class: "note" },
        "EN 50160: of the means of 10 minutes, 95 % have to be within 10 % of nominal, and all of " +
          "them between 15 % below and 10 % above. The pictures show the range of each hour; " +
          "the dashed lines are 10 % from nominal.",
      ),
    ];
  }

  _button(words, disabled, onclick) {
    return make("button", { type: "button", disabled, onclick }, words);
  }

  _name(channel, phases) {
    return phases.length === 1 ? "Voltage" : PHASES[channel];
  }

  _summary(phases) {
    const row = (words, value) =>
      make(
        "tr",
        {},
        make("td", {}, words),
        ...phases.map(([, phase]) => {
          const [text, style] = value(phase);
          return make("td", { class: style ?? "" }, text);
        }),
      );
    const share = (field) => (phase) => [this._number(phase[field], "%")];
    const volts = (field) => (phase) => [this._number(phase[field], "V")];
    const count = (kind) => (phase) => [String(phase.events?.[kind] ?? 0)];
    return make(
      "table",
      {},
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          make("th", {}, ""),
          ...phases.map(([channel]) => make("th", { scope: "col" }, this._name(channel, phases))),
        ),
      ),
      make(
        "tbody",
        {},
        row("EN 50160", (phase) => [
          VERDICTS[phase.verdict]?.[0] ?? phase.verdict,
          phase.verdict === "broken" ? "broken" : "",
        ]),
        row("Within 10 % of nominal", share("within_10")),
        row("Between 15 % below and 10 % above", share("within_10_15")),
        row("Known of the time", share("known")),
        row("Lowest mean of 10 minutes", volts("lowest")),
        row("Mean", volts("mean")),
        row("Highest mean of 10 minutes", volts("highest")),
        row("Dips", count("dip")),
        row("Swells", count("swell")),
        row("Interruptions", count("interruption")),
      ),
    );
  }

  _strip(values, quality) {
    const begin = new Date(quality.start).getTime();
    const span = new Date(quality.end).getTime() - begin;
    const x = (time) => ((new Date(time).getTime() - begin) / span) * WIDTH;
    const y = (volts) => {
      const share = (volts / quality.nominal - 1) / SHOWN;
      return HEIGHT / 2 - Math.max(-1, Math.min(1, share)) * (HEIGHT / 2);
    };
    const limits = [1 - ALLOWED, 1 + ALLOWED].map((share) => share * quality.nominal);
    const known = values.filter((hour) => hour.min !== null && hour.min !== undefined);
    const line = (style, x1, y1, x2, y2) => make("line", { class: style, x1, y1, x2, y2 });
    const days = values.filter((hour) => this._isMidnight(hour.start));
    const lowest = known.length ? Math.min(...known.map((hour) => hour.min)) : null;
    const highest = known.length ? Math.max(...known.map((hour) => hour.max)) : null;
    const words = known.length
      ? `Between ${this._number(lowest, "V")} and ${this._number(highest, "V")}`
      : "Nothing is known of this time";
    return make(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words },
      make("title", {}, words),
      ...days.map((hour) => line("day", x(hour.start), 0, x(hour.start), HEIGHT)),
      ...limits.map((volts) => line("limit", 0, y(volts), WIDTH, y(volts))),
      ...known.map((hour) => {
        const outside = hour.min < limits[0] || hour.max > limits[1];
        const middle = (x(hour.start) + x(hour.end)) / 2;
        return line(outside ? "range outside" : "range", middle, y(hour.min), middle, y(hour.max));
      }),
      ...limits.map((volts) => make("text", { x: 2, y: y(volts) - 3 }, this._number(volts, "V"))),
      ...days.map((hour) => make("text", { x: x(hour.start) + 3, y: HEIGHT - 3 }, this._day(hour.start))),
    );
  }

  _events(phase) {
    const gravest = phase.gravest ?? [];
    if (!gravest.length) return [make("p", { class: "note" }, "No dip, swell or interruption was seen.")];
    return [
      make(
        "div",
        { class: "wide" },
        make(
          "table",
          {},
          make(
            "thead",
            {},
            make(
              "tr",
              {},
              ...["Event", "Began", "Lasted", "Voltage", "Of nominal"].map((words) =>
                make("th", { scope: "col" }, words),
              ),
            ),
          ),
          make(
            "tbody",
            {},
            ...gravest.map((event) =>
              make(
                "tr",
                {},
                make("td", {}, EVENTS[event.kind] ?? event.kind),
                make("td", {}, this._time(event.start, true)),
                make("td", {}, this._number(event.seconds, "s")),
                make("td", {}, this._number(event.voltage, "V")),
                make("td", {}, this._number(event.share_of_nominal, "%")),
              ),
            ),
          ),
        ),
      ),
    ];
  }

  _number(value, unit) {
    if (value === null || value === undefined) return "–";
    const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    return `${new Intl.NumberFormat(this._hass.locale.language, digits).format(value)}\u00a0${unit}`;
  }

  _format(moment, options) {
    const zone = { timeZone: this._hass.config.time_zone };
    return new Intl.DateTimeFormat(this._hass.locale.language, { ...zone, ...options }).format(
      new Date(moment),
    );
  }

  _time(moment, exact = false) {
    return this._format(moment, { dateStyle: "medium", timeStyle: exact ? "medium" : "short" });
  }

  _day(moment) {
    return this._format(moment, { weekday: "short", day: "numeric", month: "numeric" });
  }

  _isMidnight(moment) {
    const zone = this._hass.config.time_zone;
    const options = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    return new Intl.DateTimeFormat("en-GB", options).format(new Date(moment)) === "00:00";
  }

  /** Prints the page alone, without the dashboard around it. */
  _print() {
    const frame = make("iframe", { "aria-hidden": "true", style: "position:fixed;inset:100% 0 0 100%" });
    document.body.append(frame);
    const page = frame.contentDocument;
    page.title = this._content.querySelector("h1")?.textContent ?? "";
    page.head.append(make("style", {}, STYLE));
    page.body.append(this._content.cloneNode(true));
    frame.contentWindow.addEventListener("afterprint", () => frame.remove());
    frame.contentWindow.print();
  }
}

customElements.define("wattwise-power-quality", PowerQualityCard);
window.customCards = window.customCards ?? [];
window.customCards.push({
  type: "wattwise-power-quality",
  name: "WattWise: voltage quality",
  description: "A week of a meter's voltage, judged by EN 50160, to look at and to print.",
});
