"""Triggers: an alert of WattWise started, worsened, or is over."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, cast, override

import probatio

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_FOR, CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .alerts.alert import DANGEROUS, Alert, AlertPhase, AlertSeverity
from .alerts.telling.alert_announcements import EVENT_ALERT, is_of_alert
from .alerts.telling.alert_choice import CHOICE_OPTIONS, AlertChoice
from .alerts.telling.alert_words import AlertWords, async_alert_words
from .household import WattWiseConfigEntry

CONF_COOL_DOWN: Final = "cool_down"

# When to look again for an alert that cannot be told yet.
_LOOK_AGAIN_S: Final = 60.0

type Told = Mapping[str, Any]
"""What is told of a change: the data of its event."""
type Tell = Callable[[Told], None]


def _schema(**own: Any) -> probatio.Schema:
    options = CHOICE_OPTIONS | {probatio.Optional(k): v for k, v in own.items()}
    return probatio.Schema(
        {
            probatio.Optional(CONF_TARGET): cv.TARGET_FIELDS,
            probatio.Required(CONF_OPTIONS, default={}): options,
        }
    )


class AlertTrigger(Trigger):
    """Runs an automation at changes of chosen alerts."""

    _schema: ClassVar[probatio.Schema] = _schema()

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate what is chosen."""
        return cast("ConfigType", cls._schema(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Know what is chosen."""
        super().__init__(hass, config)
        self._options = config.options or {}
        self._choice = AlertChoice.from_config(config.target, self._options)
        self._waiting: dict[str, CALLBACK_TYPE] = {}
        """What ends the waiting for an entity's alert."""

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Run the action at each of them."""

        @callback
        def async_run(told: Told) -> None:
            run_action(
                {"entity_id": told["entity_id"], "alert": dict(told)},
                f"{told['name']}: {told['message']}",
            )

        @callback
        def async_told(event: Event) -> None:
            chosen = self._choice.entities(self._hass)
            if any(e.entity_id == event.data["entity_id"] for e in chosen):
                self._take(event.data, async_run)

        stop = self._hass.bus.async_listen(
            EVENT_ALERT, async_told, event_filter=is_of_alert
        )

        @callback
        def async_detach() -> None:
            stop()
            for entity_id in list(self._waiting):
                self._wait_no_more(entity_id)

        return async_detach

    @abstractmethod
    def _take(self, told: Told, run: Tell) -> None:
        """Run at a change of a chosen alert, if it is one of those."""

    def _wait(self, told: Told, seconds: float, then: Tell) -> None:
        """Come back to a change later, unless the alert changes before."""
        entity_id = told["entity_id"]

        @callback
        def async_over(_now: datetime) -> None:
            del self._waiting[entity_id]
            then(told)

        self._wait_no_more(entity_id)
        self._waiting[entity_id] = async_call_later(self._hass, seconds, async_over)

    def _wait_no_more(self, entity_id: str) -> None:
        if cancel := self._waiting.pop(entity_id, None):
            cancel()


class AlertStarted(AlertTrigger):
    """An alert started, or became as grave as is asked for.

    Within the cool-down after it was told, an alert that starts again is not: unless it
    starts graver than before, may harm people, or is still there at the end of that time.
    That it worsens is told by AlertWorsened.
    """

    _schema = _schema(**{CONF_COOL_DOWN: cv.positive_time_period})

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Know how long to hold back what was told."""
        super().__init__(hass, config)
        self._cool_down: timedelta = self._options.get(CONF_COOL_DOWN, timedelta())
        self._told: dict[str, tuple[datetime, AlertSeverity]] = {}
        """When an entity's alert was told, and how grave it was."""
        self._words: AlertWords | None = None

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Know the words for what is told later."""
        self._words = await async_alert_words(self._hass)
        return await super().async_attach_runner(run_action, did_not_trigger)

    @override
    def _take(self, told: Told, run: Tell) -> None:
        severity = AlertSeverity(told["severity"])
        if told["phase"] == AlertPhase.ENDED:
            self._wait_no_more(told["entity_id"])
            return
        if not self._choice.grave_enough(severity):
            return
        if told["phase"] == AlertPhase.WORSENED and self._choice.grave_enough(
            AlertSeverity(told["severity_before"])
        ):
            return  # it was told as it started, or will be as it is then
        if hold := self._held_back(told, severity):
            self._wait(told, hold, lambda told: self._run_late(told, run))
            return
        self._run(told, run)

    def _held_back(self, told: Told, severity: AlertSeverity) -> float:
        """Return how long it is not to be told [s]."""
        before = self._told.get(told["entity_id"])
        if (
            before is None
            or told["kind"] in DANGEROUS
            or severity.rank > before[1].rank
        ):
            return 0.0
        rest = self._cool_down - (dt_util.utcnow() - before[0])
        return max(rest.total_seconds(), 0.0)

    def _run(self, told: Told, run: Tell) -> None:
        self._wait_no_more(told["entity_id"])
        severity = AlertSeverity(told["severity"])
        self._told[told["entity_id"]] = dt_util.utcnow(), severity
        run(told)

    def _run_late(self, told: Told, run: Tell) -> None:
        """Run with the alert as it is by now.

        It may have ended silently, such as with its entity. A household that is not at
        work at the moment cannot be asked, and an alert that is less grave than is asked
        for may become so again.
        """
        entry: WattWiseConfigEntry | None = self._hass.config_entries.async_get_entry(
            told["config_entry_id"]
        )
        if entry is None or entry.disabled_by:
            return
        if entry.state is not ConfigEntryState.LOADED:
            self._look_again(told, run)
            return
        for alert in entry.runtime_data.alerts.active.values():
            if alert.entity_id != told["entity_id"]:
                continue
            if self._choice.grave_enough(alert.severity):
                self._run({**told, **self._by_now(alert)}, run)
            else:
                self._look_again(told, run)

    def _look_again(self, told: Told, run: Tell) -> None:
        self._wait(told, _LOOK_AGAIN_S, lambda told: self._run_late(told, run))

    def _by_now(self, alert: Alert) -> Told:
        """Return what is different of an alert since it was held back."""
        assert self._words  # known since it listens
        return {
            "severity": alert.severity.value,
            "message": self._words.began(alert),
            "details": dict(alert.details),
        }


class AlertWorsened(AlertTrigger):
    """An alert that was grave enough already is graver than it ever was."""

    @override
    def _take(self, told: Told, run: Tell) -> None:
        if told["phase"] == AlertPhase.WORSENED and self._choice.grave_enough(
            AlertSeverity(told["severity_before"])
        ):
            run(told)


class AlertEnded(AlertTrigger):
    """An alert is over, if asked for since some time."""

    _schema = _schema(**{CONF_FOR: cv.positive_time_period})

    @override
    def _take(self, told: Told, run: Tell) -> None:
        self._wait_no_more(told["entity_id"])
        if told["phase"] != AlertPhase.ENDED or not self._choice.grave_enough(
            AlertSeverity(told["severity"])
        ):
            return
        wanted: timedelta = self._options.get(CONF_FOR, timedelta())
        if wanted:
            self._wait(told, wanted.total_seconds(), run)
        else:
            run(told)


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of WattWise."""
    return {
        "alert_started": AlertStarted,
        "alert_worsened": AlertWorsened,
        "alert_ended": AlertEnded,
    }
