"""What is deleted is gone at once, and its rows little by little, whatever happens."""

from functools import partial
from pathlib import Path
import sqlite3

import pytest

from custom_components.wattwise.history import deletion
from custom_components.wattwise.history.database import schema
from custom_components.wattwise.history.deletion import (
    Remains,
    delete_some,
    find_remains,
)
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.outbox import parcel
from custom_components.wattwise.history.outbox.parcel import Waiting
from custom_components.wattwise.history.outbox.targets import (
    end_exports,
    end_other_exports,
    request_past,
    set_target,
)
from custom_components.wattwise.history.periods.calendar import HOUR_MS, SLOT_MS, Period
from custom_components.wattwise.history.questions.queries import Queries
from custom_components.wattwise.history.readings.packed_hours import LAST_HOUR
from custom_components.wattwise.metering.profile import MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from .readings import counter, now_ms, power

STEP_MS = 60_000
HOURS = 30
GONE, KEPT = MeterProfile("gone"), MeterProfile("kept")


async def fill(history: History, profile: MeterProfile, hours: int = HOURS) -> None:
    """Let a meter tell its power and energy, some of it packed and some held."""
    await history.add_meter(profile.meter_id, profile.meter_id)
    end_ms = now_ms()
    readings: list[Reading] = []
    for number, at in enumerate(range(end_ms - hours * HOUR_MS, end_ms, STEP_MS)):
        readings += power(at, number % 900), counter(at, 1_000.0 + number * 5)
    readings.append(counter(end_ms, 3.0))
    await history.append(profile, readings)
    # One that is refused, and is counted.
    await history.append(profile, [power(end_ms, 1e12)])
    await history.refresh_rollups()
    while await history.run(lambda t: t.ledger.raw.pack(now_ms())):
        pass


async def export(history: History, *meters: str) -> None:
    """Write meters to a server from now on."""
    names = {meter_id: meter_id for meter_id in meters}
    await history.run(partial(set_target, household="home", server="s", meters=names))


async def finish(history: History) -> int:
    """Delete what is left; return in how many steps."""
    steps = 0
    remains: Remains | None = await history.run(find_remains)
    while remains:
        remains = await history.run(partial(delete_some, remains=remains))
        steps += 1
    return steps


def rows_of(queries: Queries) -> dict[str, dict[int, int]]:
    """Return how many rows each channel has in each table."""
    found: dict[str, dict[int, int]] = {}
    for name, table in schema().items():
        key = "channel_id" if "channel_id" in table.names else ""
        if "hour_id" in table.names:
            key = f"hour_id >> {LAST_HOUR.bit_length()}"
        if key:
            found[name] = dict(
                queries.connection.execute(
                    f"SELECT {key}, count(*) FROM {name} GROUP BY 1"  # noqa: S608
                ).fetchall()
            )
    return found


async def energy(history: History, meter_id: str) -> float:
    """Return all energy of a meter [Wh]."""
    end_ms = now_ms() + HOUR_MS
    hours = await history.buckets(
        meter_id, Channel.ENERGY_IMPORT, end_ms - 99 * HOUR_MS, end_ms, Period.HOUR
    )
    return sum(hour.energy_wh for hour in hours)


async def is_gone(history: History) -> bool:
    """Whether nothing answers for the deleted meter."""
    meters = [meter.meter_id for meter in await history.kept_meters([])]
    raw = [page async for page in history.raw("gone", Channel.POWER, 0, now_ms())]
    return (
        meters == ["kept"]
        and not raw
        and not await history.latest("gone")
        and not await history.refused("gone")
        and not await energy(history, "gone")
    )


