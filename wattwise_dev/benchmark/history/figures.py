"""The figures of the history benchmark, their goals, floors and alternatives."""

from collections.abc import Iterator
from operator import itemgetter
from statistics import median
from typing import Final

from ..load import Load
from ..report import Figure, Findings, percentile
from .asking import Answers
from .durable_rates import Rate
from .filling import Filled
from .measuring import Measured
from .meters import CHANNELS, METERS
from .plan import Plan
from .span import RAW, TOTALS, VOLTAGE, YEAR
from .watch import Cost

_MIB: Final = 1024 * 1024
# Of bare SQLite's rate, in batches of a thousand.
_LEAST_SHARE: Final = 0.6
_MOST_BYTES: Final = 30
_MOST_OF_RECORDER: Final = 0.1
_LONGEST_STALL_MS: Final = 10
# How long an answer may take [ms].
_GOALS_MS: Final = {YEAR: 20, TOTALS: 2, RAW: None, VOLTAGE: None}

_NOTES: Final = (
    (
        f"A reading is one channel value. {len(METERS)} simulated meters with"
        f" {CHANNELS} channels each (power, energy import, voltage, current) are read"
        " every 10 s; they show as many digits as a utility's meter, a clamp stamped on"
        " arrival, and a fine one."
    ),
    (
        "Rates: live readings of all meters in turn, straight into History; the floor"
        " is sqlite3's executemany of the same rows in commits of the same size, WAL and"
        " synchronous=FULL. Both take turns on new files."
    ),
    (
        "Bytes: pages in use divided by the readings at 10 s, with their roll-ups;"
        " instead: the pages of the recorder's tables of states and statistics with"
        " their indexes, divided by the same readings. The recorder was told each"
        " reading as an entity's state at its time, through the event bus, and compiled"
        " its statistics every 5 minutes; nothing was vacuumed or purged."
    ),
    (
        "Answers: from the event loop and back, medians, of a file that is in the"
        " kernel's cache; cold ones come from a new connection after the kernel was told"
        " to drop the file (posix_fadvise). The floor is a bare SELECT of as many rows"
        " of a table made for it, in the same thread; instead: the recorder's own"
        " functions, of sensors with the same past."
    ),
    (
        "Stall: the longest time by which a callback due every 10 ms was late. What the"
        " loop's thread waited for a processor, in sum, is due to other programs and"
        " to the other threads of this one. The floor is the loop while bare sqlite3"
        " worked in a thread. All processes have as many objects as a running Home"
        " Assistant, and Python's own settings for garbage, as it does."
    ),
)


def history_findings(measured: Measured, plan: Plan) -> Findings:
    """Return all figures of a run."""
    filled = measured.filled
    size = (
        f"History: {filled.coarse:,} readings at 15 minutes over {plan.coarse_days}"
        f" days, then {filled.fine:,} at 10 seconds over {plan.fine_days} days;"
        f" {filled.packed.file / 1e6:.0f} MB."
    )
    return Findings(
        "WattWise, history",
        (size, *_NOTES),
        (
            *_rates(measured),
            *_fillings(filled),
            *_bytes(measured),
            *_answers(measured, plan),
            *_stalls(measured),
            *_memory(filled),
        ),
    )


def _rates(measured: Measured) -> Iterator[Figure]:
    for size, rate in measured.rates.items():
        bare = rate.bare.values_per_second
        details = {"all meters at once": rate.at_once.values_per_second}
        if size == 1:
            details |= _latencies(rate)
        yield Figure(
            f"durable in batches of {size:,}",
            "readings/s",
            rate.in_turn.values_per_second,
            target=_LEAST_SHARE * bare if size == 1_000 else None,
            at_least=True,
            floor=bare,
            details=details,
        )


def _latencies(rate: Rate) -> dict[str, float]:
    def at(load: Load, percent: int) -> float:
        return percentile(load.latencies_ms, percent)

    return {
        "p50 in ms": at(rate.in_turn, 50),
        "p99 in ms": at(rate.in_turn, 99),
        "bare p50 in ms": at(rate.bare, 50),
        "bare p99 in ms": at(rate.bare, 99),
    }


def _fillings(filled: Filled) -> Iterator[Figure]:
    for name, cost in _steps(filled):
        yield Figure(
            f"{name} {filled.fine:,} readings",
            "s",
            cost.seconds,
            details={"readings/s": filled.fine / cost.seconds},
        )


