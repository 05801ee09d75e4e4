"""The action that returns what is usual for a meter, and how that is distributed."""

from typing import Any, Final

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv

from ..analytics.usage_statistics.use_profile import (
    BestFit,
    DayType,
    TooLittleUse,
    UsageStatistics,
    UseProfile,
)
from ..const import DOMAIN
from ..household import async_loaded_households
from ..meter import Meter
from ..usage.usage_coordinator import UsageCoordinator
from ..usage.use_intervals import INTERVALS, possible_intervals
from .local_time import local_iso
from .meter_target import async_target_meter
from .unavailable import history_needed

ATTR_INTERVAL: Final = "interval"
ATTR_DISTRIBUTIONS: Final = "distributions"

SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_DEVICE_ID): cv.string,
        probatio.Optional(ATTR_INTERVAL): cv.positive_int,
        probatio.Optional(ATTR_DISTRIBUTIONS, default=False): cv.boolean,
    }
)


async def async_get_usage_statistics(call: ServiceCall) -> ServiceResponse:
    """Return the statistics of a meter, of the interval that was chosen if not told."""
    meter = async_target_meter(call.hass, call.data[ATTR_DEVICE_ID])
    usage = _async_usage(call.hass, meter)
    minutes = call.data.get(ATTR_INTERVAL, usage.minutes(meter))
    _check_interval(meter, minutes)
    with history_needed():
        found = await usage.async_statistics(meter, minutes)
    if isinstance(found, TooLittleUse):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="usage_unknown",
            translation_placeholders={
                "meter": meter.name,
                "days": str(found.days_known),
                "days_needed": str(found.days_needed),
                "uses": str(found.uses_known),
                "uses_needed": str(found.uses_needed),
            },
        )
    now = usage.data.get(meter.subentry.subentry_id)
    judged = now is not None and now.minutes == minutes
    return {
        "meter": meter.name,
        "interval": minutes,
        "zone": str(now.zone) if now and judged and now.zone else None,
        "mean_power": _watts(now.watts) if now and judged else None,
        **_statistics(found, distributions=call.data[ATTR_DISTRIBUTIONS]),
    }


@callback
def _async_usage(hass: HomeAssistant, meter: Meter) -> UsageCoordinator:
    """Return what judges a meter; raises ServiceValidationError if nothing does."""
    key = meter.subentry.subentry_id
    for entry in async_loaded_households(hass):
        usage = entry.runtime_data.usage
        if usage and usage.meters.get(key) is meter:
            return usage
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="meter_without_use",
        translation_placeholders={"meter": meter.name},
    )


def _check_interval(meter: Meter, minutes: int) -> None:
    """Raise ServiceValidationError for an interval that a meter cannot have."""
    if minutes not in INTERVALS:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_interval",
            translation_placeholders={"interval": str(minutes)},
        )
    least = possible_intervals(meter)[0]
    if minutes < least:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="interval_too_short",
            translation_placeholders={
                "meter": meter.name,
                "reports": f"{meter.profile.interval_s / 60:g}",
                "least": str(least),
            },
        )


def _statistics(found: UsageStatistics, *, distributions: bool) -> dict[str, Any]:
    def profile(of: UseProfile) -> dict[str, Any]:
        levels = _levels(of)
        if distributions:
            levels["distribution"] = _fit(of.fit) if of.fit else None
        return levels

    return {
        "from": local_iso(int(found.start_s * 1000)),
        "to": local_iso(int(found.end_s * 1000)),
        "days": found.days,
        "left_out_days": found.left_out_days,
        "samples": found.samples,
        "off_below": round(found.off_below, 1),
        "off_share": round(found.off_share * 100, 2),
        "below_zero_share": round(found.gives_share * 100, 2),
        "use": profile(found.whole),
        **{
            kind.value: [
                {"hour": hour, **profile(found.by_hour[kind, hour])}
                for hour in range(24)
            ]
            for kind in DayType
        },
    }


def _levels(profile: UseProfile) -> dict[str, Any]:
    return {
        "samples": profile.samples,
        "p25": _watts(profile.p25),
        "p50": _watts(profile.p50),
        "p75": _watts(profile.p75),
        "tail": _watts(profile.tail),
        "tail_from": profile.tail_from.value,
    }


def _fit(fit: BestFit) -> dict[str, Any]:
    return {
        "family": fit.family,
        "parameters": {
            name: float(f"{value:.6g}") for name, value in fit.parameters.items()
        },
        "aic": {family: round(aic, 1) for family, aic in fit.aic.items()},
        "kolmogorov_smirnov": round(fit.kolmogorov_smirnov, 4),
        "anderson_darling": round(fit.anderson_darling, 2),
        "fits": fit.fits,
    }


def _watts(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
