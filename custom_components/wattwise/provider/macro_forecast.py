"""What several homes together will use and produce."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback

from ..analytics.forecasting.expectation import Outlook
from ..analytics.forecasting.sum_of_homes import sum_of_homes
from ..forecasts.forecast_answer import USUAL_QUANTILES, forecast_answer
from ..forecasts.forecast_series import PRODUCTION
from ..forecasts.found_outlook import NoOutlook
from .home_view import SERIES, HomeView

_QUANTILES: Final = [*USUAL_QUANTILES]


class MacroForecast:
    """Adds the forecasts of homes up, anew only when one of them is new.

    The whole is the sum of its parts: both always agree. docs/accuracy.md says how it
    compares with a forecast of the sum of the homes.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without any."""
        self._hass = hass
        self._sums: dict[str, tuple[list[Outlook], Outlook]] = {}
        self._answers: dict[str, tuple[Outlook, dict[str, Any]]] = {}
        """What was told of each sum: it is told to each page every few seconds."""

    @callback
    def async_knows(self, homes: Sequence[HomeView]) -> bool:
        """Whether the forecasts of these homes are added up."""
        return all(
            not (outlooks := _outlooks(homes, series)) or self._sum(series, outlooks)
            for series in SERIES
        )

    async def async_add_up(self, homes: Sequence[HomeView]) -> None:
        """Add the forecasts of homes up."""
        for series in SERIES:
            outlooks = _outlooks(homes, series)
            if outlooks and not self._sum(series, outlooks):
                added = await self._hass.async_add_executor_job(
                    partial(sum_of_homes, under_one_sky=series == PRODUCTION), outlooks
                )
                self._sums[series] = outlooks, added

    @callback
    def async_told(self, homes: Sequence[HomeView]) -> dict[str, Any]:
        """Return the forecasts by series; None of what no home has meters for.

        Homes without a forecast are left out, and named with the reason.
        """
        return {series: self._of_series(homes, series) for series in SERIES}

    def _of_series(
        self, homes: Sequence[HomeView], series: str
    ) -> dict[str, Any] | None:
        having = [home for home in homes if series in home.series]
        if not having:
            return None
        missing = [
            {"household": home.entry.title, "reason": reason.value}
            for home in having
            if isinstance(reason := home.series[series].outlook, NoOutlook)
        ]
        known = [home for home in having if _has_outlook(home, series)]
        told = {
            "households": [home.entry.title for home in known],
            "missing": missing,
        }
        if added := self._sum(series, _outlooks(homes, series)):
            told |= self._answer(known, series, added)
        return told

    def _answer(
        self, homes: Sequence[HomeView], series: str, added: Outlook
    ) -> dict[str, Any]:
        """Return what clients read of a sum; a new forecast is a new one."""
        before = self._answers.get(series)
        if before is None or before[0] is not added:
            entries = [home.entry for home in homes]
            answer = forecast_answer(entries, series, added, _QUANTILES)
            self._answers[series] = before = added, answer
        return before[1]

    def _sum(self, series: str, outlooks: Sequence[Outlook]) -> Outlook | None:
        """Return the sum of these very outlooks, if it is known."""
        before = self._sums.get(series)
        if before is None or len(before[0]) != len(outlooks):
            return None
        same = all(a is b for a, b in zip(before[0], outlooks, strict=True))
        return before[1] if same else None


def _outlooks(homes: Sequence[HomeView], series: str) -> list[Outlook]:
    return [
        outlook
        for home in homes
        if series in home.series
        and not isinstance(outlook := home.series[series].outlook, NoOutlook)
    ]


def _has_outlook(home: HomeView, series: str) -> bool:
    return not isinstance(home.series[series].outlook, NoOutlook)
