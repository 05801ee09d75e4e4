"""The action that returns what households, or one meter, can expect."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import probatio

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
    UnknownUser,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry

from ..analytics.forecasting.expectation import Outlook
from ..analytics.forecasting.sum_of_homes import sum_of_homes
from ..const import DOMAIN
from ..forecasts.finer_forecasts import DividedBy, DividedOutlook
from ..forecasts.forecast_answer import (
    ENERGY,
    POWER,
    QUANTILES_SCHEMA,
    USUAL_QUANTILES,
    forecast_answer,
)
from ..forecasts.forecast_series import CONSUMPTION, PRODUCTION
from ..forecasts.found_outlook import NoOutlook, find_outlook
from ..forecasts.resolutions import HOUR, RESOLUTIONS
from ..household import WattWiseConfigEntry, async_loaded_households
from ..meter import Meter
from .meter_target import async_target_meter

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"
ATTR_DEVICE_ID: Final = "device_id"
ATTR_SERIES: Final = "series"
ATTR_QUANTILES: Final = "quantiles"
ATTR_QUANTITY: Final = "quantity"
ATTR_RESOLUTION: Final = "resolution"

SCHEMA: Final = probatio.Schema(
    {
        probatio.Optional(ATTR_CONFIG_ENTRY_ID): probatio.All(
            cv.ensure_list, [cv.string], probatio.Unique()
        ),
        probatio.Optional(ATTR_DEVICE_ID): cv.string,
        probatio.Optional(ATTR_SERIES, default=CONSUMPTION): probatio.In(
            [CONSUMPTION, PRODUCTION]
        ),
        probatio.Optional(ATTR_QUANTILES, default=[*USUAL_QUANTILES]): QUANTILES_SCHEMA,
        probatio.Optional(ATTR_QUANTITY, default=ENERGY): probatio.In([ENERGY, POWER]),
        probatio.Optional(ATTR_RESOLUTION, default=str(HOUR)): probatio.All(
            probatio.Coerce(int), probatio.In(RESOLUTIONS)
        ),
    }
)


async def async_get_forecast(call: ServiceCall) -> ServiceResponse:
    """Return the forecast of households together, or of a meter, slot by slot."""
    resolution = call.data[ATTR_RESOLUTION]
    if ATTR_DEVICE_ID in call.data and ATTR_CONFIG_ENTRY_ID in call.data:
        raise _of_whom()
    if device_id := call.data.get(ATTR_DEVICE_ID):
        entries, series = _meter_series(call.hass, device_id)
    else:
        entries, series = await _households(call), call.data[ATTR_SERIES]
    outlooks = [_outlook(entry, series) for entry in entries]
    divided = await _divided(entries, series, outlooks, resolution)
    together = await call.hass.async_add_executor_job(
        partial(sum_of_homes, under_one_sky=series == PRODUCTION),
        [one.outlook for one in divided],
    )
    for entry in entries:
        # It may have been unloaded meanwhile.
        async_get_config_entry(call.hass, DOMAIN, entry.entry_id)
    answer = forecast_answer(
        entries,
        series,
        together,
        call.data[ATTR_QUANTILES],
        call.data[ATTR_QUANTITY],
    )
    if resolution == HOUR:
        return answer
    # Together they are known as well as the one of which least is known.
    by = min((one.by for one in divided), key=list(DividedBy).index)
    return {**answer, "divided_by": by.value}


def _outlook(entry: WattWiseConfigEntry, series: str) -> Outlook:
    """Return what is expected of a series of a household."""
    found = find_outlook(entry.runtime_data, series)
    if isinstance(found, NoOutlook):
        raise _refusal(found, entry.runtime_data.name)
    return found


async def _divided(
    entries: Sequence[WattWiseConfigEntry],
    series: str,
    outlooks: Sequence[Outlook],
    step: int,
) -> list[DividedOutlook]:
    """Return outlooks in slots of `step` seconds, or of as short ones as all can tell."""
    divided = []
    for entry, outlook in zip(entries, outlooks, strict=True):
        forecast = entry.runtime_data.forecast
        assert forecast is not None
        divided.append(await forecast.finer.async_divide(series, outlook, step))
    longest = max(one.outlook.step for one in divided)
    if all(one.outlook.step == longest for one in divided):
        return divided
    return await _divided(entries, series, outlooks, longest)


def _meter_series(
    hass: HomeAssistant, device_id: str
) -> tuple[list[WattWiseConfigEntry], str]:
    """Return the household of a meter that is forecast, and the key of its series."""
    meter = async_target_meter(hass, device_id)
    for entry in async_loaded_households(hass):
        for key, other in entry.runtime_data.meters.items():
            if other is meter and _is_forecast(entry, key):
                return [entry], key
    raise _not_chosen(meter)


def _is_forecast(entry: WattWiseConfigEntry, key: str) -> bool:
    forecast = entry.runtime_data.forecast
    return forecast is not None and any(one.meter == key for one in forecast.series)


def _not_chosen(meter: Meter) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="forecast_meter_not_chosen",
        translation_placeholders={"meter": meter.name},
    )


def _refusal(reason: NoOutlook, household: str) -> HomeAssistantError:
    """Return what is raised for want of a forecast."""
    if reason is NoOutlook.FAILED:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="forecast_failed",
            translation_placeholders={"household": household},
        )
    if reason is NoOutlook.NOT_MADE:
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="forecast_not_made",
            translation_placeholders={"household": household},
        )
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="forecast_not_known",
        translation_placeholders={"household": household},
    )


def _of_whom() -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key="forecast_of_whom"
    )


async def _households(call: ServiceCall) -> list[WattWiseConfigEntry]:
    """Return the households that were named; of several only administrators may know."""
    wanted = call.data.get(ATTR_CONFIG_ENTRY_ID)
    if not wanted:
        raise _of_whom()
    if len(wanted) > 1 and (user_id := call.context.user_id):
        user = await call.hass.auth.async_get_user(user_id)
        if user is None:
            raise UnknownUser(context=call.context)
        if not user.is_admin:
            raise Unauthorized(context=call.context)
    return [async_get_config_entry(call.hass, DOMAIN, one) for one in wanted]
