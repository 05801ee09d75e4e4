"""A process that books readings and exports them, to be killed at any moment.

    python -m tests.real.exporting_process FILE SETTINGS FIRST LAST START_MS

It books the readings with the numbers FIRST to LAST, a hundred at a time, and says
"ack N" when those up to number N are on disk. Then it says "delivered" once nothing
waits for InfluxDB any more, and ends.
"""

import asyncio
from functools import partial
import json
from pathlib import Path
import sys
from typing import Final

from custom_components.wattwise.history import history as history_module
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.influx import sender
from custom_components.wattwise.history.influx.settings import InfluxSettings
from custom_components.wattwise.history.outbox import parcel
from custom_components.wattwise.history.outbox.targets import set_target
from custom_components.wattwise.metering.profile import MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

HOUSEHOLD: Final = "home"
METER: Final = MeterProfile("meter")
STEP_MS: Final = 10_000
BATCH: Final = 100
# Slow enough that everything can be killed in the middle of it.
_PAUSE_SECONDS: Final = 0.015


def reading(number: int, start_ms: int) -> Reading:
    """Return what the meter tells as its reading of this number."""
    return Reading(Channel.POWER, start_ms + number * STEP_MS, value(number))


def value(number: int) -> float:
    """Return the power of a reading [W]: no two neighbours are the same."""
    return float(100 + number * 7 % 1_900)


async def _run(
    path: Path, settings: InfluxSettings, numbers: range, start_ms: int
) -> None:
    history = History(path, "Europe/Berlin")
    await history.open()
    await history.add_meter(METER.meter_id, "Grid")
    begin = partial(
        set_target,
        household=HOUSEHOLD,
        server=settings.url,
        meters={METER.meter_id: "grid"},
    )
    await history.run(begin)
    loop = asyncio.get_running_loop()
    exporting = asyncio.create_task(
        sender.InfluxSender(
            history,
            HOUSEHOLD,
            settings,
            partial(loop.run_in_executor, None),
            lambda _: None,
        ).run(begin)
    )
    for first in range(numbers.start, numbers.stop, BATCH):
        batch = range(first, min(first + BATCH, numbers.stop))
        await history.append(METER, [reading(number, start_ms) for number in batch])
        print("ack", batch[-1], flush=True)  # noqa: T201
        await asyncio.sleep(_PAUSE_SECONDS)
    now_ms = history_module._now_ms() + 10 * STEP_MS * 30
    while True:
        left = await history.ask(
            partial(parcel.take, household=HOUSEHOLD, limit=1, now_ms=now_ms)
        )
        if left is not None and left.is_empty:
            break
        await asyncio.sleep(0.1)
    print("delivered", flush=True)  # noqa: T201
    exporting.cancel()
    await asyncio.wait([exporting])
    await history.close()


if __name__ == "__main__":
    sender.SEND_SECONDS = 0.2
    sender.FIRST_RETRY_SECONDS = 0.1
    sender.LAST_RETRY_SECONDS = 0.5
    file, data, first_number, last_number, start = sys.argv[1:]
    asyncio.run(
        _run(
            Path(file),
            InfluxSettings.from_data(json.loads(data)),
            range(int(first_number), int(last_number) + 1),
            int(start),
        )
    )
