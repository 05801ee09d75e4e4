"""The task that empties the outbox into InfluxDB, for as long as it takes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
import logging
import random
import time
from typing import Any, Final

from ..errors import HistoryError
from ..history import History
from ..outbox.parcel import (
    Parcel,
    Waiting,
    put_away,
    take,
    waiting,
)
from ..writer import Transaction
from .delivery import Rejected, deliver
from .errors import InfluxError, ServerError
from .server import InfluxServer
from .settings import InfluxSettings

_LOGGER: Final = logging.getLogger(__name__)

# New readings are sent this often: each delivery writes to the SD card once more.
SEND_SECONDS: Final = 10.0
PARCEL_POINTS: Final = 5_000
# A server that is away is asked again after this long, and ever more rarely.
FIRST_RETRY_SECONDS: Final = 5.0
LAST_RETRY_SECONDS: Final = 300.0
# However long it asks to be left alone.
LONGEST_PAUSE_SECONDS: Final = 3_600.0
# Counting what waits means reading it all.
_COUNT_SECONDS: Final = 60.0


type _RunInThread = Callable[[Callable[[], list[Rejected]]], Awaitable[list[Rejected]]]
"""Runs a blocking call in a thread."""


@dataclass(frozen=True, slots=True)
class ExportState:
    """How the export does.

    `error` is the key of what is wrong, None while all is well; `detail` what the
    server said. Times are in UTC milliseconds.
    """

    error: str | None = None
    detail: str | None = None
    failing_since_ms: int | None = None
    delivered_ms: int | None = None
    waiting: Waiting = field(default_factory=Waiting)


class InfluxSender:
    """Delivers what waits of one household, whatever happens meanwhile."""

    def __init__(
        self,
        history: History,
        household: str,
        settings: InfluxSettings,
        run_in_thread: _RunInThread,
        on_change: Callable[[ExportState], None],
    ) -> None:
        """Prepare to deliver; `on_change` is called in the event loop."""
        self.state = ExportState()
        self._history = history
        self._household = household
        self._settings = settings
        self._run_in_thread = run_in_thread
        self._on_change = on_change
        self._server: InfluxServer | None = None
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._counted_at = float("-inf")

    async def run(self, begin: Callable[[Transaction], object]) -> None:
        """Deliver until cancelled.

        `begin` lets the outbox be filled for the household. It is done once more when
        the outbox does not know of it, as after a damaged file was replaced.
        """
        try:
            while True:
                try:
                    pause = await self._deliver_some(begin)
                except Exception:
                    # Whoever is told of the state must not end the export.
                    _LOGGER.exception("Telling how the export does failed")
                    pause = LAST_RETRY_SECONDS
                await asyncio.sleep(pause)
        finally:
            if self._server:
                # A request that is under way ends without an answer; what it wrote is
                # written again, which changes nothing.
                self._server.close()

    async def _deliver_some(self, begin: Callable[[Transaction], object]) -> float:
        """Deliver one parcel; return after how many seconds to go on."""
        try:
            parcel = await self._history.ask(
                partial(
                    take,
                    household=self._household,
                    limit=PARCEL_POINTS,
                    now_ms=_now_ms(),
                )
            )
            if parcel is None:
                await self._history.run(begin)
                return 0.0
            if parcel.is_empty:
                await self._note_success(delivered=False)
                return SEND_SECONDS
            rejected = await self._run_in_thread(partial(self._deliver, parcel))
            await self._history.run(
                partial(put_away, parcel=parcel, rejected=rejected, now_ms=_now_ms())
            )
        except InfluxError as err:
            return await self._note_failure(err)
        except HistoryError as err:
            # The user is told by the history itself.
            _LOGGER.debug("The outbox cannot be used: %s", err)
            return LAST_RETRY_SECONDS
        except Exception as err:  # Whatever it is, the next attempt may succeed.
            _LOGGER.exception("Unexpected error while writing to InfluxDB")
            return await self._note_failure(ServerError(repr(err)))
        if rejected:
            _LOGGER.warning(
                "InfluxDB refused %d points, the first because: %s",
                len(rejected),
                rejected[0].reason,
            )
        await self._note_success(delivered=True, count=bool(rejected))
        is_full = len(parcel.points) >= PARCEL_POINTS or bool(parcel.past)
        return 0.0 if is_full else SEND_SECONDS

    def _deliver(self, parcel: Parcel) -> list[Rejected]:
        """Write the points; in a thread."""
        if self._server is None:
            self._server = InfluxServer(self._settings)
        return deliver(self._server, parcel.points)

    async def _note_success(self, *, delivered: bool, count: bool = False) -> None:
        self._retry_seconds = FIRST_RETRY_SECONDS
        was_failing = self.state.error is not None
        if was_failing and not delivered:
            # Nothing was asked of the server, so nothing is known of it.
            return
        if was_failing:
            _LOGGER.info("InfluxDB takes readings again")
        changes: dict[str, Any] = {"error": None, "detail": None}
        changes["failing_since_ms"] = None
        if delivered:
            changes["delivered_ms"] = _now_ms()
        await self._change(count=was_failing or count, **changes)

    async def _note_failure(self, err: InfluxError) -> float:
        first = self.state.error != err.key
        if first:
            _LOGGER.warning("InfluxDB does not take readings; they wait: %s", err)
        since = self.state.failing_since_ms or _now_ms()
        await self._change(
            count=first, error=err.key, detail=str(err), failing_since_ms=since
        )
        asked_for = getattr(err, "retry_after_s", None)
        seconds = max(self._retry_seconds, min(asked_for or 0.0, LONGEST_PAUSE_SECONDS))
        self._retry_seconds = min(self._retry_seconds * 2, LAST_RETRY_SECONDS)
        return seconds * random.uniform(0.8, 1.2)  # noqa: S311  (no secret)

    async def _change(self, *, count: bool, **changes: Any) -> None:
        state = replace(self.state, **changes)
        if count or time.monotonic() - self._counted_at >= _COUNT_SECONDS:
            try:
                counted = await self._history.ask(
                    partial(waiting, household=self._household)
                )
            except HistoryError:
                counted = state.waiting
            self._counted_at = time.monotonic()
            state = replace(state, waiting=counted)
        # While it fails, what is told depends on for how long.
        if state != self.state or state.error:
            self.state = state
            self._on_change(state)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
