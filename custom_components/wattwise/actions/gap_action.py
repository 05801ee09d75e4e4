"""The action that returns when a meter told nothing."""

from datetime import timedelta
from typing import Any, Final

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..gap_sensors import NOTABLE_GAP
from ..history.questions.gaps import (
    SHORTEST_GAP_MS,
    Gap,
    find_gaps,
)
from ..metering.quantity import METER_CHANNELS, Channel
from .local_time import local_iso
from .meter_target import async_target_meter
from .unavailable import history_needed

ATTR_CHANNEL: Final = "channel"
ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_SHORTEST: Final = "shortest"

_DEFAULT_PERIOD: Final = timedelta(days=30)
_MINUTE: Final = timedelta(minutes=1)
_MS_PER_MINUTE: Final = 60_000
_LONGEST_MINUTES: Final = 10_080

SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_DEVICE_ID): cv.string,
        probatio.Optional(ATTR_CHANNEL): probatio.In(
            [channel.value for channel in METER_CHANNELS]
        ),
        probatio.Optional(ATTR_START): cv.datetime,
        probatio.Optional(ATTR_END): cv.datetime,
        probatio.Optional(ATTR_SHORTEST, default=NOTABLE_GAP // _MINUTE): probatio.All(
            probatio.Coerce(int),
            probatio.Range(SHORTEST_GAP_MS // _MS_PER_MINUTE, _LONGEST_MINUTES),
        ),
    }
)


async def async_get_gaps(call: ServiceCall) -> ServiceResponse:
    """Return the gaps of a meter's energy, or of one of its channels."""
    meter = async_target_meter(call.hass, call.data[ATTR_DEVICE_ID])
    now = dt_util.utcnow()
    end = dt_util.as_utc(call.data.get(ATTR_END, now))
    start = dt_util.as_utc(call.data.get(ATTR_START, end - _DEFAULT_PERIOD))
    if end <= start:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="invalid_period"
        )
    channel = call.data.get(ATTR_CHANNEL)
    profile = meter.profile
    with history_needed():
        gaps = await meter.history.ask(
            lambda queries: find_gaps(
                queries,
                profile.meter_id,
                Channel(channel) if channel else None,
                int(start.timestamp() * 1000),
                int(end.timestamp() * 1000),
                now_ms=int(now.timestamp() * 1000),
                shortest_ms=call.data[ATTR_SHORTEST] * _MS_PER_MINUTE,
                patience_ms=profile.hold_ms,
            )
        )
    return {
        "meter": meter.name,
        "missing_hours": round(sum(gap.duration_ms for gap in gaps) / 3_600_000, 3),
        "gaps": [_described(gap) for gap in gaps],
    }


def _described(gap: Gap) -> dict[str, Any]:
    """Return a gap as a client reads it, its energy in kWh."""
    return {
        "start": local_iso(gap.start_ms),
        "end": local_iso(gap.end_ms),
        "hours": round(gap.duration_ms / 3_600_000, 3),
        "kind": gap.kind.value,
        "energy": {
            channel.value: round(energy_wh / 1000, 6)
            for channel, energy_wh in gap.energy_wh.items()
        },
    }