@pytest.fixture
async def both(history: History, monkeypatch: pytest.MonkeyPatch) -> History:
    """Return a history of two exported meters, of which steps delete very little."""
    monkeypatch.setattr(deletion, "_STEP_S", 0.0)
    monkeypatch.setattr(deletion, "_ROWS", 20)
    for profile in (GONE, KEPT):
        await history.add_meter(profile.meter_id, profile.meter_id)
    await export(history, "gone", "kept")
    for profile in (GONE, KEPT):
        await fill(history, profile)
    for profile in (GONE, KEPT):
        # Its hour has to be rolled up again.
        late_ms = now_ms() - 2 * HOUR_MS - STEP_MS // 2
        await history.append(profile, [power(late_ms, 1.0)])
    await history.run(partial(request_past, meter_ids=["gone", "kept"]))
    return history


async def test_a_deleted_meter_is_gone_at_once_and_leaves_nothing(
    both: History,
) -> None:
    """Not a row of it is left in the end, and not a row of others is missing."""
    before = await both.ask(rows_of)
    kept_wh = await energy(both, "kept")
    ids = await both.ask(
        lambda q: {
            number
            for (number,) in q.connection.execute(
                "SELECT channel_id FROM channel WHERE meter_id = 'gone'"
            )
        }
    )
    assert len(ids) == 2
    await both.delete_meters(["gone"])
    assert await is_gone(both)
    assert (await both.ask(rows_of))["rollup_5min"] == before["rollup_5min"]

    assert await finish(both) > 50
    after = await both.ask(rows_of)
    for name, rows in before.items():
        others = {number: count for number, count in rows.items() if number not in ids}
        assert after[name] == others, name
    assert {"held", "packed_hour", "outbox_slot", "stale_hour"} <= {
        name for name, rows in before.items() if ids & set(rows)
    }
    assert await energy(both, "kept") == kept_wh
    assert await both.run(find_remains) is None


async def test_a_step_is_short(both: History) -> None:
    """However much there is, readings wait for a few hundred rows at the most."""
    await both.delete_meters(["gone"])
    remains: Remains | None = await both.run(find_remains)
    while remains:

        def step(transaction: object, remains: Remains = remains) -> Remains | None:
            connection = transaction.connection  # type: ignore[attr-defined]
            before = connection.total_changes
            left = delete_some(transaction, remains)  # type: ignore[arg-type]
            assert connection.total_changes - before <= 1_000
            return left

        remains = await both.run(step)


