// A chart of what is expected of the next hours, with its band.

import { make } from "./elements.js";

const HEIGHT = 220;
const MARGIN = { top: 12, right: 8, bottom: 36, left: 40 };
// One label of a time needs so many pixels.
const LABEL = 52;

/**
 * Draws forecasts [kW] in `width` pixels: `parts` have their `words`, their `style` and their
 * `forecast`, all of the same hours. Returns the picture, and the line that reads it out.
 */
export function forecastChart(parts, width, format) {
  const [inner, depth] = [width - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom];
  const slots = parts[0].forecast;
  const begin = Date.parse(slots[0].start);
  const end = Date.parse(slots.at(-1).end);
  const highest = Math.max(0.1, ...parts.flatMap((part) => part.forecast.map((slot) => slot.p90)));
  const step = stepOf(highest / 4);
  const top = Math.ceil(highest / step) * step;
  const x = (time) => MARGIN.left + ((time - begin) / (end - begin)) * inner;
  const y = (power) => MARGIN.top + depth - (power / top) * depth;
  const middle = (slot) => (x(Date.parse(slot.start)) + x(Date.parse(slot.end))) / 2;
  const along = (list, value) => list.map((slot) => `${middle(slot).toFixed(1)},${y(value(slot)).toFixed(1)}`);
  const marks = [];
  for (let power = 0; power <= top + step / 2; power += step) {
    marks.push(make("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(power), y2: y(power) }));
    marks.push(
      make("text", { class: "power", x: MARGIN.left - 6, y: y(power) + 4, "text-anchor": "end" }, format.number(power, digitsOf(step))),
    );
  }
  const every = [3, 6, 12].find((hours) => (inner / ((end - begin) / 3_600_000)) * hours >= LABEL) ?? 24;
  for (const slot of slots) {
    const hour = format.hour(slot.start);
    const at = x(Date.parse(slot.start));
    if (hour === 0) {
      marks.push(make("line", { class: "grid", x1: at, x2: at, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }));
      if (at < width - 2 * LABEL) marks.push(make("text", { class: "day", x: at + 4, y: HEIGHT - 4 }, format.day(slot.start)));
    }
    if (hour % every === 0 && at < width - LABEL / 2)
      marks.push(
        make("text", { class: "hour", x: at, y: HEIGHT - MARGIN.bottom + 16, "text-anchor": "middle" }, format.clock(slot.start)),
      );
  }
  const shapes = parts.flatMap((part) => [
    make("path", {
      class: `band ${part.style}`,
      d: `M${along(part.forecast, (slot) => slot.p90).join("L")}L${along([...part.forecast].reverse(), (slot) => slot.p10).join("L")}Z`,
    }),
    make("path", { class: `line ${part.style}`, d: `M${along(part.forecast, (slot) => slot.mean).join("L")}` }),
  ]);
  const told = (slot, digits) =>
    `${format.number(slot.mean, digits)} kW (${format.number(slot.p10, digits)} to ${format.number(slot.p90, digits)})`;
  const peak = (part) => part.forecast.reduce((most, slot) => (slot.mean > most.mean ? slot : most));
  const words = parts
    .map((part) => `${part.words}, highest expected hour: ${told(peak(part), 1)}, ${format.time(peak(part).start)}`)
    .join(". ");
  const cursor = make("line", { class: "cursor", y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, visibility: "hidden" });
  const readout = make("p", { class: "note readout" }, words);
  const show = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const moment = begin + ((event.clientX - box.left - MARGIN.left) / inner) * (end - begin);
    const slot = slots.find((one) => moment < Date.parse(one.end)) ?? slots.at(-1);
    cursor.setAttribute("x1", middle(slot));
    cursor.setAttribute("x2", middle(slot));
    cursor.setAttribute("visibility", "visible");
    const values = parts.flatMap((part) => {
      const same = part.forecast.find((other) => other.start === slot.start);
      return same ? [`${part.words.toLowerCase()} ${told(same, 2)}`] : [];
    });
    readout.textContent = `${format.time(slot.start)}: ${values.join(", ")}`;
  };
  const leave = () => {
    cursor.setAttribute("visibility", "hidden");
    readout.textContent = words;
  };
  const picture = make(
    "svg",
    {
      class: "chart",
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "img",
      "aria-label": words,
      onpointermove: show,
      onpointerdown: show,
      onpointerleave: leave,
    },
    ...marks,
    ...shapes,
    cursor,
  );
  return [picture, readout];
}

/** Returns the least of 1, 2, 5, 10, 20 ... that is not below a number. */
function stepOf(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least);
}

/** Returns how many digits tell multiples of a step apart. */
function digitsOf(step) {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}
