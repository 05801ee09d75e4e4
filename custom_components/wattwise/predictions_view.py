"""The HTTP interface by which signed-in users and their programs read forecasts."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
import probatio

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView

from .const import DOMAIN
from .forecasts.forecast_answer import (
    ENERGY,
    GREATEST_QUANTILE,
    LEAST_QUANTILE,
    MOST_QUANTILES,
    POWER,
    QUANTILES_SCHEMA,
    USUAL_QUANTILES,
    forecast_answer,
)
from .forecasts.found_outlook import NoOutlook, find_outlook
from .forecasts.resolutions import HOUR, RESOLUTIONS
from .household import WattWiseConfigEntry, async_loaded_households

_USUAL_HOURS: Final = 24
_MOST_HOURS: Final = 48
_DIGITS: Final = 4


class PredictionsView(HomeAssistantView):
    """Tells what the households are expected to use and to produce.

    `?household=` (the id of its entry) chooses one, `?hours=` how far to look,
    `?quantiles=0.1,0.5,0.9` which, `?quantity=` energy or power, `?resolution=` how long
    slots are [s].
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
            resolution = _resolution(query.get("resolution", str(HOUR)))
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
        found = [
            await _async_predictions(entry, hours, quantiles, quantity, resolution)
            for entry in entries
        ]
        return self.json({"households": [told for told in found if told]})


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
    levels = [part for part in text.split(",") if part.strip()]
    try:
        return list(QUANTILES_SCHEMA(levels))
    except probatio.Invalid as err:
        raise _BadQueryError(
            "quantiles",
            f"are up to {MOST_QUANTILES} numbers from {LEAST_QUANTILE} to "
            f"{GREATEST_QUANTILE}, with commas between them",
        ) from err


def _quantity(text: str) -> str:
    if text in (ENERGY, POWER):
        return text
    raise _BadQueryError("quantity", f"is {ENERGY} or {POWER}")


def _resolution(text: str) -> int:
    for step in RESOLUTIONS:
        if text == str(step):
            return step
    raise _BadQueryError("resolution", f"is one of {', '.join(map(str, RESOLUTIONS))}")


async def _async_predictions(
    entry: WattWiseConfigEntry,
    hours: int,
    quantiles: list[float],
    quantity: str,
    resolution: int,
) -> dict[str, Any] | None:
    """Return each series of a household, or why nothing is forecast of it.

    None if the household is not loaded any more.
    """
    if entry.state is not ConfigEntryState.LOADED:
        # It was unloaded while another one was looked at.
        return None
    household = entry.runtime_data
    forecast = household.forecast
    series: dict[str, Any] = {}
    for one in forecast.series if forecast else ():
        assert forecast is not None
        outlook = find_outlook(household, one.key)
        if isinstance(outlook, NoOutlook):
            told: dict[str, Any] = {"state": outlook}
        else:
            divided = await forecast.finer.async_divide(one.key, outlook, resolution)
            if entry.state is not ConfigEntryState.LOADED:
                # It was unloaded meanwhile.
                return None
            outlook = divided.outlook
            slots = outlook.slots[: hours * HOUR // outlook.step]
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
            if resolution != HOUR:
                told["divided_by"] = divided.by
        if one.meter is not None:
            told["meter"] = household.meters[one.meter].name
        series[one.key] = told
    return {
        "household": household.name,
        "config_entry_id": entry.entry_id,
        "series": series,
    }
