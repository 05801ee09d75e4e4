"""The outbox holds what InfluxDB has not got yet, and nothing else."""

from functools import partial
from pathlib import Path
import sqlite3

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.influx.delivery import Rejected
from custom_components.wattwise.history.influx.points import ReadingPoint, SlotPoint
from custom_components.wattwise.history.outbox import outbox as outbox_module, parcel
from custom_components.wattwise.history.outbox.parcel import Parcel, Waiting
from custom_components.wattwise.history.outbox.targets import (
    end_exports,
    is_exported,
    request_past,
    set_target,
)
from custom_components.wattwise.history.periods.calendar import SLOT_MS
from custom_components.wattwise.metering.profile import MeterProfile

from .readings import METER, now_ms, power

HOME = "home"
SERVER = "http://influx:8086 wattwise"


async def _export(history: History, **meters: str) -> list[str]:
    return await history.run(
        partial(set_target, household=HOME, server=SERVER, meters=meters)
    )


async def _take(
    history: History, limit: int = 1_000, at_ms: int | None = None
) -> Parcel:
    taken = await history.ask(
        partial(
            parcel.take, household=HOME, limit=limit, now_ms=at_ms or now_ms() + SLOT_MS
        )
    )
    assert taken is not None
    return taken


async def _put_away(
    history: History, taken: Parcel, rejected: list[Rejected] | None = None
) -> None:
    await history.run(
        partial(parcel.put_away, parcel=taken, rejected=rejected or [], now_ms=now_ms())
    )


async def _waiting(history: History) -> Waiting:
    return await history.ask(partial(parcel.waiting, household=HOME))


async def _exported_meter(history: History) -> None:
    await history.add_meter("meter", "Grid")
    await _export(history, meter="grid")


async def test_what_is_booked_waits_until_it_is_put_away(history: History) -> None:
    """Readings wait with their values, roll-ups once their five minutes are over."""
    await _exported_meter(history)
    start = now_ms() - SLOT_MS
    await history.append(METER, [power(start, 100), power(start + 10_000, 200)])
    taken = await _take(history)
    readings = [point for point in taken.points if isinstance(point, ReadingPoint)]
    slots = [point for point in taken.points if isinstance(point, SlotPoint)]
    assert [(p.meter, p.channel, p.time_ms, p.value, p.span_ms) for p in readings] == [
        ("grid", "power", start, 100, 0),
        ("grid", "power", start + 10_000, 200, 10_000),
    ]
    assert [(p.bucket.start_ms, p.bucket.count) for p in slots] == [(start, 2)]
    assert not (await _take(history)).is_empty
    await _put_away(history, taken)
    assert (await _take(history)).is_empty
    assert await _waiting(history) == Waiting()


async def test_what_came_meanwhile_is_not_put_away(history: History) -> None:
    """Readings that got the numbers of deleted ones wait on."""
    await history.add_meter("removed", "Removed")
    await history.add_meter("meter", "Grid")
    await _export(history, meter="grid", removed="removed")
    start = now_ms() - SLOT_MS
    await history.append(
        MeterProfile("removed"), [power(start + n * 1_000, n) for n in range(3)]
    )
    taken = await _take(history)
    await history.purge("removed")
    await history.append(METER, [power(start, 1), power(start + 1_000, 2)])
    await _put_away(history, taken)
    assert (await _waiting(history)).readings == 2


async def test_a_roll_up_waits_for_its_last_readings(history: History) -> None:
    """The one of these five minutes is not written before they are over."""
    await _exported_meter(history)
    start = now_ms()
    await history.append(METER, [power(start, 100)])
    taken = await _take(history, at_ms=start + SLOT_MS)
    assert [type(point) for point in taken.points] == [ReadingPoint]
    taken = await _take(history, at_ms=start + SLOT_MS + 30_000)
    assert [type(point) for point in taken.points] == [ReadingPoint, SlotPoint]


async def test_what_changes_on_the_way_waits_again(history: History) -> None:
    """A roll-up that changed after it was taken is not put away with the old one."""
    await _exported_meter(history)
    start = now_ms() - SLOT_MS
    await history.append(METER, [power(start, 100)])
    taken = await _take(history)
    await history.append(METER, [power(start + 20_000, 300)])
    await _put_away(history, taken)
    again = await _take(history)
    assert [
        (p.time_ms, p.value) for p in again.points if isinstance(p, ReadingPoint)
    ] == [(start + 20_000, 300)]
    (slot,) = [p for p in again.points if isinstance(p, SlotPoint)]
    assert slot.bucket.count == 2


