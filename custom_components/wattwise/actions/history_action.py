"""The action that returns a meter's history."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any, Final

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..gap_sensors import NOTABLE_GAP
from ..history.periods.bucket import Bucket
from ..history.periods.calendar import Period
from ..history.questions.gap_estimate import Estimate, estimated_buckets
from ..history.questions.queries import (
    MAX_BUCKETS,
    Queries,
    TooManyBucketsError,
)
from ..metering.profile import MeterProfile
from ..metering.quantity import (
    BASE_UNIT,
    METER_CHANNELS,
    Channel,
    Quantity,
)
from .local_time import local_iso
from .meter_target import async_target_meter
from .unavailable import history_needed

ATTR_CHANNELS: Final = "channels"
ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_RESOLUTION: Final = "resolution"
ATTR_ESTIMATE_GAPS: Final = "estimate_gaps"

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
        probatio.Optional(ATTR_ESTIMATE_GAPS, default=False): cv.boolean,
    }
)


async def async_get_history(call: ServiceCall) -> ServiceResponse:
    """Return energy and momentary values of a meter, channel by channel."""
    meter = async_target_meter(call.hass, call.data[ATTR_DEVICE_ID])
    now = dt_util.utcnow()
    start, end = (
        int(dt_util.as_utc(moment).timestamp() * 1000)
        for moment in (call.data[ATTR_START], call.data.get(ATTR_END, now))
    )
    if end <= start:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="invalid_period"
        )
    resolution = call.data[ATTR_RESOLUTION]
    estimate = call.data[ATTR_ESTIMATE_GAPS]
    if estimate and not isinstance(resolution, Period):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="estimate_too_fine"
        )
    wanted = call.data.get(ATTR_CHANNELS, sorted(meter.coordinator.latest.keys()))
    profile, now_ms = meter.profile, int(now.timestamp() * 1000)

    def series(queries: Queries, channel: Channel) -> dict[str, Any]:
        # In the reader's thread: thousands of values would hold up the event loop.
        if estimate:
            completed = _estimated(
                queries, profile, channel, start, end, resolution, now_ms
            )
        else:
            buckets = queries.buckets(profile.meter_id, channel, start, end, resolution)
            completed = [Estimate(bucket) for bucket in buckets]
        return _series(channel, completed)

    channels = {}
    try:
        with history_needed():
            for channel in map(Channel, wanted):
                channels[channel.value] = await meter.history.ask(
                    partial(series, channel=channel)
                )
    except TooManyBucketsError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="too_many_points",
            translation_placeholders={"maximum": str(MAX_BUCKETS)},
        ) from err
    return {"meter": meter.name, "resolution": resolution, "channels": channels}


def _estimated(
    queries: Queries,
    profile: MeterProfile,
    channel: Channel,
    start_ms: int,
    end_ms: int,
    period: Period,
    now_ms: int,
) -> list[Estimate]:
    return estimated_buckets(
        queries,
        profile.meter_id,
        channel,
        start_ms,
        end_ms,
        period,
        now_ms=now_ms,
        shortest_ms=NOTABLE_GAP // timedelta(milliseconds=1),
        patience_ms=profile.hold_ms,
    )


def _series(channel: Channel, completed: Iterable[Estimate]) -> dict[str, Any]:
    """Return buckets as a client reads them."""
    quantity = channel.quantity
    value = _energy if channel.is_energy else _level
    return {
        "unit": "kWh" if channel.is_energy else BASE_UNIT[quantity],
        "values": [
            {
                **_frame(item),
                **value(item),
                **(_percentiles(item.bucket) if quantity is Quantity.VOLTAGE else {}),
            }
            for item in completed
        ],
    }


def _frame(item: Estimate) -> dict[str, Any]:
    """Return what all have: `covered` is the share of the period that is known."""
    bucket = item.bucket
    width_ms = bucket.end_ms - bucket.start_ms
    frame = {
        "start": local_iso(bucket.start_ms),
        "end": local_iso(bucket.end_ms),
        "covered": round(bucket.covered_ms / width_ms, 4),
    }
    return frame | {"estimated": True} if item.estimated_ms else frame


def _energy(item: Estimate) -> dict[str, Any]:
    return {"energy": round(item.bucket.energy_wh / 1000, 6)}


def _level(item: Estimate) -> dict[str, Any]:
    return {"mean": item.mean, "min": item.bucket.min, "max": item.bucket.max}


def _percentiles(bucket: Bucket) -> dict[str, Any]:
    found: list[float | None] = [None] * 3
    if bucket.distribution:
        found = bucket.distribution.percentiles(5, 50, 95)
    return dict(zip(("p05", "p50", "p95"), found, strict=True))
