"""What several homes use and produce together, and whose part is not known."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from .home_view import SERIES, HomeView, SeriesView

_AMOUNTS: Final[dict[str, tuple[str, Callable[[SeriesView], float | None]]]] = {
    "power": ("W", lambda view: view.power_w),
    "today": ("kWh", lambda view: view.today_kwh),
    "this_month": ("kWh", lambda view: view.this_month_kwh),
}


def totals(homes: Sequence[HomeView]) -> dict[str, Any]:
    """Return the sums over homes, by series: exactly those of the numbers of the homes.

    What is not known of one home is missing in the sum, and the home is named. None
    for what no home has meters for.
    """
    return {series: _of_series(homes, series) for series in SERIES}


def _of_series(homes: Sequence[HomeView], series: str) -> dict[str, Any] | None:
    having = [home for home in homes if series in home.series]
    if not having:
        return None
    told = {}
    for name, (unit, amount) in _AMOUNTS.items():
        values = {home.entry.entry_id: amount(home.series[series]) for home in having}
        known = [value for value in values.values() if value is not None]
        told[name] = {
            "value": round(sum(known), 3) if known else None,
            "unit": unit,
            "households": len(known),
            "missing": [
                home.entry.title
                for home in having
                if values[home.entry.entry_id] is None
            ],
        }
    return told
