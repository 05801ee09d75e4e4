"""The task that empties the outbox goes on, whatever happens around it."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.influx import sender as sender_module
from custom_components.wattwise.history.influx.delivery import Rejected
from custom_components.wattwise.history.influx.errors import ServerError
from custom_components.wattwise.history.influx.sender import ExportState, InfluxSender
from custom_components.wattwise.history.influx.settings import (
    InfluxSettings,
    InfluxVersion,
)
from custom_components.wattwise.history.outbox.targets import set_target

from ..conftest import history
from ..readings import METER, now_ms, power

__all__ = ["history"]

SETTINGS = InfluxSettings(
    "http://influx:8086", "wattwise", None, None, None, None, True, InfluxVersion.V1
)

type _Deliver = Callable[[Callable[[], list[Rejected]]], list[Rejected]]


BEGIN = partial(set_target, household="home", server="s", meters={"meter": "grid"})


async def _sender(
    history: History, deliver: _Deliver, on_change: Callable[[ExportState], None]
) -> InfluxSender:
    """Return a sender to a server that answers as `deliver` does; a reading waits."""

    async def run(call: Callable[[], list[Rejected]]) -> list[Rejected]:
        return deliver(call)

    await history.add_meter("meter", "Grid")
    await history.run(BEGIN)
    await history.append(METER, [power(now_ms(), 1)])
    return InfluxSender(history, "home", SETTINGS, run, on_change)


async def test_a_server_that_wants_peace_for_years(history: History) -> None:
    """It is asked again within an hour or so."""

    def refuse(_call: Callable[[], list[Rejected]]) -> list[Rejected]:
        raise ServerError("busy", 1e9)

    sender = await _sender(history, refuse, lambda _: None)
    assert 0 < await sender._deliver_some(BEGIN) < 2 * 3_600


async def test_a_listener_that_fails_does_not_end_the_export(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later readings are delivered."""
    monkeypatch.setattr(sender_module, "LAST_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(sender_module, "SEND_SECONDS", 0.01)
    delivered = 0

    def take(_call: Callable[[], list[Rejected]]) -> list[Rejected]:
        nonlocal delivered
        delivered += 1
        return []

    def fail(_state: ExportState) -> None:
        raise ValueError("a listener")

    sender = await _sender(history, take, fail)
    task = asyncio.create_task(sender.run(BEGIN))
    async with asyncio.timeout(10):
        while delivered < 1:  # noqa: ASYNC110  (nothing tells it)
            await asyncio.sleep(0.01)
        await history.append(METER, [power(now_ms() + 1, 2)])
        while delivered < 2:
            assert not task.done()
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])


async def test_an_outbox_that_knows_nothing_of_the_household(history: History) -> None:
    """After a damaged file was replaced, the export begins anew."""
    sent: list[int] = []

    def take(_call: Callable[[], list[Rejected]]) -> list[Rejected]:
        sent.append(1)
        return []

    sender = await _sender(history, take, lambda _: None)
    await history.run(lambda t: t.connection.execute("DELETE FROM target"))
    assert await sender._deliver_some(BEGIN) == 0
    await history.append(METER, [power(now_ms() + 1_000, 2)])
    await sender._deliver_some(BEGIN)
    assert sent
