"""One meter that pushes its samples to WattWise and keeps what it cannot send."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import logging
from typing import Final

import aiohttp

from .errors import SimulatorError
from .household import Household
from .payload import Body, Dialect, FacilityBodies, wattwise_body
from .sample import Sample

LOGGER: Final = logging.getLogger(__name__)

PATH: Final = "/api/wattwise/data"
KEY_HEADER: Final = "X-API-Key"
LARGEST_BATCH: Final = 1000
# A meter that pushes every ten seconds can be cut off for a day.
BACKLOG: Final = 10_000

_TIMEOUT: Final = aiohttp.ClientTimeout(total=30)
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0
_LONGEST_RETRY_AFTER_S: Final = 600.0
# 404 is what Home Assistant answers until WattWise is set up.
_TRY_AGAIN: Final = {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_UNKNOWN_KEY: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_SHOWN_CHARACTERS: Final = 200


class PlayerError(SimulatorError):
    """The player has to stop; the message is one line for a person."""


@dataclass(slots=True)
class Tally:
    """What became of a meter's samples."""

    sent: int = 0
    """Samples in bodies that were answered with success."""
    requests: int = 0
    accepted: int = 0
    duplicate: int = 0
    held: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Values refused, by channel and reason."""
    rejected: int = 0
    """Samples dropped because their body was called wrong."""
    overflowed: int = 0
    """Samples dropped because the backlog was full."""
    waiting: int = 0
    """Samples not sent yet."""


class Pusher:
    """Sends a meter's samples in order, over and over until they are taken."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        meter: str,
        key: str,
        household: Household,
        dialect: Dialect,
        tally: Tally,
        backlog: int = BACKLOG,
    ) -> None:
        """Prepare to send to a Home Assistant at a URL with the meter's key."""
        self.meter = meter
        self.tally = tally
        self._session = session
        self._url = url.rstrip("/") + PATH
        self._key = key
        self._facility = (
            FacilityBodies(household) if dialect is Dialect.FACILITY else None
        )
        self._limit = backlog
        self._backlog: deque[Sample] = deque()
        # Samples on their way may come back, so they keep their room.
        self._on_the_way = 0
        self._changed = asyncio.Condition()
        self._wait_s = _FIRST_WAIT_S
        self._settled = asyncio.Event()
        self._settled.set()

    async def put(self, sample: Sample, *, patient: bool) -> None:
        """Take a sample; when the backlog is full wait, or else drop the oldest one."""
        async with self._changed:
            if patient:
                await self._changed.wait_for(lambda: self._kept() < self._limit)
            self._backlog.append(sample)
            self._settled.clear()
            while self._kept() > self._limit:
                self._backlog.popleft()
                self.tally.overflowed += 1
            self.tally.waiting = self._kept()
            self._changed.notify_all()

    async def settle(self) -> None:
        """Wait until all is sent, or nothing can be sent at the moment."""
        await self._settled.wait()

    async def run(self) -> None:
        """Send until cancelled; raises PlayerError when the key is not known."""
        while True:
            batch = await self._take()
            try:
                wait_s = await self._post(batch)
            except BaseException:
                await self._put_away(batch)
                raise
            if wait_s is None:
                if self._wait_s > _FIRST_WAIT_S:
                    LOGGER.warning("%s: sending again", self.meter)
                self._wait_s = _FIRST_WAIT_S
                await self._put_away(())
            else:
                await self._put_away(batch)
                await asyncio.sleep(wait_s)

    async def _take(self) -> list[Sample]:
        """Return the oldest samples, as many as fit into a body."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._backlog))
            count = min(len(self._backlog), LARGEST_BATCH)
            batch = [self._backlog.popleft() for _ in range(count)]
            self._on_the_way = count
            return batch

    async def _put_away(self, returned: Sequence[Sample]) -> None:
        """End an attempt: with nothing, or with the samples that could not be sent."""
        async with self._changed:
            self._on_the_way = 0
            self._backlog.extendleft(reversed(returned))
            self.tally.waiting = self._kept()
            if returned or not self._backlog:
                self._settled.set()
            self._changed.notify_all()

    def _kept(self) -> int:
        """Return how many samples are not known to have arrived."""
        return len(self._backlog) + self._on_the_way

    async def _post(self, batch: list[Sample]) -> float | None:
        """Send samples; return how long to wait before trying again [s], if at all."""
        body = self._facility.body(batch) if self._facility else wattwise_body(batch)
        self.tally.requests += 1
        try:
            async with self._session.post(
                self._url,
                json=body,
                headers={KEY_HEADER: self._key},
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as response:
                status = response.status
                if status < HTTPStatus.MULTIPLE_CHOICES:
                    self._count(batch, await _json(response))
                    return None
                text = (await response.text(errors="replace"))[:_SHOWN_CHARACTERS]
                retry_after = response.headers.get("Retry-After")
        except (aiohttp.ClientError, TimeoutError) as error:
            return self._back_off(str(error) or type(error).__name__, None)
        if status in _UNKNOWN_KEY:
            raise PlayerError(
                f"{self._url} does not accept the key of meter '{self.meter}' "
                f"(HTTP {status}). Take the key from the meter's settings in WattWise"
            )
        if status in _TRY_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return self._back_off(f"HTTP {status}", retry_after)
        LOGGER.warning(
            "%s: dropped %d samples that were called wrong (HTTP %d): %s",
            self.meter,
            len(batch),
            status,
            text,
        )
        self.tally.rejected += len(batch)
        return None

    def _count(self, batch: list[Sample], answer: Body) -> None:
        """Note what became of samples that arrived."""
        if self._facility:
            self._facility.sent(batch)
        tally = self.tally
        tally.sent += len(batch)
        tally.accepted += _count_of(answer, "accepted")
        tally.duplicate += _count_of(answer, "duplicate")
        tally.held += _count_of(answer, "held")
        refused = answer.get("refused")
        for item in refused if isinstance(refused, list) else ():
            if isinstance(item, dict):
                tally.refused[f"{item.get('channel')}: {item.get('reason')}"] += 1

    def _back_off(self, reason: str, retry_after: str | None) -> float:
        """Return how long to wait [s], and longer the next time."""
        if self._wait_s == _FIRST_WAIT_S:
            LOGGER.warning("%s: cannot send (%s), keeping samples", self.meter, reason)
        wait_s = self._wait_s
        self._wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
        asked_s = retry_after_s(retry_after)
        return wait_s if asked_s is None else asked_s


async def _json(response: aiohttp.ClientResponse) -> Body:
    """Return the answer, or an empty one where it is no JSON object."""
    try:
        answer = await response.json(content_type=None)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _count_of(answer: Body, name: str) -> int:
    """Return a count from an answer."""
    count = answer.get(name)
    return count if isinstance(count, int) else 0


def retry_after_s(retry_after: str | None) -> float | None:
    """Return how long a Retry-After header asks to wait [s]."""
    if not retry_after:
        return None
    try:
        asked_s = float(retry_after)
    except ValueError:
        try:
            moment = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        asked_s = (moment - datetime.now(UTC)).total_seconds()
    return min(max(asked_s, 0.0), _LONGEST_RETRY_AFTER_S)
