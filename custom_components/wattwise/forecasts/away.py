"""When nobody is at home, as an entity tells it that the user chose."""

import asyncio
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from homeassistant.components.recorder.history import state_changes_during_period
from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_ENTITY_ID
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
    split_entity_id,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..history.recorder_statistics import (
    StatisticsUnavailableError,
    async_ask_recorder,
)
from .away_ledger import AwayLedger, Span, days_covered
from .away_state import CALENDAR, expects_days_away, says_away

_VERSION: Final = 1
_KEPT: Final = timedelta(days=730)
_DAYS_AHEAD: Final = 4
_ANSWERED_WITHIN_S: Final = 20.0


class AwayDaysSource:
    """Notes when a home is empty, and says on which days it was and will be."""

    def __init__(self, hass: HomeAssistant, household_id: str) -> None:
        """Keep it under the household's id."""
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.away.{household_id}"
        )
        self._ledger = AwayLedger()
        self._reference = ""
        self._saved: date | None = None
        self._stop: CALLBACK_TYPE | None = None

    async def async_load(self, reference: str, entity_id: str) -> None:
        """Take back what was noted, and catch up on what happened since.

        Of another entity than before, only what the recorder knows counts.
        """
        self._reference = reference
        kept = await self._store.async_load()
        if kept is not None and kept.get("entity") == reference:
            try:
                self._ledger = AwayLedger.from_dict(kept)
            except (AttributeError, KeyError, TypeError, ValueError) as err:
                LOGGER.warning("The days away of before cannot be read: %s", err)
        await self._async_catch_up(entity_id)

    async def async_remove(self) -> None:
        """Forget all of it."""
        await self._store.async_remove()

    @callback
    def async_follow(self, entity_id: str) -> None:
        """Note each change from now on, until stopped."""

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            state = event.data["new_state"]
            self._ledger.note(dt_util.utcnow(), self._said(state))

        self._stop = async_track_state_change_event(self._hass, entity_id, changed)

    @callback
    def async_stop(self) -> None:
        """Note no more, and keep what was noted."""
        if self._stop:
            self._stop()
            self._stop = None
            self._store.async_delay_save(self._as_dict)

    async def async_days(self, entity_id: str, now: datetime) -> frozenset[date]:
        """Return the days away, those that are over and those to come."""
        state = self._hass.states.get(entity_id)
        self._ledger.note(now, self._said(state))
        today = dt_util.as_local(now).date()
        if self._saved != today:
            self._ledger.forget_before(today - _KEPT, today)
            await self._store.async_save(self._as_dict())
            self._saved = today
        return self._ledger.days(today) | await self._async_expected(state, now)

    @callback
    def empty_spans(self, entity_id: str, now: datetime) -> list[Span]:
        """Return when nobody was at home all the time, the newest last.

        Who went to work is not away. Of days on which people came or left, nothing is
        said, but for an absence that lasts.
        """
        self._ledger.note(now, self._said(self._hass.states.get(entity_id)))
        spans = self._ledger.empty_days(dt_util.as_local(now).date())
        state, since = self._hass.states.get(entity_id), self._ledger.since
        if (
            state is not None
            and since is not None
            and since < now
            and expects_days_away(state.domain, state.state, now - since)
        ):
            spans.append((since, now))
        return spans

    async def _async_expected(
        self, state: State | None, now: datetime
    ) -> frozenset[date]:
        """Return the days from today on that the home is expected to be empty."""
        if state is None:
            return frozenset()
        if state.domain == CALENDAR:
            return days_covered(
                await self._async_events(state.entity_id, now), now, _DAYS_AHEAD
            )
        since = self._ledger.since
        if (
            not self._ledger.away
            or since is None
            or not expects_days_away(state.domain, state.state, now - since)
        ):
            return frozenset()
        today = dt_util.as_local(now).date()
        return frozenset(today + timedelta(days) for days in range(_DAYS_AHEAD))

    async def _async_events(self, entity_id: str, now: datetime) -> list[Span]:
        """Ask a calendar for what is on now and in the coming days."""
        end = dt_util.start_of_local_day(
            dt_util.as_local(now).date() + timedelta(_DAYS_AHEAD)
        )
        try:
            async with asyncio.timeout(_ANSWERED_WITHIN_S):
                answer = await self._hass.services.async_call(
                    CALENDAR,
                    "get_events",
                    {
                        ATTR_ENTITY_ID: entity_id,
                        "start_date_time": now.isoformat(),
                        "end_date_time": end.isoformat(),
                    },
                    blocking=True,
                    return_response=True,
                )
        except Exception as err:  # noqa: BLE001  (whatever fails in somebody's calendar)
            LOGGER.debug("The calendar %s does not answer: %r", entity_id, err)
            return []
        of_entity = (answer or {}).get(entity_id)
        events = of_entity.get("events") if isinstance(of_entity, dict) else None
        if not isinstance(events, list):
            return []
        return [span for event in events if (span := _span(event))]

    def _said(self, state: State | None) -> bool | None:
        if state is None:
            return None
        device_class = state.attributes.get(ATTR_DEVICE_CLASS)
        return says_away(state.domain, device_class, state.state)

    async def _async_catch_up(self, entity_id: str) -> None:
        """Note what the recorder knows of the time since the last note."""
        now = dt_util.utcnow()
        ledger, state = self._ledger, self._hass.states.get(entity_id)
        begin = max(ledger.until or now - _KEPT, now - _KEPT)
        question = partial(
            state_changes_during_period,
            start_time=begin,
            end_time=now,
            entity_id=entity_id,
            no_attributes=True,
        )
        try:
            found = await async_ask_recorder(self._hass, question)
        except StatisticsUnavailableError:
            found = {}
        device_class = state.attributes.get(ATTR_DEVICE_CLASS) if state else None
        domain, _ = split_entity_id(entity_id)
        for past in found.get(entity_id, ()):
            ledger.note(
                max(past.last_updated, begin),
                says_away(domain, device_class, past.state or ""),
            )
        if not found and self._said(state) != ledger.away:
            # Nobody knows when it changed.
            ledger.until = now
        ledger.note(now, self._said(state))

    def _as_dict(self) -> dict[str, Any]:
        return {"entity": self._reference, **self._ledger.as_dict()}


def _span(event: Any) -> Span | None:
    """Return from when to when an event of a calendar lasts."""
    if not isinstance(event, dict):
        return None
    begin, end = (_moment(event.get(key)) for key in ("start", "end"))
    return (begin, end) if begin and end and begin < end else None


def _moment(told: object) -> datetime | None:
    """Return a time, of a date when it begins."""
    if not isinstance(told, str):
        return None
    if day := dt_util.parse_date(told):
        return dt_util.as_utc(dt_util.start_of_local_day(day))
    moment = dt_util.parse_datetime(told)
    return dt_util.as_utc(moment) if moment else None
