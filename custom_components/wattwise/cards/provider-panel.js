// The page of all homes of an installation: what `wattwise/provider/subscribe` tells to
// administrators. It holds no data itself.

const NOTES = {
  starting: "Starting",
  not_at_work: "Not at work",
  no_meters: "No meters yet",
  silent: "Meters silent",
  away: "Away",
  learning: "Learning",
  no_forecast: "Forecast failed",
};
// Homes that are forecast, though not as well as others.
const UNSURE = { away: "away", learning: "learning" };
const REASONS = {
  loading: "not at work, or just started",
  not_made: "not forecast",
  failed: "the last forecast failed",
  not_known: "too little is known",
};
const SHAPES = {
  steady: ["Steady", "More evenly than others: much of it runs day and night."],
  daytime: ["Daytime", "More than others between morning and late afternoon, in high peaks."],
  evening: ["Evening", "More than others in the evening."],
  night: ["Night", "More at night than by day: storage heaters, hot water or a car."],
};
const SERIES = [
  ["consumption", "Used", "used"],
  ["production", "Made", "made"],
];
const PERIODS = [
  ["power", "Right now"],
  ["today", "Today"],
  ["this_month", "This month"],
];
const SEVERITIES = { notice: "Notice", warning: "Warning", critical: "Critical" };

const HEIGHT = 220;
const MARGIN = { top: 12, right: 8, bottom: 36, left: 40 };
// It is told every ten seconds.
const SILENT_MS = 60_000;
// One label of a time needs so many pixels.
const LABEL = 52;