async def test_a_divided_segment_is_written_again(history: History) -> None:
    """A late reading changes the one after it: both wait, each once."""
    await _exported_meter(history)
    start = now_ms() - SLOT_MS
    await history.append(METER, [power(start, 100), power(start + 20_000, 300)])
    await history.append(METER, [power(start + 10_000, 200)])
    taken = await _take(history)
    spans = {p.time_ms: p.span_ms for p in taken.points if isinstance(p, ReadingPoint)}
    assert spans == {start: 0, start + 10_000: 10_000, start + 20_000: 10_000}


async def test_nothing_waits_for_nobody(history: History) -> None:
    """Without an export the outbox stays empty, and so it does after its end."""
    await history.add_meter("meter", "Grid")
    await history.append(METER, [power(now_ms() - 60_000, 100)])
    assert (
        await history.ask(partial(parcel.take, household=HOME, limit=9, now_ms=0))
        is None
    )
    await _export(history, meter="grid")
    await history.append(METER, [power(now_ms() - 50_000, 100)])
    assert (await _waiting(history)).readings == 1
    await history.run(partial(end_exports, household=HOME, meter_ids=["meter"]))
    await history.append(METER, [power(now_ms() - 40_000, 100)])
    assert await _waiting(history) == Waiting()
    assert not await history.ask(
        partial(is_exported, household=HOME, meter_ids=["meter"])
    )


async def test_what_was_refused_does_not_wait(history: History) -> None:
    """A duplicate or an impossible reading changes nothing, so nothing waits."""
    await _exported_meter(history)
    start = now_ms() - SLOT_MS
    await history.append(METER, [power(start, 100)])
    await _put_away(history, await _take(history))
    await history.append(METER, [power(start, 100), power(start + 1_000, 1e9)])
    assert (await _take(history)).is_empty


async def test_names_stay(history: History) -> None:
    """A meter keeps the name it was first written under; no two have the same."""
    for meter_id in ("meter", "other"):
        await history.add_meter(meter_id, "Grid")
    assert await _export(history, meter="grid", other="grid") == ["meter", "other"]
    assert await _export(history, meter="renamed", other="grid") == []
    names = await history.ask(
        lambda q: q.connection.execute(
            "SELECT meter_id, exported_as FROM meter ORDER BY 1"
        ).fetchall()
    )
    assert names == [("meter", "grid"), ("other", "grid_2")]


async def test_another_server_has_nothing_yet(history: History) -> None:
    """What waited for the old server is forgotten, and the past asked for."""
    await _exported_meter(history)
    await history.append(METER, [power(now_ms() - 60_000, 100)])
    new = await history.run(
        partial(
            set_target,
            household=HOME,
            server="http://other:8086 db",
            meters={"meter": "x"},
        )
    )
    assert new == ["meter"]
    assert await _waiting(history) == Waiting()


async def test_the_past_is_written_page_by_page(history: History) -> None:
    """Days of the past are taken in pieces, each of which counts once put away."""
    await history.add_meter("meter", "Grid")
    start = now_ms() - 3 * 86_400_000
    times = [start + number * 600_000 for number in range(400)]
    await history.append(
        METER, [power(at, 100 + number) for number, at in enumerate(times)]
    )
    await _export(history, meter="grid")
    assert await history.run(partial(request_past, meter_ids=["meter"])) == 1
    seen: dict[int, float | None] = {}
    slots: set[int] = set()
    parcels = 0
    while not (taken := await _take(history, limit=100)).is_empty:
        parcels += 1
        seen |= {
            p.time_ms: p.value for p in taken.points if isinstance(p, ReadingPoint)
        }
        slots |= {p.bucket.start_ms for p in taken.points if isinstance(p, SlotPoint)}
        # What is not put away is taken again.
        assert (await _take(history, limit=100)).points == taken.points
        await _put_away(history, taken)
    assert list(seen) == times
    assert set(times) <= slots
    assert parcels > 3
    assert await _waiting(history) == Waiting()


