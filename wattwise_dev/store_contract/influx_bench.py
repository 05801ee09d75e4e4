"""An InfluxDB under check: readings go the way they go in a home."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
import time
from typing import Final

from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.influx.archive import InfluxArchive
from custom_components.wattwise.history.influx.delivery import deliver
from custom_components.wattwise.history.influx.server import InfluxServer
from custom_components.wattwise.history.influx.settings import InfluxSettings
from custom_components.wattwise.history.influx.store import InfluxStore
from custom_components.wattwise.history.outbox import parcel
from custom_components.wattwise.history.outbox.targets import set_target
from custom_components.wattwise.history.periods.calendar import SLOT_MS

from .bench import Bench

_HOUSEHOLD: Final = "contract"
_TIME_ZONE: Final = "Europe/Berlin"


@asynccontextmanager
async def influx_bench(folder: Path, settings: InfluxSettings) -> AsyncGenerator[Bench]:
    """Yield a bench whose readings go through an outbox in a folder to a server.

    The checks' meters are purged from the server at the end, where it can do that.
    """
    history = History(folder / "outbox.db", _TIME_ZONE)
    await history.open()
    server = InfluxServer(settings)
    names: dict[str, str] = {}

    async def register(meter_id: str, name: str) -> None:
        await history.add_meter(meter_id, name)
        names[meter_id] = name
        await history.run(
            partial(set_target, household=_HOUSEHOLD, server=settings.url, meters=names)
        )

    async def settle() -> None:
        # As if the last five minutes were over.
        at_ms = int(time.time() * 1000) + 2 * SLOT_MS
        while True:
            taken = await history.ask(
                partial(parcel.take, household=_HOUSEHOLD, limit=5_000, now_ms=at_ms)
            )
            if taken is None or taken.is_empty:
                return
            refused = deliver(server, taken.points)
            assert not refused, refused[0].reason
            await history.run(
                partial(parcel.put_away, parcel=taken, rejected=[], now_ms=at_ms)
            )

    store = InfluxStore(history, InfluxArchive(server), names.__getitem__, _TIME_ZONE)
    bench = Bench(store, history, settle, register)
    try:
        yield bench
    finally:
        for meter_id in bench.meters:
            with suppress(HistoryError):
                await store.purge(meter_id)
        server.close()
        await history.close()