const STYLE = `
  :host { display: block; min-height: 100vh; box-sizing: border-box;
    background: var(--primary-background-color, #fafafa); color: var(--primary-text-color, #212121);
    --used: var(--energy-grid-consumption-color, #488fc2); --made: var(--energy-solar-color, #ff9800); }
  header { display: flex; align-items: center; gap: 8px; height: var(--header-height, 56px); padding: 0 16px;
    position: sticky; top: 0; z-index: 1; font-size: 20px;
    background: var(--app-header-background-color, #03a9f4); color: var(--app-header-text-color, #fff);
    border-bottom: var(--app-header-border-bottom, none); }
  header button { font: inherit; font-size: 24px; line-height: 1; width: 48px; height: 48px; margin-left: -12px;
    color: inherit; background: none; border: none; cursor: pointer; }
  main { display: grid; gap: 16px; max-width: 1200px; margin: 0 auto; padding: 16px; grid-template-columns: 1fr 1fr;
    align-items: start; }
  section { background: var(--ha-card-background, var(--card-background-color, #fff)); padding: 16px; min-width: 0;
    border: 1px solid var(--ha-card-border-color, var(--divider-color, #e0e0e0));
    border-radius: var(--ha-card-border-radius, 12px); box-shadow: var(--ha-card-box-shadow, none); }
  section.wide { grid-column: 1 / -1; }
  h2 { font-size: 16px; font-weight: 500; margin: 0 0 12px; }
  h3 { font-size: 14px; font-weight: 500; margin: 12px 0 2px; }
  p { margin: 4px 0; }
  .note { color: var(--secondary-text-color, #727272); font-size: 13px; }
  .others { margin-top: 12px; }
  .totals { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 16px; }
  .totals h3 { margin-top: 0; color: var(--secondary-text-color, #727272); font-weight: 400; }
  .amount { display: flex; align-items: baseline; gap: 8px; }
  .amount b { font-size: 24px; font-weight: 500; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .mark { flex: none; width: 10px; height: 10px; border-radius: 50%; align-self: center; }
  .mark.used { background: var(--used); }
  .mark.made { background: var(--made); }
  .sums { display: flex; flex-wrap: wrap; gap: 4px 32px; margin: 0 0 8px; }
  .sums > div { display: flex; flex-wrap: wrap; gap: 0 16px; }
  .sums span { display: inline-flex; align-items: center; gap: 6px; }
  .chart { width: 100%; touch-action: pan-y; }
  svg { display: block; }
  svg text { font-size: 12px; fill: var(--secondary-text-color, #727272); font-variant-numeric: tabular-nums; }
  svg .day { font-weight: 500; fill: var(--primary-text-color, #212121); }
  .grid { stroke: var(--divider-color, #e0e0e0); }
  .cursor { stroke: var(--secondary-text-color, #727272); }
  .band.used { fill: var(--used); } .band.made { fill: var(--made); } .band { opacity: 0.2; }
  .line.used { stroke: var(--used); } .line.made { stroke: var(--made); }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .readout { min-height: 20px; font-variant-numeric: tabular-nums; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: end; padding: 8px; border-bottom: 1px solid var(--divider-color, #e0e0e0); vertical-align: top; }
  tr:last-child td { border-bottom: none; }
  th { font-weight: 400; font-size: 13px; color: var(--secondary-text-color, #727272); }
  th:first-child, td:first-child { text-align: start; padding-left: 0; }
  th:last-child, td:last-child { padding-right: 0; }
  td small { display: block; font-size: 13px; color: var(--secondary-text-color, #727272); white-space: nowrap; }
  td .value { white-space: nowrap; }
  a { color: var(--primary-color, #03a9f4); text-decoration: none; font-weight: 500; }
  .chips { display: flex; flex-wrap: wrap; gap: 4px; margin-top: 4px; }
  .chip { font-size: 12px; line-height: 20px; padding: 0 8px; border-radius: 10px; white-space: nowrap;
    border: 1px solid var(--secondary-text-color, #727272); color: var(--secondary-text-color, #727272); }
  .warning { color: var(--warning-color, #ffa600); border-color: currentColor; }
  .critical { color: var(--error-color, #db4437); border-color: currentColor; }
  ul { list-style: none; margin: 0; padding: 0; }
  li { border-top: 1px solid var(--divider-color, #e0e0e0); }
  li:first-child { border-top: none; }
  li button { font: inherit; color: inherit; background: none; border: none; cursor: pointer; text-align: start;
    width: 100%; padding: 8px 0; display: flex; gap: 12px; justify-content: space-between; align-items: center; }
  :is(a, button):focus-visible { outline: 2px solid var(--primary-color, #03a9f4); outline-offset: 2px; }
  @media (max-width: 870px) { main { grid-template-columns: minmax(0, 1fr); } }
  @media (max-width: 600px) {
    main { padding: 8px; gap: 8px; }
    .totals { grid-template-columns: minmax(0, 1fr); gap: 8px; }
    .totals > div { display: grid; grid-template-columns: 92px 1fr; align-items: baseline; }
    .totals .missing { grid-column: 2; }
    .sums > div { display: grid; }
    .amount b { font-size: 18px; }
    thead { display: none; }
    tr { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; padding: 12px 0;
      border-bottom: 1px solid var(--divider-color, #e0e0e0); }
    tr:last-child { border-bottom: none; padding-bottom: 0; }
    tr:first-child { padding-top: 0; }
    td, td:first-child, td:last-child { text-align: start; padding: 0; border: none; }
    td:first-child { grid-column: 1 / -1; }
    td::before { content: attr(data-name); display: block; font-size: 13px; color: var(--secondary-text-color, #727272); }
    td:first-child::before { display: none; }
  }
`;

const SVG = new Set(["svg", "line", "text", "path"]);

