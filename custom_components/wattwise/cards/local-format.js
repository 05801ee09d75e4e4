// Numbers and times as the person who looks wants them, by their settings in Home Assistant.

// Languages that write numbers as a setting says; undefined is that of the browser.
const NUMBERS = {
  comma_decimal: ["en-US", "en"],
  decimal_comma: ["de", "es", "it"],
  space_comma: ["fr", "sv", "cs"],
  quote_decimal: ["de-CH", "de"],
  none: ["en-US", "en"],
  system: undefined,
};

export class LocalFormat {
  /** `locale` is what Home Assistant knows of the user, `zone` the time zone of the home. */
  constructor(locale, zone) {
    this._language = locale.language;
    this._numbers = locale.number_format in NUMBERS ? NUMBERS[locale.number_format] : locale.language;
    this._grouped = locale.number_format !== "none";
    this._zone = locale.time_zone === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
    this._halves = this._hasHalves(locale.time_format);
    this._formats = new Map();
  }

  number(value, digits) {
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: this._grouped };
    return this._format(Intl.NumberFormat, this._numbers, options).format(value);
  }

  /** Writes a power [W] or an energy [kWh]. */
  amount(value, unit) {
    if (value === null || value === undefined) return "–";
    if (unit === "W" && Math.abs(value) >= 1000) return `${this.number(value / 1000, 2)}\u00a0kW`;
    if (unit === "W") return `${this.number(value, 0)}\u00a0W`;
    return `${this.number(value, Math.abs(value) >= 100 ? 0 : 1)}\u00a0${unit}`;
  }

  day(moment) {
    return this._moment(moment, { weekday: "short", day: "numeric", month: "short" });
  }

  clock(moment) {
    return this._moment(moment, this._hours());
  }

  time(moment) {
    return this._moment(moment, { weekday: "short", ...this._hours() });
  }

  dayAndTime(moment) {
    return this._moment(moment, { day: "numeric", month: "short", ...this._hours() });
  }

  /** Returns the hour of the day, 0 to 23: a number, whatever digits the language has. */
  hour(moment) {
    const options = { timeZone: this._zone, hour: "2-digit", hourCycle: "h23" };
    const parts = this._format(Intl.DateTimeFormat, "en-u-nu-latn", options).formatToParts(new Date(moment));
    return Number(parts.find((part) => part.type === "hour").value);
  }

  /** Joins names; the words of the page are English. */
  list(names) {
    return new Intl.ListFormat("en", { type: "conjunction" }).format(names);
  }

  _moment(moment, options) {
    const all = { timeZone: this._zone, ...options };
    return this._format(Intl.DateTimeFormat, this._language, all).format(new Date(moment));
  }

  _hours() {
    return { hour: this._halves ? "numeric" : "2-digit", minute: "2-digit", hourCycle: this._halves ? "h12" : "h23" };
  }

  /** Whether a day has two halves of twelve hours. */
  _hasHalves(wanted) {
    if (wanted === "12" || wanted === "24") return wanted === "12";
    const language = wanted === "system" ? undefined : this._language;
    return new Intl.DateTimeFormat(language, { hour: "numeric" }).resolvedOptions().hour12;
  }

  /** Formats are dear to make, and a chart needs hundreds. */
  _format(kind, language, options) {
    const key = JSON.stringify([kind.name, language, options]);
    if (!this._formats.has(key)) this._formats.set(key, new kind(language, options));
    return this._formats.get(key);
  }
}
