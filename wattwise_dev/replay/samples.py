"""What the house's meter shows, sample by sample."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wattwise_dev.simulator import household_named, simulate
from wattwise_dev.simulator.sample import samples_of

from .plan import (
    DAY,
    FIRST_EXPORT_KWH,
    FIRST_IMPORT_KWH,
    HOUSEHOLD,
    HOUSEHOLD_METER,
    SEED,
    Plan,
)

# What a one-phase meter measures, as the interfaces of WattWise call it.
FIELDS = (
    "power",
    "energy_import",
    "energy_export",
    "voltage_l1",
    "current_l1",
    "frequency",
    "power_factor",
)

type Values = dict[str, float]
"""What a meter shows by field: energies in kWh, the rest in W, V, A, Hz, 1."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the meters showed from a moment on [ms since the epoch]."""

    time_ms: int
    values: Values


def house_samples(plan: Plan) -> list[Values]:
    """Return what the meter of the house shows, one for each step of the plan."""
    family = household_named(HOUSEHOLD)
    meters = tuple(
        replace(meter, import_kwh=FIRST_IMPORT_KWH, export_kwh=FIRST_EXPORT_KWH)
        if meter.key == HOUSEHOLD_METER
        else meter
        for meter in family.meters
    )
    household = replace(family, meters=meters, counters_start=DAY)
    midnight = datetime.combine(DAY, time(), ZoneInfo(household.time_zone))
    start = midnight.astimezone(UTC) + timedelta(hours=plan.first_hour)
    # The first sample stands for the step that ends with it.
    start += timedelta(seconds=plan.step_s)
    end = start + timedelta(hours=plan.hours)
    chunks = simulate(household, start, end, plan.step_s, SEED, (HOUSEHOLD_METER,))
    return [
        {field: float(sample.values[field] or 0) for field in FIELDS}
        for sample in samples_of(chunks, HOUSEHOLD_METER)
    ]
