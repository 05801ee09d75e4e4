"""What is said of an alert, in the language of Home Assistant.

Each kind has a sentence, and words with numbers in them which follow it if all of the
numbers are known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...choice_texts import async_choice_texts
from ..alert import Alert, AlertDetail, AlertKind

# Which words say what numbers there are; the kinds' own are named like them.
_ENDED: Final = "ended"
_OVER: Final = "over"
_STATE: Final = "_state"
# The gravest comes first.
_VOLTAGE_STATES: Final = (
    "high_critical",
    "low_critical",
    "high_warning",
    "low_warning",
    "fluctuating",
)
# Details that are times; what is said is how long that is ago.
_SINCE: Final = frozenset({"last_heard", "unchanged_since"})


@dataclass(frozen=True, slots=True)
class AlertWords:
    """The texts of alerts by their keys."""

    names: Mapping[str, str]
    """What a kind is called."""
    sentences: Mapping[str, str]
    """What is said of it."""
    details: Mapping[str, str]
    """With the names of its details in braces."""

    def began(self, alert: Alert) -> str:
        """Return what is said while it lasts."""
        said, details = alert.kind.value, dict(alert.details)
        if alert.kind is AlertKind.VOLTAGE_PROBLEM:
            said, details = _of_voltages(alert)
        elif case := _case(alert):
            said = f"{alert.kind}_{case}"
        sentence = self.sentences.get(said) or self.sentences[alert.kind]
        known = {
            name: _since(str(value)) if name in _SINCE else _number(value)
            for name, value in details.items()
            if value is not None
        }
        try:
            told = self.details.get(said) or self.details.get(alert.kind, "")
            words = told.format_map(known)
        except KeyError:
            words = ""
        return f"{sentence} ({words})" if words else sentence

    def ended(self, alert: Alert, lasted: timedelta) -> str:
        """Return what is said when it is over."""
        return self.sentences[_ENDED].format_map(
            {"name": self.names[alert.kind], "duration": _duration(lasted)}
        )

    def over(self, lasted: timedelta) -> str:
        """Return what is said of its end where its name stands already."""
        return self.sentences[_OVER].format_map({"duration": _duration(lasted)})


async def async_alert_words(hass: HomeAssistant) -> AlertWords:
    """Return the texts in the language of Home Assistant."""
    return AlertWords(
        await async_choice_texts(hass, translation_key="alert_kind"),
        await async_choice_texts(hass, translation_key="alert_sentence"),
        await async_choice_texts(hass, translation_key="alert_details"),
    )


def _case(alert: Alert) -> str | None:
    """Return which of several things an alert of its kind is about."""
    match alert.kind, alert.details:
        case AlertKind.VALUE_STUCK, {"reason": str(reason)}:
            return reason
        case AlertKind.DEMAND_PEAK_AHEAD, {"power_allowed": 0}:
            return "certain"
        case AlertKind.BUDGET_AT_RISK, {
            "unit": unit,
            "budget": float(budget),
            "so_far": float(so_far),
        }:
            of = "energy" if unit == UnitOfEnergy.KILO_WATT_HOUR else "money"
            return f"{of}_spent" if so_far > budget else of
    return None


def _of_voltages(alert: Alert) -> tuple[str, dict[str, AlertDetail]]:
    """Return the key of the gravest that is said of a phase, and the phases it is of."""
    states = {
        name.removesuffix(_STATE): state
        for name, state in alert.details.items()
        if name.endswith(_STATE)
    }
    gravest = next((s for s in _VOLTAGE_STATES if s in states.values()), None)
    volts = {
        channel.rpartition("_")[2].upper(): alert.details.get(channel)
        for channel, state in states.items()
        if state == gravest
    }
    said = [
        f"{phase if len(states) > 1 else ''} {_number(value)} V".strip()
        for phase, value in volts.items()
        if value is not None
    ]
    if gravest is None or not said:
        return alert.kind.value, {}
    return f"{alert.kind}_{gravest}", {"phases": ", ".join(said)}


def _number(value: AlertDetail) -> str:
    """Return a number with as many digits as people read; other things as they are."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f}" if digits == 0 else f"{round(value, digits):g}"


def _since(time: str) -> str:
    """Return how long a time is ago, at the moment in which it is said."""
    return _duration(dt_util.utcnow() - datetime.fromisoformat(time))


def _duration(lasted: timedelta) -> str:
    minutes, seconds = divmod(round(lasted.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"
