"""The action that returns a meter's history."""

from datetime import datetime
from typing import Any, Final

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .history.bucket import Bucket
from .history.calendar import Period
from .history.errors import HistoryError
from .history.queries import MAX_BUCKETS, TooManyBucketsError
from .meter_target import async_target_meter
from .metering.quantity import BASE_UNIT, METER_CHANNELS, Channel

ATTR_CHANNELS: Final = "channels"
ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_RESOLUTION: Final = "resolution"

_LONGEST_WIDTH_S: Final = 3_600


def _resolution(value: Any) -> Period | int:
    """Accept hour, day, month, or a number of seconds."""
    if value in list(Period):
        return Period(value)
    seconds: int = probatio.All(
        probatio.Coerce(int), probatio.Range(1, _LONGEST_WIDTH_S)
    )(value)
    return seconds


SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_DEVICE_ID): cv.string,
        probatio.Optional(ATTR_CHANNELS): probatio.All(
            cv.ensure_list, [probatio.In([channel.value for channel in METER_CHANNELS])]
        ),
        probatio.Required(ATTR_START): cv.datetime,
        probatio.Optional(ATTR_END): cv.datetime,
        probatio.Optional(ATTR_RESOLUTION, default=Period.HOUR.value): _resolution,
    }
)


async def async_get_history(call: ServiceCall) -> ServiceResponse:
    """Return energy and momentary values of a meter, channel by channel."""
    meter = async_target_meter(call.hass, call.data[ATTR_DEVICE_ID])
    start = _utc_ms(call.data[ATTR_START])
    end = _utc_ms(call.data.get(ATTR_END, dt_util.utcnow()))
    if end <= start:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="invalid_period"
        )
    known = meter.coordinator.latest.keys()
    wanted = call.data.get(ATTR_CHANNELS, sorted(known))
    resolution = call.data[ATTR_RESOLUTION]
    meter_id = meter.profile.meter_id
    channels = {}
    try:
        for channel in map(Channel, wanted):
            buckets = await meter.history.buckets(
                meter_id, channel, start, end, resolution
            )
            channels[channel.value] = _series(channel, buckets)
    except TooManyBucketsError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="too_many_points",
            translation_placeholders={"maximum": str(MAX_BUCKETS)},
        ) from err
    except HistoryError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="history_unavailable",
            translation_placeholders={"error": str(err)},
        ) from err
    return {"meter": meter.name, "resolution": resolution, "channels": channels}


def _series(channel: Channel, buckets: list[Bucket]) -> dict[str, Any]:
    """Return buckets as a client reads them; `covered` is a share of the period."""
    if channel.is_energy:
        return {
            "unit": "kWh",
            "values": [
                {**_frame(bucket), "energy": round(bucket.energy_wh / 1000, 6)}
                for bucket in buckets
            ],
        }
    return {
        "unit": BASE_UNIT[channel.quantity],
        "values": [
            {
                **_frame(bucket),
                "mean": bucket.mean,
                "min": bucket.min,
                "max": bucket.max,
            }
            for bucket in buckets
        ],
    }


def _frame(bucket: Bucket) -> dict[str, Any]:
    width_ms = bucket.end_ms - bucket.start_ms
    return {
        "start": dt_util.utc_from_timestamp(bucket.start_ms / 1000).isoformat(),
        "end": dt_util.utc_from_timestamp(bucket.end_ms / 1000).isoformat(),
        "covered": round(bucket.covered_ms / width_ms, 4),
    }


def _utc_ms(moment: datetime) -> int:
    """Return the time; without a zone it is meant as the home's clock shows it."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt_util.get_default_time_zone())
    return int(moment.timestamp() * 1000)
