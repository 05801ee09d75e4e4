"""All faults by name, and how they are brought into the samples of a meter."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from ..errors import unknown
from ..household import Household, MeterKind
from ..sample import Sample
from . import counters, delivery, values, voltage
from .event import Fault, FaultEvent
from .schedule import occurrences, plan

_MINUTE: Final = 60
_HOUR: Final = 3600

_VOLTAGE_FAULTS: Final = (
    Fault(
        "sag",
        "voltage at 40 to 85 % for seconds (share of 230 V)",
        voltage.sag,
        3,
        (1, 30),
    ),
    Fault(
        "swell",
        "voltage at 112 to 125 % for seconds (share of 230 V)",
        voltage.swell,
        2,
        (1, 30),
    ),
    Fault(
        "low",
        "voltage at 82 to 89 % for minutes (share of 230 V)",
        voltage.low,
        1,
        (5 * _MINUTE, 30 * _MINUTE),
    ),
    Fault(
        "high",
        "voltage at 111 to 114 % for minutes (share of 230 V)",
        voltage.high,
        1,
        (5 * _MINUTE, 30 * _MINUTE),
    ),
    Fault(
        "fluctuation",
        "voltage up and down by up to 5 % for minutes (share)",
        voltage.fluctuation,
        1,
        (5 * _MINUTE, 15 * _MINUTE),
    ),
    Fault(
        "interruption",
        "no voltage for seconds or minutes, counters stand still",
        voltage.interruption,
        0.3,
        (5, 3 * _MINUTE),
    ),
)

# In the order in which they happen: on the line, in the meter, on the way.
FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(
    {
        fault.name: fault
        for fault in (
            *_VOLTAGE_FAULTS,
            Fault(
                "swap",
                "another meter, whose counters stand elsewhere (kWh)",
                counters.swap,
                1 / 90,
            ),
            Fault("reset", "counters begin again at zero", counters.reset, 1 / 30),
            Fault(
                "zero",
                "a restart, then one sample with counters at zero",
                counters.zero,
                0.5,
            ),
            Fault("dip", "counters 0.1 kWh lower for one sample", counters.dip, 2),
            Fault(
                "wh_as_kwh",
                "counters sent in Wh for a while (factor)",
                counters.wh_as_kwh,
                0.2,
                (5 * _MINUTE, 2 * _HOUR),
            ),
            Fault("nan", "one value is not a number", values.nan, 4),
            Fault("none", "one value is missing", values.none, 4),
            Fault("garbage", "one value is text or impossible", values.garbage, 4),
            Fault(
                "future",
                "one sample stamped ahead of time (seconds)",
                delivery.future,
                1,
            ),
            Fault(
                "clock_1970",
                "samples stamped in 1970, the clock was not set",
                delivery.clock_1970,
                0.3,
                (_MINUTE, 20 * _MINUTE),
            ),
            Fault(
                "outage",
                "no samples for minutes or hours",
                delivery.outage,
                0.5,
                (5 * _MINUTE, 6 * _HOUR),
            ),
            Fault("duplicate", "one sample is sent twice", delivery.duplicate, 4),
            Fault(
                "disorder",
                "one sample is sent after later ones (how many)",
                delivery.disorder,
                4,
            ),
        )
    }
)


def faults_possible(
    names: Iterable[str], household: Household, meter: str
) -> tuple[str, ...]:
    """Return those faults that a meter can have: only the grid's measure voltage.

    Raises SimulatorError for unknown faults and meters.
    """
    names = tuple(names)
    for name in names:
        if name not in FAULTS:
            raise unknown("fault", name, FAULTS)
    if household.meter(meter).kind is MeterKind.GRID:
        return names
    electrical = {fault.name for fault in _VOLTAGE_FAULTS}
    return tuple(name for name in names if name not in electrical)


def inject(
    samples: Iterable[Sample],
    names: Iterable[str],
    meter: str,
    start_s: int,
    end_s: int,
    seed: int = 0,
) -> tuple[Iterator[Sample], list[FaultEvent]]:
    """Bring faults into the samples of a meter between two times [s].

    Returns the samples and the record of what happens to them, which is complete
    when all samples were taken. Every fault happens at least once. Raises
    SimulatorError for an unknown name.
    """
    wanted = set(names)
    if stray := sorted(wanted - set(FAULTS)):
        raise unknown("fault", stray[0], FAULTS)
    record: list[FaultEvent] = []
    stream = iter(samples)
    for name, fault in FAULTS.items():
        if name in wanted:
            events = plan(fault, meter, start_s, end_s, seed)
            record += events
            stream = occurrences(fault, events, stream, seed)
    record.sort(key=lambda event: event.start_s)
    return stream, record
