"""The figures of the ingest benchmark, their targets and their floors."""

from collections.abc import Iterator
from typing import Final

from ..load import Load
from ..report import Figure, Findings, percentile
from .measuring import Measured
from .plan import METERS, Plan
from .traffic import LoopWatch

_MIB: Final = 1024 * 1024

_NOTES: Final = (
    (
        "A reading is one channel value. Meters send items of 4 values (power, energy"
        " import, voltage, current); a batch of 1,000 readings is 250 items at 10 s."
        " Batches are a backlog in order of time; the late ones come after the meter"
        " has reported something newer."
    ),
    (
        "Floors: bare aiohttp answering the same requests plus bare sqlite3 committing"
        " the same rows; of the event loop, the same Home Assistant answering the same"
        " requests from a view that stores nothing."
    ),
    (
        "Lag: how much later than due the loop calls back, every 10 ms, in the process"
        " of Home Assistant. What its thread waited for a processor, in sum, is due to"
        " the clients and whatever else runs on this machine."
    ),
    (
        "Set-up: the sum of the times in which the loop runs steps and callbacks that"
        " descend from enabling WattWise in a Home Assistant that had not loaded it."
    ),
    (
        "Memory: resident, medians at the same uptime in two runs; with WattWise, the"
        " meters report every 10 s."
    ),
)


def ingest_findings(measured: Measured, plan: Plan) -> Findings:
    """Return all figures of a run."""
    megabytes = measured.database_bytes / 1e6
    history = (
        f"History before: {measured.history:,} readings of {METERS} meters over"
        f" {plan.coarse_days + plan.fine_days} days, {megabytes:.0f} MB."
    )
    return Findings(
        "WattWise, ingest",
        (history, *_NOTES),
        (
            *_singles(measured),
            *_batches(measured),
            *_lags(measured),
            _memory(measured),
            *_set_up(measured),
        ),
    )


def _singles(measured: Measured) -> Iterator[Figure]:
    parts = {
        "bare aiohttp": measured.server_singles.load.latencies_ms,
        "bare sqlite3": measured.store.singles.latencies_ms,
        "bare view": measured.without.bare_singles.load.latencies_ms,
    }
    ours = measured.with_wattwise.singles.load.latencies_ms
    for percent, target in ((50, 15), (99, 60)):
        at = {name: percentile(values, percent) for name, values in parts.items()}
        yield Figure(
            f"single reading durable, p{percent}",
            "ms",
            percentile(ours, percent),
            target,
            floor=at["bare aiohttp"] + at["bare sqlite3"],
            details=at if percent != 50 else {**at, "sent": len(ours)},
        )


def _batches(measured: Measured) -> Iterator[Figure]:
    ours, server = measured.with_wattwise.backlogs, measured.server_backlogs
    bare, store = measured.without.bare_backlogs, measured.store
    for name, load, aiohttp, view, sqlite, target in (
        (
            "batches of 1,000, one meter",
            ours.one_meter.load,
            server.one_meter.load,
            bare.one_meter.load,
            store.batches,
            5_000,
        ),
        (
            f"batches of 1,000, {METERS} meters at once",
            ours.all_meters.load,
            server.all_meters.load,
            bare.all_meters.load,
            store.batches,
            5_000,
        ),
        (
            "batches of 1,000, late",
            ours.late.load,
            server.late.load,
            bare.late.load,
            store.batches,
            5_000,
        ),
        (
            "batches of 4,000, one meter",
            ours.large.load,
            server.large.load,
            bare.large.load,
            store.large,
            None,
        ),
    ):
        yield _throughput(name, load, aiohttp, view, sqlite, target)


def _throughput(
    name: str, ours: Load, aiohttp: Load, view: Load, sqlite: Load, target: int | None
) -> Figure:
    # What both floors take together, one after the other.
    floor = 1 / (1 / aiohttp.values_per_second + 1 / sqlite.values_per_second)
    return Figure(
        name,
        "readings/s",
        ours.values_per_second,
        target,
        at_least=True,
        floor=floor,
        details={
            "bare aiohttp": aiohttp.values_per_second,
            "bare sqlite3": sqlite.values_per_second,
            "bare view": view.values_per_second,
        },
    )


def _lags(measured: Measured) -> Iterator[Figure]:
    without, ours = measured.without, measured.with_wattwise
    bare, backlogs = without.bare_backlogs, ours.backlogs
    yield _lag("idle", ours.idle, without.idle, None)
    yield _lag("singles", ours.singles.loop, without.bare_singles.loop, 10)
    yield _lag("batches, one meter", backlogs.one_meter.loop, bare.one_meter.loop, 10)
    yield _lag(
        f"batches, {METERS} meters", backlogs.all_meters.loop, bare.all_meters.loop, 10
    )
    yield _lag("batches, late", backlogs.late.loop, bare.late.loop, 10)
    yield _lag("batches of 4,000", backlogs.large.loop, bare.large.loop, 10)


def _lag(name: str, ours: LoopWatch, bare: LoopWatch, target: float | None) -> Figure:
    return Figure(
        f"loop lag p99, {name}",
        "ms",
        percentile(ours.lags_ms, 99),
        target,
        floor=percentile(bare.lags_ms, 99),
        details={
            "p50": percentile(ours.lags_ms, 50),
            "max": max(ours.lags_ms),
            "waited for a processor": ours.waited_ms,
            "floor p50": percentile(bare.lags_ms, 50),
            "floor max": max(bare.lags_ms),
            "floor waited for a processor": bare.waited_ms,
        },
    )


def _memory(measured: Measured) -> Figure:
    without, ours = measured.without.memory, measured.with_wattwise
    return Figure(
        "memory above Home Assistant",
        "MiB",
        (ours.memory.rss - without.rss) / _MIB,
        60,
        details={
            "with": ours.memory.rss / _MIB,
            "without": without.rss / _MIB,
            "difference of anonymous memory": (
                ours.memory.anonymous - without.anonymous
            )
            / _MIB,
            "with, after all batches": ours.memory_after_backlogs.rss / _MIB,
        },
    )


def _set_up(measured: Measured) -> Iterator[Figure]:
    cold, *warm = measured.without.set_ups
    yield Figure(
        "set-up, event-loop time",
        "ms",
        cold.busy_ms,
        300,
        details={
            "of it with a processor": cold.cpu_ms,
            "of it collecting garbage": cold.garbage_ms,
            "longest step": cold.longest_ms,
            "wall clock": cold.wall_ms,
        },
    )
    if warm:
        yield Figure(
            "set-up again, event-loop time",
            "ms",
            percentile([again.busy_ms for again in warm], 50),
            details={"wall clock": percentile([again.wall_ms for again in warm], 50)},
        )
