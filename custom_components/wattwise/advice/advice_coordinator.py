"""When a household's advice is looked for: each night, and some time after the start."""

from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import (
    async_track_point_in_utc_time,
)
from homeassistant.util import dt as dt_util

from ..analytics.advice.advice import Advice
from ..analytics.advice.home_evidence import LEAST_DAYS, HomeEvidence
from ..following_coordinator import FollowingCoordinator
from ..history.errors import HistoryError
from ..history_unavailable import history_unavailable
from ..household import WattWiseConfigEntry
from ..rounding import money
from .advice_book import AdviceBook, AdviceState, Piece
from .advice_store import AdviceStore
from .advice_words import advice_words, async_advice_texts, can_be_told
from .household_evidence import async_evidence

# After the first lesson of the forecasts, which is read by the same threads.
_FIRST_LOOK: Final = timedelta(minutes=8)
_AGAIN: Final = timedelta(minutes=30)
_NIGHTLY_HOUR: Final = 4


class AdviceCoordinator(FollowingCoordinator[AdviceBook]):
    """Looks for advice, and keeps what people say to it."""

    def __init__(self, hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
        """Look for advice for the household of an entry."""
        super().__init__(hass, entry, "advice")
        self.data = AdviceBook()
        self._store = AdviceStore(hass, entry.unique_id or entry.entry_id)
        self._texts: dict[str, str] = {}
        self._next_look = self._planned(self._async_look)
        self._snooze_end: CALLBACK_TYPE | None = None

    async def async_load(self) -> None:
        """Take back what was found before a restart, and what was said to it."""
        self.data = await self._store.async_load()
        # A meter may have been removed since.
        meters = self.config_entry.runtime_data.meters.keys() | {None}
        self._texts = await async_advice_texts(self.hass)
        self.data.found = [
            advice
            for advice in self.data.found
            if advice.subject in meters and can_be_told(self._texts, advice)
        ]

    @callback
    @override
    def async_follow(self) -> CALLBACK_TYPE:
        """Look each night, until the result is called."""
        self._each_night(_NIGHTLY_HOUR, self._async_look)
        self._plan_snooze_end()
        return super().async_follow()

    @callback
    @override
    def _async_end(self) -> None:
        super()._async_end()
        if self._snooze_end:
            self._snooze_end()
            self._snooze_end = None

    @override
    async def _async_started(self, _hass: HomeAssistant) -> None:
        if not self._ended:
            self._next_look.plan(_FIRST_LOOK)

    async def _async_look(self, _now: datetime) -> None:
        self._next_look.cancel()
        await self.async_refresh()
        if not self.last_update_success and not self._ended:
            # The history may be busy or away for a moment.
            self._next_look.plan(_AGAIN)

    @override
    async def _async_update_data(self) -> AdviceBook:
        try:
            evidence = await async_evidence(self.hass, self.config_entry)
        except HistoryError as err:
            if self._ended:
                # It was closed between two questions.
                return self.data
            raise history_unavailable(err) from err
        found, known = await self.hass.async_add_executor_job(_look_for, evidence)
        if self._ended:
            return self.data
        self._texts = await async_advice_texts(self.hass)
        self.data.take(found, known, dt_util.utcnow())
        await self._store.async_save(self.data)
        self._plan_snooze_end()
        return self.data

    @property
    def learning(self) -> bool:
        """Whether too little is known yet to advise anything."""
        return self.data.looked is None or self.data.days_known < LEAST_DAYS

    def open(self) -> list[Piece]:
        """Return the pieces that people should see, the most worthwhile first."""
        return self.data.open(dt_util.utcnow())

    def all(self) -> list[Piece]:
        """Return all that was found, also what was snoozed or dismissed."""
        return self.data.pieces(dt_util.utcnow())

    def told(self, piece: Piece) -> dict[str, Any]:
        """Return a piece as people and templates read it."""
        advice, household = piece.advice, self.config_entry.runtime_data
        names = {key: meter.name for key, meter in household.meters.items()}
        words = advice_words(self._texts, advice, names, household.currency)
        saved = advice.saving_kwh_per_year
        return {
            "id": advice.key,
            "kind": advice.kind.value,
            "title": words.title,
            "text": words.text,
            "meter": names.get(advice.subject or ""),
            "state": piece.state.value,
            "since": dt_util.as_local(piece.note.since).isoformat(),
            "snoozed_until": (
                dt_util.as_local(piece.note.snoozed_until).isoformat()
                if piece.state is AdviceState.SNOOZED and piece.note.snoozed_until
                else None
            ),
            "saving_kwh_per_year": None if saved is None else round(saved),
            "saving_money_per_year": money(advice.saving_money_per_year),
            "evidence": {
                name: round(value, 3) for name, value in advice.evidence.items()
            },
        }

    async def async_dismiss(self, key: str) -> None:
        """Show a piece no more; raises UnknownAdviceError."""
        self.data.dismiss(key)
        await self._async_said()

    async def async_snooze(self, key: str, wait: timedelta) -> None:
        """Show a piece again after a time; raises UnknownAdviceError."""
        self.data.snooze(key, dt_util.utcnow() + wait)
        await self._async_said()

    async def _async_said(self) -> None:
        self._plan_snooze_end()
        self.async_update_listeners()
        await self._store.async_save(self.data)

    @callback
    def _plan_snooze_end(self) -> None:
        if self._snooze_end:
            self._snooze_end()
            self._snooze_end = None
        if self._ended or not (end := self.data.next_end(dt_util.utcnow())):
            return
        self._snooze_end = async_track_point_in_utc_time(
            self.hass, self._snooze_is_over, end
        )

    @callback
    def _snooze_is_over(self, _now: datetime) -> None:
        self._snooze_end = None
        self._plan_snooze_end()
        self.async_update_listeners()


def _look_for(evidence: HomeEvidence) -> tuple[list[Advice], int]:
    """Return all advice, and of how many of the last days the home is known."""
    from ..analytics.advice.home_advice import (  # noqa: PLC0415  (numpy)
        days_known,
        find_advice,
    )

    return find_advice(evidence), days_known(evidence)
