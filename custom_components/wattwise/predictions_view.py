"""The HTTP interface by which signed-in users and their programs read forecasts."""

from dataclasses import replace
from http import HTTPStatus
import math
from typing import Any, Final

from aiohttp import web

from homeassistant.helpers.http import KEY_HASS, HomeAssistantView

from .const import DOMAIN
from .forecasts.forecast_answer import (
    ENERGY,
    GREATEST_QUANTILE,
    LEAST_QUANTILE,
    POWER,
    USUAL_QUANTILES,
    forecast_answer,
)
from .forecasts.found_outlook import NoOutlook, find_outlook
from .household import WattWiseConfigEntry, async_loaded_households

_USUAL_HOURS: Final = 24
_MOST_HOURS: Final = 48
_DIGITS: Final = 4
_MOST_QUANTILES: Final = 20


class PredictionsView(HomeAssistantView):
    """Tells what the households are expected to use and to produce.

    `?household=` (the id of its entry) chooses one, `?hours=` how far to look,
    `?quantiles=0.1,0.5,0.9` which, `?quantity=` energy or power.
    """

    url = f"/api/{DOMAIN}/predictions"
    name = f"api:{DOMAIN}:predictions"

    async def get(self, request: web.Request) -> web.Response:
        """Return the forecasts of all households, or of one."""
        query = request.query
        try:
            hours = _hours(query.get("hours"))
            quantiles = _quantiles(query.get("quantiles"))
            quantity = _quantity(query.get("quantity", ENERGY))
        except _BadQueryError as err:
            return self.json(
                {"message": str(err), "field": err.field}, HTTPStatus.BAD_REQUEST
            )
        entries = async_loaded_households(request.app[KEY_HASS])
        if wanted := query.get("household"):
            entries = [entry for entry in entries if entry.entry_id == wanted]
            if not entries:
                return self.json_message(
                    "There is no such household, or it is not loaded",
                    HTTPStatus.NOT_FOUND,
                )
        return self.json(
            {
                "households": [
                    _predictions(entry, hours, quantiles, quantity) for entry in entries
                ]
            }
        )


class _BadQueryError(Exception):
    """A part of the query that means nothing."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field


def _hours(text: str | None) -> int:
    if text is None:
        return _USUAL_HOURS
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
        hours = int(text)
        if 1 <= hours <= _MOST_HOURS:
            return hours
    raise _BadQueryError("hours", f"is a whole number from 1 to {_MOST_HOURS}")


def _quantiles(text: str | None) -> list[float]:
    if text is None:
        return [*USUAL_QUANTILES]
    levels = [_number(part) for part in text.split(",") if part.strip()]
    fitting = all(LEAST_QUANTILE <= level <= GREATEST_QUANTILE for level in levels)
    if not fitting or len(levels) > _MOST_QUANTILES:
        raise _BadQueryError(
            "quantiles",
            f"are up to {_MOST_QUANTILES} numbers from {LEAST_QUANTILE} to "
            f"{GREATEST_QUANTILE}, with commas between them",
        )
    return levels


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _quantity(text: str) -> str:
    if text in (ENERGY, POWER):
        return text
    raise _BadQueryError("quantity", f"is {ENERGY} or {POWER}")


def _predictions(
    entry: WattWiseConfigEntry, hours: int, quantiles: list[float], quantity: str
) -> dict[str, Any]:
    """Return each series of a household, or why nothing is forecast of it."""
    household = entry.runtime_data
    series: dict[str, Any] = {}
    for one in household.forecast.series if household.forecast else ():
        outlook = find_outlook(household, one.key)
        if isinstance(outlook, NoOutlook):
            told: dict[str, Any] = {"state": outlook}
        else:
            slots = outlook.slots[: hours * 3600 // outlook.step]
            told = {
                "state": "known",
                **forecast_answer(
                    [entry],
                    one.key,
                    replace(outlook, slots=slots),
                    quantiles,
                    quantity,
                ),
            }
        if one.meter is not None:
            told["meter"] = household.meters[one.meter].name
        series[one.key] = told
    return {
        "household": household.name,
        "config_entry_id": entry.entry_id,
        "series": series,
    }