/** Makes an element; text becomes text, whatever is in it. */
function make(tag, attributes = {}, ...children) {
  const element = SVG.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

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
    this._problem = "Asking …";
    this._draw(true);
    this._follow();
  }

  _follow() {
    this._heard = Date.now();
    const following = this._hass.connection.subscribeMessage(
      (told) => {
        this._heard = Date.now();
        this._told = told;
        this._problem = null;
        this._draw();
      },
      { type: "wattwise/provider/subscribe" },
    );
    this._following = following;
    following.catch((err) => {
      this._problem =
        err.code === "unauthorized" ? "This page is for administrators only." : "WattWise does not answer.";
      this._draw();
    });
  }

  /** Draws what has changed since the last time; numbers under a finger stay. */
  _draw(all = false) {
    if (!this._main) return;
    if (all) {
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
      const missing = [...new Set(sums.flatMap(([sum]) => sum.missing))];
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
              make("b", {}, this._amount(sum.value, sum.unit)),
              make("span", { class: "note" }, words.toLowerCase()),
            ),
          ),
        ),
        missing.length ? make("p", { class: "note missing" }, `Without ${this._list(missing)}`) : null,
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
      const band = `${this._number(energy.p10, 1)} to ${this._number(energy.p90, 1)}`;
      return `${this._number(energy.mean, 1)} kWh (${band})`;
    };
    const missing = known.flatMap((part) =>
      part.missing.map((one) => `${one.household} (${REASONS[one.reason] ?? one.reason})`),
    );
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
      ...this._chart(known),
      make(
        "p",
        { class: "note" },
        `Mean power of each hour in kW. In 8 of 10 hours it lies within the band.` +
          (missing.length ? ` Without ${this._list([...new Set(missing)])}.` : "") +
          (unsure.length ? ` Less sure than others: ${this._list(unsure.map((home) => `${home.household} (${why(home)})`))}.` : ""),
      ),
    ];
  }

  _width() {
    // Padding and borders of the section.
    const style = getComputedStyle(this._main);
    return Math.max(280, this._main.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 34);
  }

  _chart(parts) {
    const width = this._width();
    const [inner, depth] = [width - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom];
    const slots = parts[0].forecast;
    const begin = Date.parse(slots[0].start);
    const end = Date.parse(slots.at(-1).end);
    const highest = Math.max(0.1, ...parts.flatMap((part) => part.forecast.map((slot) => slot.p90)));
    const step = this._step(highest / 4);
    const top = Math.ceil(highest / step) * step;
    const x = (time) => MARGIN.left + ((time - begin) / (end - begin)) * inner;
    const y = (power) => MARGIN.top + depth - (power / top) * depth;
    const middle = (slot) => (x(Date.parse(slot.start)) + x(Date.parse(slot.end))) / 2;
    const along = (list, value) => list.map((slot) => `${middle(slot).toFixed(1)},${y(value(slot)).toFixed(1)}`);
    const marks = [];
    for (let power = 0; power <= top + step / 2; power += step) {
      marks.push(make("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(power), y2: y(power) }));
      marks.push(make("text", { x: MARGIN.left - 6, y: y(power) + 4, "text-anchor": "end" }, this._number(power, step < 1 ? 1 : 0)));
    }
    const every = [3, 6, 12].find((hours) => (inner / ((end - begin) / 3_600_000)) * hours >= LABEL) ?? 24;
    for (const slot of slots) {
      const hour = Number(this._format(slot.start, { hour: "2-digit", hourCycle: "h23" }));
      const at = x(Date.parse(slot.start));
      if (hour === 0) {
        marks.push(make("line", { class: "grid", x1: at, x2: at, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }));
        if (at < width - 2 * LABEL) marks.push(make("text", { class: "day", x: at + 4, y: HEIGHT - 4 }, this._format(slot.start, { weekday: "short", day: "numeric", month: "short" })));
      }
      if (hour % every === 0 && at < width - LABEL / 2)
        marks.push(make("text", { x: at, y: HEIGHT - MARGIN.bottom + 16, "text-anchor": "middle" }, this._format(slot.start, { hour: "2-digit", minute: "2-digit" })));
    }
    const shapes = parts.flatMap((part) => [
      make("path", {
        class: `band ${part.style}`,
        d: `M${along(part.forecast, (slot) => slot.p90).join("L")}L${along([...part.forecast].reverse(), (slot) => slot.p10).join("L")}Z`,
      }),
      make("path", { class: `line ${part.style}`, d: `M${along(part.forecast, (slot) => slot.mean).join("L")}` }),
    ]);
    const peak = (part) => part.forecast.reduce((most, slot) => (slot.mean > most.mean ? slot : most));
    const words = parts
      .map((part) => `${part.words}: at most ${this._number(peak(part).mean, 1)} kW, ${this._time(peak(part).start)}`)
      .join(". ");
    const cursor = make("line", { class: "cursor", y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, visibility: "hidden" });
    const readout = make("p", { class: "note readout" }, words);
    const show = (event) => {
      const box = event.currentTarget.getBoundingClientRect();
      const moment = begin + ((event.clientX - box.left - MARGIN.left) / inner) * (end - begin);
      const at = slots.findIndex((slot) => moment < Date.parse(slot.end));
      const slot = slots[at < 0 ? slots.length - 1 : at];
      cursor.setAttribute("x1", middle(slot));
      cursor.setAttribute("x2", middle(slot));
      cursor.setAttribute("visibility", "visible");
      const values = parts.flatMap((part) => {
        const same = part.forecast.find((other) => other.start === slot.start);
        if (!same) return [];
        return [`${part.words.toLowerCase()} ${this._number(same.mean, 2)} kW (${this._number(same.p10, 2)} to ${this._number(same.p90, 2)})`];
      });
      readout.textContent = `${this._time(slot.start)}: ${values.join(", ")}`;
    };
    const leave = () => {
      cursor.setAttribute("visibility", "hidden");
      readout.textContent = words;
    };
    const picture = make(
      "svg",
      { class: "chart", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": words, onpointermove: show, onpointerdown: show, onpointerleave: leave },
      ...marks,
      ...shapes,
      cursor,
    );
    return [picture, readout];
  }

  _step(least) {
    const power = 10 ** Math.floor(Math.log10(least));
    return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least);
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
      return energy ? this._amount(energy.mean, "kWh") : "–";
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
              cell(1, ...both(home, (series) => this._amount(series.power, "W"))),
              cell(2, ...both(home, (series) => this._amount(series.today, "kWh"))),
              cell(3, ...both(home, (series) => this._amount(series.this_month, "kWh"))),
              cell(4, ...both(home, tomorrow)),
            ),
          ),
        ),
      ),
    ];
  }

  _chips(home) {
    const grave = { not_at_work: "critical", no_forecast: "warning", silent: "warning" };
    const chips = home.notes.map((note) => make("span", { class: `chip ${grave[note] ?? ""}` }, NOTES[note] ?? note));
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
                make("div", { class: "note" }, `${alert.household}, since ${this._format(alert.since, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })}`),
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
        make("p", {}, this._list(group.households)),
        make("p", { class: "note" }, words),
      );
    }
    if (!parts.length)
      parts.push(make("p", { class: "note" }, "By when they use energy: four weeks of a home have to be known."));
    else if (told.without_load_shape.length)
      parts.push(make("p", { class: "note others" }, `Too little is known of ${this._list(told.without_load_shape)}.`));
    for (const group of told.similar_homes) {
      parts.push(
        make("h3", {}, this._word("household_group", group.group) ?? group.group),
        make("p", {}, this._list(group.households)),
      );
    }
    if (told.similar_homes.length && told.without_similar_homes.length)
      parts.push(
        make("p", { class: "note others" }, `Too little was answered about ${this._list(told.without_similar_homes)}.`),
      );
    return parts;
  }

  /** What a sensor of ours calls a state, in the language of who looks. */
  _word(sensor, state) {
    return this._hass.localize(`component.wattwise.entity.sensor.${sensor}.state.${state}`) || undefined;
  }

  _amount(value, unit) {
    if (value === null || value === undefined) return "–";
    if (unit === "W" && Math.abs(value) >= 1000) return `${this._number(value / 1000, 2)}\u00a0kW`;
    if (unit === "W") return `${this._number(value, 0)}\u00a0W`;
    return `${this._number(value, Math.abs(value) >= 100 ? 0 : 1)}\u00a0${unit}`;
  }

  _number(value, digits) {
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(this._hass.locale.language, options).format(value);
  }

  _list(names) {
    return new Intl.ListFormat("en", { type: "conjunction" }).format(names);
  }

  _format(moment, options) {
    const zone = { timeZone: this._hass.config.time_zone };
    return new Intl.DateTimeFormat(this._hass.locale.language, { ...zone, ...options }).format(new Date(moment));
  }

  _time(moment) {
    return this._format(moment, { weekday: "short", hour: "2-digit", minute: "2-digit" });
  }
}

customElements.define("wattwise-provider-panel", ProviderPanel);