@pytest.mark.parametrize("steps", [0, 1, 9])
async def test_a_restart_half_way(
    steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deleted meter does not come back, and what is left of it goes as well."""
    monkeypatch.setattr(deletion, "_STEP_S", 0.0)
    path = tmp_path / "wattwise.db"
    history = History(path, "Europe/Berlin")
    await history.open()
    await fill(history, GONE)
    await fill(history, KEPT)
    kept_wh = await energy(history, "kept")
    await history.delete_meters(["gone"])
    remains: Remains | None = await history.run(find_remains)
    for _ in range(steps):
        assert remains
        remains = await history.run(partial(delete_some, remains=remains))
    await history.close()
    await history.open()
    assert await is_gone(history)
    assert await finish(history)
    assert await is_gone(history)
    rows = await history.ask(rows_of)
    assert all(set(channels) <= {3, 4} for channels in rows.values()), rows
    assert await energy(history, "kept") == kept_wh
    await history.close()


@pytest.mark.parametrize("steps", [0, 40])
async def test_a_meter_that_is_added_again_meanwhile(steps: int, both: History) -> None:
    """It begins anew, and loses nothing to the deletion that still goes on."""
    await both.delete_meters(["gone"])
    remains: Remains | None = await both.run(find_remains)
    for _ in range(steps):
        assert remains
        remains = await both.run(partial(delete_some, remains=remains))
    assert await both.add_meter("gone", "again") == {}
    start_ms = now_ms() - HOUR_MS
    receipt = await both.append(
        GONE, [counter(start_ms + n * STEP_MS, 7_000.0 + n) for n in range(60)]
    )
    assert receipt.accepted == 60
    while remains:
        remains = await both.run(partial(delete_some, remains=remains))
    await finish(both)
    assert await energy(both, "gone") == pytest.approx(59)
    raw = [page async for page in both.raw("gone", Channel.ENERGY_IMPORT, 0, now_ms())]
    assert sum(map(len, raw)) == 60


async def test_another_deletion_meanwhile_leaves_nothing_either(
    both: History,
) -> None:
    """What was looked through for the first is looked through for the second too."""
    await both.delete_meters(["gone"])
    remains: Remains | None = await both.run(find_remains)
    for _ in range(40):
        assert remains
        remains = await both.run(partial(delete_some, remains=remains))
    await both.delete_meters(["kept"])
    while remains:
        remains = await both.run(partial(delete_some, remains=remains))
    await finish(both)
    assert not any((await both.ask(rows_of)).values())


async def test_what_waits_of_a_deleted_meter_is_not_sent(both: History) -> None:
    """Whoever deletes what was measured does not want it to appear elsewhere."""
    await both.delete_meters(["gone"])
    seen = await deliver(both)
    assert seen == {"kept"}


async def test_what_waits_of_a_removed_meter_is_sent(both: History) -> None:
    """It was measured while it was exported: the server gets it, also its past."""
    await export(both, "kept")
    await both.append(GONE, [power(now_ms() - 5, 1.0)])
    waiting = await both.ask(partial(parcel.waiting, household="home"))
    assert waiting.past_channels == 4
    seen = await deliver(both)
    assert seen == {"gone", "kept"}
    assert await both.ask(partial(parcel.waiting, household="home")) == Waiting()


async def deliver(history: History) -> set[str]:
    """Empty the outbox; return the meters that a server would know by then."""
    seen: set[str] = set()
    while True:
        taken = await history.ask(
            partial(
                parcel.take,
                household="home",
                limit=5_000,
                now_ms=now_ms() + 2 * SLOT_MS,
            )
        )
        assert taken is not None
        if taken.is_empty:
            return seen
        seen |= {point.meter for point in taken.points}
        await history.run(
            partial(parcel.put_away, parcel=taken, rejected=[], now_ms=now_ms())
        )


async def test_an_export_that_ended_leaves_nothing(both: History) -> None:
    """All that waited goes, and a new export of the same home does not meet it."""
    await both.run(partial(end_exports, household="home", meter_ids=["gone", "kept"]))
    assert await both.ask(partial(parcel.waiting, household="home")) == Waiting()
    await export(both, "kept")
    assert await both.ask(partial(parcel.waiting, household="home")) == Waiting()
    await both.append(KEPT, [power(now_ms(), 5.0)])
    await finish(both)
    waiting = await both.ask(partial(parcel.waiting, household="home"))
    assert (waiting.readings, waiting.past_channels) == (1, 0)
    left = await both.ask(
        lambda q: q.connection.execute(
            "SELECT (SELECT count(*) FROM outbox_reading),"
            " (SELECT count(*) FROM outbox_past), (SELECT count(*) FROM target)"
        ).fetchone()
    )
    assert left == (1, 0, 1)


async def test_exports_of_homes_that_are_gone_end(both: History) -> None:
    """The last home is removed while nobody can note it; others are not touched."""
    await both.run(partial(end_other_exports, households={"home"}))
    assert (await both.ask(partial(parcel.waiting, household="home"))).readings
    await both.run(partial(end_other_exports, households={"another"}))
    assert await both.ask(partial(parcel.waiting, household="home")) == Waiting()
    await finish(both)
    await both.run(partial(end_other_exports, households={"another"}))
    assert await both.run(find_remains) is None
    assert not (await both.ask(rows_of))["outbox_reading"]


async def test_a_deletion_that_fails_deletes_nothing(both: History) -> None:
    """A disk that refuses leaves the meter as it was."""
    before = await energy(both, "gone")

    def job(transaction: object) -> None:
        deletion.delete_meters(transaction, ["gone"])  # type: ignore[arg-type]
        raise sqlite3.OperationalError("disk full")

    with pytest.raises(Exception, match="disk full"):
        await both.run(job)
    assert await energy(both, "gone") == before
    assert await both.run(find_remains) is None
