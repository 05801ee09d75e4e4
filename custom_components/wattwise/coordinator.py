"""What is known of a meter right now, kept up to date for its entities."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .alerting.health.rhythm import Rhythm
from .const import LOGGER
from .history.errors import HistoryError
from .history.history import History
from .history.questions.queries import EnergyTotals, RefusedCount
from .history.receipt import LatestValue, Receipt
from .history_unavailable import history_unavailable
from .metering.profile import MeterProfile, MeterRole
from .metering.quantity import Channel

# How often sums of days and months are asked from the history.
TOTALS_INTERVAL: Final = timedelta(seconds=30)
# Entities are written this often at the most, however fast a meter reports: each
# write is a row in the recorder.
_MIN_WRITE_SECONDS: Final = 5.0
# A value is true for three reporting intervals, but never for less than this.
_MIN_HELD_SECONDS: Final = 60.0
_HELD_INTERVALS: Final = 3
# Times from further ahead come from a clock that was wrong.
_MAX_AHEAD_SECONDS: Final = 60.0
# A meter whose clock is this much behind still tells what is true now.
_MAX_BEHIND_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class MeterSnapshot:
    """Sums and counts of a meter that are asked from the history."""

    day_start: datetime
    totals: dict[Channel, EnergyTotals] = field(default_factory=dict)
    cost_today: float | None = None
    refused: tuple[RefusedCount, ...] = ()


class MeterCoordinator(DataUpdateCoordinator[MeterSnapshot]):
    """Follows one meter: live values after each commit, sums by asking."""

    config_entry: ConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        subentry: ConfigSubentry,
        profile: MeterProfile,
        history: History,
        price_id: str | None,
    ) -> None:
        """Follow the meter of a subentry; `price_id` says whose prices apply."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=subentry.title,
            update_interval=TOTALS_INTERVAL,
        )
        self.subentry = subentry
        self.profile = profile
        self.latest: dict[Channel, LatestValue] = {}
        self.source_available: Callable[[], bool | None] | None = None
        # How often the meter reports, as it has shown.
        self.rhythm = Rhythm(
            profile.interval_s, sleeps=profile.role is MeterRole.PRODUCTION
        )
        self._history = history
        self._price_id = price_id
        self._seen_ms: int | None = None
        self._received_ms: dict[Channel, int] = {}
        self._was_connected: bool | None = None
        self._written_at: float = 0.0
        self._write_timer: CALLBACK_TYPE | None = None

    @property
    def last_seen(self) -> datetime | None:
        """When the meter was last heard of."""
        if self._seen_ms is None:
            return None
        return dt_util.utc_from_timestamp(self._seen_ms / 1000)

    @property
    def connected(self) -> bool:
        """Whether the meter is there, as its source or else its reports tell."""
        available = self.seen_by_source
        if available is not None:
            return available
        return _is_within(self._seen_ms, self.rhythm.silent_after_s)

    @property
    def seen_by_source(self) -> bool | None:
        """Whether its source sees the meter; None if it cannot tell."""
        return None if self.source_available is None else self.source_available()

    def current(self, channel: Channel) -> float | None:
        """Return a momentary value [base unit] while it can be taken for true."""
        latest = self.latest.get(channel)
        if latest is None or not self.connected:
            return None
        if self._is_recent(latest.time_ms) or (
            self._is_recent(self._received_ms.get(channel))
            and 0 <= _age_seconds(latest.time_ms) <= _MAX_BEHIND_SECONDS
        ):
            return latest.value
        return None

    @override
    async def _async_setup(self) -> None:
        """Learn what the history knows of the meter."""
        try:
            self.latest = await self._history.add_meter(
                self.profile.meter_id, self.subentry.title
            )
        except HistoryError as err:
            raise history_unavailable(err) from err
        times = [latest.time_ms for latest in self.latest.values()]
        self._seen_ms = max(times, default=None)

    @override
    async def _async_update_data(self) -> MeterSnapshot:
        """Ask the history for the meter's sums."""
        try:
            day_ms = self._history.day_start_ms()
            snapshot = await self._ask()
            days = {totals.day_start_ms for totals in snapshot.totals.values()}
            if days | {self._history.day_start_ms()} != {day_ms}:
                # Midnight passed between the answers; they shall be of one day.
                snapshot = await self._ask()
        except HistoryError as err:
            if self._shutdown_requested:
                # It was closed between two questions.
                return self.data
            raise history_unavailable(err) from err
        self._log_connection()
        return snapshot

    async def _ask(self) -> MeterSnapshot:
        """Ask the history once for everything that is not pushed to us."""
        history, meter_id = self._history, self.profile.meter_id
        totals = {
            channel: await history.energy_totals(meter_id, channel)
            for channel in list(self.latest)
            if channel.is_energy
        }
        cost = None
        if self._price_id and Channel.ENERGY_IMPORT in self.latest:
            cost = await history.cost_today(
                meter_id, Channel.ENERGY_IMPORT, self._price_id
            )
        refused = await history.refused(meter_id)
        day_ms = max(
            (channel_totals.day_start_ms for channel_totals in totals.values()),
            default=history.day_start_ms(),
        )
        return MeterSnapshot(
            dt_util.utc_from_timestamp(day_ms / 1000), totals, cost, tuple(refused)
        )

    async def async_look_again(self) -> None:
        """Learn anew what the history knows, after something left it.

        Raises HistoryError.
        """
        self.latest = await self._history.latest(self.profile.meter_id)
        await self.async_refresh()

    @callback
    def async_note(self, receipt: Receipt) -> None:
        """Show what a commit brought, at once or as soon as it is due."""
        new = receipt.latest.keys() - self.latest.keys()
        if receipt.live:
            self._note_arrival(receipt)
        self.latest |= receipt.latest
        if any(channel.is_energy for channel in new):
            # Its sums are not known yet.
            self.config_entry.async_create_background_task(
                self.hass, self.async_refresh(), f"{self.name} first sums"
            )
        if self._write_timer:
            return
        wait = self._written_at + _MIN_WRITE_SECONDS - self.hass.loop.time()
        if wait <= 0:
            self._write()
        else:
            self._write_timer = async_call_later(self.hass, wait, self._write_later)

    def _note_arrival(self, receipt: Receipt) -> None:
        """Remember that the meter was heard of, and of which channels."""
        self._seen_ms = int(dt_util.utcnow().timestamp() * 1000)
        self.rhythm.note(self._seen_ms)
        for channel, latest in receipt.latest.items():
            known = self.latest.get(channel)
            # Late readings of the past say nothing about now.
            if known is None or latest.time_ms > known.time_ms:
                self._received_ms[channel] = self._seen_ms

    @override
    async def async_shutdown(self) -> None:
        """Stop following."""
        if self._write_timer:
            self._write_timer()
            self._write_timer = None
        await super().async_shutdown()

    @callback
    def _write_later(self, _now: datetime) -> None:
        self._write_timer = None
        self._write()

    @callback
    def _write(self) -> None:
        self._written_at = self.hass.loop.time()
        self._log_connection()
        self.async_update_listeners()

    def _is_recent(self, time_ms: int | None) -> bool:
        """Whether a value of that time can still be taken for true."""
        held = max(_MIN_HELD_SECONDS, _HELD_INTERVALS * self.profile.interval_s)
        return _is_within(time_ms, held)

    def _log_connection(self) -> None:
        """Log once when the meter falls silent, and once when it is back."""
        connected = self.connected
        if self._was_connected is not None and connected != self._was_connected:
            if connected:
                LOGGER.info("Meter %s reports again", self.subentry.title)
            else:
                LOGGER.info("Meter %s is silent", self.subentry.title)
        self._was_connected = connected


def _is_within(time_ms: int | None, seconds: float) -> bool:
    """Whether a time is at most so long ago."""
    if time_ms is None:
        return False
    return -_MAX_AHEAD_SECONDS <= _age_seconds(time_ms) <= seconds


def _age_seconds(time_ms: int) -> float:
    return dt_util.utcnow().timestamp() - time_ms / 1000