async def test_the_past_can_be_asked_for_in_part(history: History) -> None:
    """Only what lies between the times is written again."""
    await _exported_meter(history)
    start = now_ms() - SLOT_MS
    times = [start + number * 10_000 for number in range(20)]
    await history.append(METER, [power(at, 100) for at in times])
    await _put_away(history, await _take(history))
    await history.run(
        partial(request_past, meter_ids=["meter"], start_ms=times[5], end_ms=times[8])
    )
    taken = await _take(history)
    readings = [p.time_ms for p in taken.points if isinstance(p, ReadingPoint)]
    assert readings == times[5:8]


async def test_what_falls_off_becomes_the_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full outbox lets its oldest readings go; they come from the history later."""
    monkeypatch.setattr(outbox_module, "MAX_WAITING", 100)
    monkeypatch.setattr(outbox_module, "_FALL_OFF", 10)
    history = History(tmp_path / "wattwise.db", "UTC")
    await history.open()
    await _exported_meter(history)
    start = now_ms() - 3_600_000
    times = [start + number * 10_000 for number in range(250)]
    for at in times:
        await history.append(METER, [power(at, 100)])
    waiting = await _waiting(history)
    assert 90 <= waiting.readings <= 100
    assert waiting.past_channels == 1
    seen = set()
    while not (taken := await _take(history)).is_empty:
        seen |= {p.time_ms for p in taken.points if isinstance(p, ReadingPoint)}
        await _put_away(history, taken)
    assert seen == set(times)
    await history.close()


async def test_refused_points_are_kept_with_their_reason(history: History) -> None:
    """People can look at what the server would not take; the newest are kept."""
    await _exported_meter(history)
    await history.append(METER, [power(now_ms() - 60_000, 100)])
    taken = await _take(history)
    refused = [Rejected(0, f"line {n}", "field type conflict") for n in range(1_200)]
    await _put_away(history, taken, refused)
    assert (await _waiting(history)).rejected == parcel.MAX_REJECTED
    newest = await history.ask(partial(parcel.rejected_points, household=HOME, limit=2))
    assert [(p.line, p.reason) for p in newest] == [
        ("line 1199", "field type conflict"),
        ("line 1198", "field type conflict"),
    ]


async def test_what_is_rolled_back_does_not_wait(history: History) -> None:
    """The outbox is part of the transaction that books."""
    await _exported_meter(history)

    def job(transaction: object) -> None:
        transaction.ledger.append(  # type: ignore[attr-defined]
            METER, [power(now_ms() - 60_000, 5)], now_ms=now_ms()
        )
        raise sqlite3.OperationalError("no")

    with pytest.raises(Exception, match="no"):
        await history.run(job)
    assert (await _take(history)).is_empty


async def test_roll_ups_that_fall_off_become_the_past(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are bounded like readings, and none is missing in the end."""
    monkeypatch.setattr(outbox_module, "MAX_WAITING_SLOTS", 20)
    monkeypatch.setattr(outbox_module, "_FALL_OFF", 5)
    await _exported_meter(history)
    start = now_ms() - 60 * SLOT_MS
    for number in range(60):
        at = start + number * SLOT_MS
        await history.append(METER, [power(at, 100), power(at + 10_000, 110)])
    waiting = await _waiting(history)
    assert 15 <= waiting.slots <= 20
    assert (waiting.readings, waiting.past_channels) == (120, 1)
    counts: dict[int, int] = {}
    readings = 0
    while not (taken := await _take(history)).is_empty:
        slots = [p.bucket for p in taken.points if isinstance(p, SlotPoint)]
        readings += len(taken.points) - len(slots)
        counts |= {slot.start_ms: slot.count for slot in slots}
        await _put_away(history, taken)
    assert readings == 120
    assert counts == {start + number * SLOT_MS: 2 for number in range(60)}
    assert await _waiting(history) == Waiting()


async def test_deleted_meters_do_not_wait(history: History) -> None:
    """What waited of them is not sent, and is put away like what was."""
    await _exported_meter(history)
    await history.append(METER, [power(now_ms() - 60_000, 100)])
    await history.run(partial(request_past, meter_ids=["meter"]))
    await history.delete_meters(["meter"])
    taken = await _take(history)
    assert taken.points == []
    await _put_away(history, taken)
    assert await _waiting(history) == Waiting()
