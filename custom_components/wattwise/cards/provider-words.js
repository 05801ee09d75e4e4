// What the page of all homes says.

export const NOTES = {
  starting: "Starting",
  not_at_work: "Not at work",
  no_meters: "No meters yet",
  silent: "Meters silent",
  sums_not_known: "Sums not known",
  away: "Away",
  learning: "Learning",
  no_forecast: "Forecast failed",
};
// How grave a note is; others are none of it.
export const GRAVITY = { not_at_work: "critical", no_forecast: "warning", silent: "warning", sums_not_known: "warning" };
// Homes that are forecast, though not as well as others.
export const UNSURE = { away: "away", learning: "learning" };
export const REASONS = {
  loading: "not at work, or just started",
  not_made: "not forecast",
  failed: "the last forecast failed",
  not_known: "too little is known",
};
export const SHAPES = {
  steady: ["Steady", "More evenly than others: much of it runs day and night."],
  daytime: ["Daytime", "More than others between morning and late afternoon, in high peaks."],
  evening: ["Evening", "More than others in the evening."],
  night: ["Night", "More at night than by day: storage heaters, hot water or a car."],
};
export const SERIES = [
  ["consumption", "Used", "used"],
  ["production", "Made", "made"],
];
export const PERIODS = [
  ["power", "Right now"],
  ["today", "Today"],
  ["this_month", "This month"],
];
export const SEVERITIES = { notice: "Notice", warning: "Warning", critical: "Critical" };
export const PROBLEMS = {
  asking: "Asking …",
  unauthorized: "This page is for administrators only.",
  silent: "WattWise does not answer.",
  failed:
    "The homes cannot be shown right now. Home Assistant's log says why. It is tried again every ten seconds.",
};
