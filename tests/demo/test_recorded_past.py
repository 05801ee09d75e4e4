"""The demo home's past in Home Assistant's own statistics."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from wattwise_dev.demo.devices.wiring import Wiring
from wattwise_dev.demo.entities import Entities
from wattwise_dev.demo.memory import KnownHome, KnownMeter
from wattwise_dev.demo.recorded_past import continue_sums, record_past
from wattwise_dev.home_assistant import HomeAssistant as Demo

BEGAN = datetime(2026, 3, 10, 12, 6, tzinfo=UTC)
SENSOR = "sensor.grid_energy_import"
KWH_PER_HOUR = 0.6
HOUR = timedelta(hours=1)
ENTITIES = Entities({("grid", "energy_import"): SENSOR})
KNOWN = KnownHome(
    "entry",
    BEGAN,
    Wiring(1, 2, "020000000000", None),
    {"grid": KnownMeter("subentry", "device", "push", "user")},
    {},
)


@dataclass
class HomeOfThisProcess:
    """Is asked as the demo asks its own Home Assistant."""

    hass: HomeAssistant
    socket: MockHAClientWebSocket

    @property
    def client(self) -> HomeOfThisProcess:
        """Answers requests, too."""
        return self

    async def command(self, command: str, **fields: Any) -> Any:
        """Return the result of a WebSocket command."""
        await self.socket.send_json_auto_id({"type": command, **fields})
        answer = await self.socket.receive_json()
        assert answer["success"], answer
        return answer["result"]

    async def action(
        self, domain: str, action: str, *, response: bool, **data: Any
    ) -> Any:
        """Call an action."""
        return await self.hass.services.async_call(
            domain, action, data, blocking=True, return_response=response
        )

    async def sums(self, period: str) -> list[float]:
        """Return the recorder's sums."""
        found = await self.command(
            "recorder/statistics_during_period",
            statistic_ids=[SENSOR],
            period=period,
            types=["sum"],
            start_time="2026-01-01T00:00:00+00:00",
        )
        return [row["sum"] for row in found.get(SENSOR, ())]


async def history(call: ServiceCall) -> dict[str, Any]:
    """Answer like WattWise's history of a meter that always uses as much."""
    start, end = (datetime.fromisoformat(call.data[key]) for key in ("start", "end"))
    resolution = call.data["resolution"]
    step = HOUR if resolution == "hour" else timedelta(seconds=resolution)
    at = start.replace(minute=0) + (step if start.minute else timedelta())
    values = []
    while at < end:
        energy = KWH_PER_HOUR * (min(step, end - at) / HOUR)
        values.append({"start": at.isoformat(), "energy": energy})
        at += step
    return {"channels": {"energy_import": {"unit": "kWh", "values": values}}}


async def test_sums_begin_at_zero_and_go_on_without_a_step(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """What the recorder counts itself follows the past, once, whenever it begins to."""
    assert await async_setup_component(hass, "sensor", {})
    hass.services.async_register(
        "wattwise", "get_history", history, supports_response=SupportsResponse.ONLY
    )
    fake = HomeOfThisProcess(hass, await hass_ws_client())
    home = cast("Demo", fake)

    await record_past(home, KNOWN, ENTITIES)
    await async_wait_recording_done(hass)
    continuing = asyncio.create_task(continue_sums(home, KNOWN, ENTITIES))
    await asyncio.sleep(0.2)
    assert not continuing.done()
    await _count(hass, BEGAN, 5_000.0, 5_000.02)
    continuing.cancel()
    # The demo was stopped, and started again.
    await asyncio.wait_for(continue_sums(home, KNOWN, ENTITIES), 10)
    await async_wait_recording_done(hass)
    await _count(hass, BEGAN + timedelta(minutes=5), 5_000.05)
    await asyncio.wait_for(continue_sums(home, KNOWN, ENTITIES), 10)
    await async_wait_recording_done(hass)

    hours = await fake.sums("hour")
    assert len(hours) == 60 * 24 - 1
    assert 0 < hours[0] < 1
    assert hours == sorted(hours)
    # Ten minutes of the hour were over when the first 5 minutes were counted.
    expected = hours[-1] + KWH_PER_HOUR / 6
    first, second = await fake.sums("5minute")
    assert abs(first - expected) < 1e-9
    assert abs(second - first - 0.03) < 1e-9


async def _count(hass: HomeAssistant, at: datetime, *shown: float) -> None:
    """Show what a counter counts, and compile the 5 minutes in which it does."""
    for number, value in enumerate(shown):
        moment = at + timedelta(seconds=10 * number)
        attributes = {
            "state_class": "total_increasing",
            "device_class": "energy",
            "unit_of_measurement": "kWh",
        }
        hass.states.async_set(
            SENSOR, str(value), attributes, timestamp=moment.timestamp()
        )
    await async_wait_recording_done(hass)
    minute = at.minute // 5 * 5
    do_adhoc_statistics(hass, start=dt_util.as_utc(at.replace(minute=minute)))
    await async_wait_recording_done(hass)