def _steps(filled: Filled) -> Iterator[tuple[str, Cost]]:
    yield "booking", filled.booking
    yield "rolling up", filled.refreshing
    yield "packing", filled.packing


def _bytes(measured: Measured) -> Iterator[Figure]:
    filled, recorded = measured.filled, measured.recorded
    empty = measured.recorder_empty
    states = recorded.space.of("state") - empty.of("state")
    statistics = recorded.space.of("statistics") - empty.of("statistics")
    instead = (states + statistics) / recorded.readings
    before, after = filled.before, filled.packed
    bytes_each = (after.used - before.used) / filled.fine
    tables = {
        table: (size - before.tables.get(table, 0)) / filled.fine
        for table, size in sorted(after.tables.items(), key=itemgetter(1), reverse=True)
    }
    yield Figure(
        "bytes per reading",
        "B",
        bytes_each,
        _MOST_BYTES,
        instead=instead,
        details={name: value for name, value in tables.items() if value >= 0.01}
        | {
            "before packing": (filled.booked.used - before.used) / filled.fine,
            "with free pages": (after.file - before.file) / filled.fine,
        },
    )
    yield Figure(
        "share of the recorder's bytes",
        "%",
        100 * bytes_each / instead,
        100 * _MOST_OF_RECORDER,
    )
    yield Figure(
        "recorder, bytes per recorded state",
        "B",
        states / recorded.states,
        details={
            "statistics per state": statistics / recorded.states,
            "readings that were recorded, in percent": (
                100 * recorded.states / recorded.readings
            ),
            "readings/s": recorded.readings / recorded.seconds,
        },
    )


def _answers(measured: Measured, plan: Plan) -> Iterator[Figure]:
    names = {
        YEAR: f"hourly energy of {plan.coarse_days + plan.fine_days} days",
        RAW: f"10-second power of {plan.raw_days} days, one by one",
        TOTALS: "energy of today and this month",
        VOLTAGE: f"hourly voltages of {plan.voltage_days} days, with percentiles",
    }
    for name, ours in measured.answers.items():
        bare = measured.bare_answers[name]
        recorder = measured.recorder_answers[name]
        yield Figure(
            names[name],
            "ms",
            median(ours.warm_ms),
            _GOALS_MS[name],
            floor=median(bare.warm_ms),
            instead=median(recorder.warm_ms),
            details={
                "rows": ours.rows,
                "slowest": max(ours.warm_ms),
                "cold": median(ours.cold_ms),
                **_beside("bare", bare),
                **_beside("recorder's", recorder),
            },
        )


def _beside(whose: str, answers: Answers) -> dict[str, float]:
    return {
        f"{whose} rows": answers.rows,
        f"{whose} cold": median(answers.cold_ms),
    }


def _stalls(measured: Measured) -> Iterator[Figure]:
    yield _stall("idle", [measured.idle], None, None)
    for size, rate in measured.rates.items():
        yield _stall(
            f"batches of {size:,}", rate.cost, rate.bare_cost, _LONGEST_STALL_MS
        )
    for name, cost in _steps(measured.filled):
        yield _stall(name, [cost], None, _LONGEST_STALL_MS)
    yield _stall(
        "questions",
        [answers.cost for answers in measured.answers.values()],
        None,
        _LONGEST_STALL_MS,
    )


def _stall(
    name: str, costs: list[Cost], bare: list[Cost] | None, target: float | None
) -> Figure:
    return Figure(
        f"worst stall, {name}",
        "ms",
        max(cost.lag_worst_ms for cost in costs),
        target,
        floor=max(cost.lag_worst_ms for cost in bare) if bare else None,
        details={
            "p99": max(cost.lag_p99_ms for cost in costs),
            "longest garbage collection": max(cost.garbage_ms for cost in costs),
            "full garbage collections": sum(cost.full_collections for cost in costs),
            "waited for a processor": sum(cost.waited_ms for cost in costs),
        },
    )


def _memory(filled: Filled) -> Iterator[Figure]:
    for name, cost in _steps(filled):
        yield Figure(
            f"memory added, {name}",
            "MiB",
            (cost.rss_peak - filled.rss_empty) / _MIB,
            details={
                "with nothing booked": filled.rss_empty / _MIB,
                "before": cost.rss_before / _MIB,
                "peak": cost.rss_peak / _MIB,
                "after": cost.rss_after / _MIB,
            },
        )
