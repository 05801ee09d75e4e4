"""What was acknowledged survives SIGKILL of a real Home Assistant, and counts once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from pathlib import Path
import random
import sqlite3
import time
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
import pytest

from custom_components.wattwise.history.readings.raw_readings import RawReadings
from wattwise_dev.benchmark.ingest.home import PushMeter, add_push_meter
from wattwise_dev.demo.commissioning import set_up_household
from wattwise_dev.home_assistant import HomeAssistant, free_port

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(300),
]

SEED = 20_000
KILLS = 10
METERS = 2
ITEMS = 5_000
CHANNELS = 2
READINGS = METERS * ITEMS * CHANNELS
STEP_MS = 10_000
SLOT_MS = 300_000
# How often it is seen whether Home Assistant has ended by itself, at least.
WATCH_S = 1.0
# How long after its turn has come a kill strikes: about as long as some requests take.
LONGEST_DELAY_S = 0.05
RETRY_S = 0.2

# Restarts are quicker without what WattWise does not need.
CONFIGURATION = """
homeassistant:
  time_zone: Europe/Berlin
logger:
  default: warning
"""


@dataclass(frozen=True)
class Item:
    """What a meter measured at once."""

    time_ms: int
    power_w: float
    counter_wh: int

    def as_json(self) -> dict[str, Any]:
        """Return it as the meter sends it."""
        return {
            "time": self.time_ms / 1000,
            "power": self.power_w,
            "energy_import": self.counter_wh / 1000,
        }


@dataclass
class Sender:
    """A meter that sends in order of time, and again until it is acknowledged."""

    meter: PushMeter
    items: list[Item]
    sizes: random.Random
    progress: asyncio.Event
    """Set whenever something is acknowledged."""
    acknowledged: int = 0
    """How many items."""
    stored_unacknowledged: int = 0
    """How many values were on disk although the answer was lost in a kill."""
    attempts: int = 0
    statuses: set[int] = field(default_factory=set)

    async def send_all(self, url: str) -> None:
        """Send all items."""
        async with ClientSession(timeout=ClientTimeout(total=20)) as session:
            while self.acknowledged < len(self.items):
                size = self.sizes.randint(1, 60)
                batch = self.items[self.acknowledged : self.acknowledged + size]
                if await self._send(session, url, batch):
                    self.acknowledged += len(batch)
                    self.progress.set()
                else:
                    # With another size: what was stored already may be only a part.
                    await asyncio.sleep(RETRY_S)

    async def _send(self, session: ClientSession, url: str, batch: list[Item]) -> bool:
        """Return whether all values were acknowledged."""
        self.attempts += 1
        try:
            async with session.post(
                f"{url}/api/wattwise/data",
                json={"readings": [item.as_json() for item in batch]},
                headers={"X-API-Key": self.meter.key},
            ) as response:
                self.statuses.add(response.status)
                if response.status != 202:
                    # Home Assistant is starting: the view or the household is not
                    # there yet. Anything else is no reason to try again.
                    assert response.status in {404, 429, 503}, await response.text()
                    return False
                answer = await response.json()
        except ClientError, OSError, TimeoutError:
            return False
        assert answer["refused"] == []
        assert answer["held"] == 0
        assert answer["accepted"] + answer["duplicate"] == len(batch) * CHANNELS
        self.stored_unacknowledged += answer["duplicate"]
        return True


@pytest.fixture
async def home(tmp_path: Path) -> AsyncGenerator[HomeAssistant]:
    """Return a running Home Assistant that nobody lives in yet."""
    async with HomeAssistant(tmp_path, free_port()) as home:
        await home.onboard()
        yield home


async def test_what_was_acknowledged_survives_kills(
    home: HomeAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two meters push 20,000 readings; Home Assistant is killed ten times meanwhile."""
    chance = random.Random(SEED)
    entry_id = await set_up_household(home)
    start_ms = (time.time_ns() // 1_000_000 // SLOT_MS - 12 * 24) * SLOT_MS
    progress = asyncio.Event()
    senders = [
        Sender(
            await add_push_meter(home, entry_id, f"Meter {number}"),
            measured(chance, start_ms),
            random.Random(number),
            progress,
        )
        for number in range(METERS)
    ]
    # What was set up is saved with a delay; an orderly end saves it.
    await home.stop()
    configuration = home.config_dir / "configuration.yaml"
    await asyncio.to_thread(configuration.write_text, CONFIGURATION)

    begun = time.monotonic()
    await home.process.spawn()
    async with asyncio.TaskGroup() as tasks:
        for sender in senders:
            tasks.create_task(sender.send_all(home.url))
        kills = await kill_at_random(home, senders, chance, progress)
    seconds = time.monotonic() - begun

    await home.kill()
    database = home.config_dir / "wattwise.db"
    for sender in senders:
        assert sender.acknowledged == ITEMS
        assert 401 not in sender.statuses
        check_file(database, sender)
    await home.start()
    for sender in senders:
        await check_action(home, sender)

    assert kills == KILLS
    with capsys.disabled():
        print(  # noqa: T201  (how hard it was is worth knowing)
            f"\n{kills} kills and restarts while {READINGS} readings were pushed in"
            f" {seconds:.0f} s: {sum(s.attempts for s in senders)} requests,"
            f" {sum(s.stored_unacknowledged for s in senders)} readings were stored"
            " though their answer was lost, none is missing, none counts twice"
        )


async def kill_at_random(
    home: HomeAssistant,
    senders: list[Sender],
    chance: random.Random,
    progress: asyncio.Event,
) -> int:
    """Kill and start again at random moments; return how often the push went on."""
    moments = sorted(chance.sample(range(1, METERS * ITEMS * 9 // 10), KILLS))
    kills = 0
    for moment in moments:
        while sum(sender.acknowledged for sender in senders) < moment:
            home.process.raise_if_ended()
            progress.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(progress.wait(), WATCH_S)
        await asyncio.sleep(chance.uniform(0, LONGEST_DELAY_S))
        assert any(sender.acknowledged < ITEMS for sender in senders)
        await home.process.kill()
        kills += 1
        await home.process.spawn()
    return kills


def measured(chance: random.Random, start_ms: int) -> list[Item]:
    """Return what a meter measures, in whole Wh."""
    first_wh = chance.randrange(1_000_000, 9_000_000)
    steps = [0, *(chance.randrange(25) for _ in range(ITEMS - 1))]
    return [
        Item(start_ms + number * STEP_MS, chance.randrange(90_000) / 10, counter_wh)
        for number, counter_wh in enumerate(
            accumulate(steps[1:], initial=first_wh),
        )
    ]


def check_file(database: Path, sender: Sender) -> None:
    """Compare the file with what was sent."""
    with closing(
        sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    ) as connection:
        items = sender.items
        assert stored(connection, sender.meter, "power") == [
            (item.time_ms, item.power_w) for item in items
        ]
        counters = stored(connection, sender.meter, "energy_import")
        assert [moment for moment, _ in counters] == [item.time_ms for item in items]
        assert [value for _, value in counters] == pytest.approx(
            [item.counter_wh for item in items], abs=1e-6
        )
        ((channel_id, register_wh),) = connection.execute(
            "SELECT channel_id, register_wh FROM channel"
            " WHERE meter_id = ? AND name = 'energy_import'",
            (sender.meter.meter_id,),
        )
        ((rolled_up_wh, counted),) = connection.execute(
            "SELECT sum(energy_wh), sum(count) FROM rollup_5min WHERE channel_id = ?",
            (channel_id,),
        )
    used_wh = items[-1].counter_wh - items[0].counter_wh
    assert register_wh == pytest.approx(items[-1].counter_wh, abs=1)
    assert rolled_up_wh == pytest.approx(used_wh, abs=1)
    assert counted == ITEMS


def stored(
    connection: sqlite3.Connection, meter: PushMeter, channel: str
) -> list[tuple[int, float]]:
    """Return times [ms] and values of a channel, straight from the file."""
    (channel_id,) = connection.execute(
        "SELECT channel_id FROM channel WHERE meter_id = ? AND name = ?",
        (meter.meter_id, channel),
    ).fetchone()
    return [
        (reading.time_ms, reading.value)
        for page in RawReadings(connection).pages(channel_id, 0, 1 << 42)
        for reading in page
        if reading.value is not None
    ]


async def check_action(home: HomeAssistant, sender: Sender) -> None:
    """Compare what a user of the action gets with what was sent."""
    items = sender.items
    answer = await home.client.action(
        "wattwise",
        "get_history",
        response=True,
        device_id=sender.meter.device_id,
        start=iso(items[0].time_ms),
        end=iso(items[-1].time_ms),
        resolution=STEP_MS // 1000,
    )
    powers = answer["channels"]["power"]["values"]
    # Times are those of the home's clock.
    assert [iso_utc(value["start"]) for value in powers] == [
        iso(item.time_ms) for item in items[:-1]
    ]
    assert [value["mean"] for value in powers] == pytest.approx(
        [item.power_w for item in items[:-1]]
    )
    energies = answer["channels"]["energy_import"]["values"]
    assert [value["energy"] * 1000 for value in energies] == pytest.approx(
        [after.counter_wh - before.counter_wh for before, after in pairwise(items)],
        abs=0.01,
    )


def iso(time_ms: int) -> str:
    """Return a time as actions take and give it."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat()


def iso_utc(told: str) -> str:
    """Return a time with any offset as one of UTC."""
    return datetime.fromisoformat(told).astimezone(UTC).isoformat()
