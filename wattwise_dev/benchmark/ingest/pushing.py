"""What clients send, and how long each answer takes."""

import asyncio
from collections.abc import Iterable, Sequence
import json
import time
from typing import Any, Final

from aiohttp import ClientSession, ClientTimeout

from ..load import Load, MeasurementError
from .readings import VALUES_PER_ITEM, item

_KEY_HEADER: Final = "X-API-Key"
_TIMEOUT: Final = ClientTimeout(total=60)


async def push_singles(
    url: str, keys: Sequence[str], per_second: float, seconds: float
) -> Load:
    """Let each meter push what it measures, evenly, from its own connection."""
    load = Load()
    begun = time.monotonic()
    await asyncio.gather(
        *(
            _push_evenly(load, url, number, key, per_second, begun, seconds, len(keys))
            for number, key in enumerate(keys)
        )
    )
    load.seconds = time.monotonic() - begun
    return load


async def push_batches(url: str, batches: dict[str, list[bytes]], values: int) -> Load:
    """Let meters push bodies of `values` values, each its own one after the other."""
    load = Load()
    begun = time.monotonic()
    await asyncio.gather(
        *(
            _push_in_turn(load, url, key, bodies, values)
            for key, bodies in batches.items()
        )
    )
    load.seconds = time.monotonic() - begun
    return load


async def _push_evenly(
    load: Load,
    url: str,
    number: int,
    key: str,
    per_second: float,
    begun: float,
    seconds: float,
    clients: int,
) -> None:
    # Clients are out of step with each other, as meters are.
    due = begun + number / (clients * per_second)
    async with ClientSession(timeout=_TIMEOUT) as session:
        while due < begun + seconds:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            body = json.dumps(item(number, time.time_ns() // 1_000_000)).encode()
            await _push(load, session, url, key, body, VALUES_PER_ITEM)
            due += 1 / per_second


async def _push_in_turn(
    load: Load, url: str, key: str, bodies: Iterable[bytes], values: int
) -> None:
    async with ClientSession(timeout=_TIMEOUT) as session:
        for body in bodies:
            await _push(load, session, url, key, body, values)


async def _push(
    load: Load, session: ClientSession, url: str, key: str, body: bytes, values: int
) -> None:
    headers = {_KEY_HEADER: key, "Content-Type": "application/json"}
    begun = time.perf_counter()
    async with session.post(url, data=body, headers=headers) as response:
        answer: Any = await response.read()
        took_ms = (time.perf_counter() - begun) * 1000
        if response.status != 202 or json.loads(answer)["accepted"] != values:
            raise MeasurementError(
                f"{url} answered {response.status} {answer[:300]!r} to {values} values"
            )
    load.latencies_ms.append(took_ms)
    load.values += values
