"""What is said of an alert, in the language of Home Assistant.

Each kind has a sentence, and words with numbers in them which follow it if all of the
numbers are known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from homeassistant.core import HomeAssistant

from ...choice_texts import async_choice_texts
from ..alert import Alert, AlertDetail, AlertKind

# Which words say what numbers there are; the kinds' own are named like them.
_ENDED: Final = "ended"
_STATE: Final = "_state"
# The gravest comes first.
_VOLTAGE_STATES: Final = (
    "high_critical",
    "low_critical",
    "high_warning",
    "low_warning",
    "fluctuating",
)


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
        sentence = self.sentences.get(said) or self.sentences[alert.kind]
        known = {
            name: _number(value) for name, value in details.items() if value is not None
        }
        try:
            words = self.details.get(alert.kind, "").format_map(known)
        except KeyError:
            words = ""
        return f"{sentence} ({words})" if words else sentence

    def ended(self, alert: Alert, lasted: timedelta) -> str:
        """Return what is said when it is over."""
        return self.sentences[_ENDED].format_map(
            {"name": self.names[alert.kind], "duration": _duration(lasted)}
        )


async def async_alert_words(hass: HomeAssistant) -> AlertWords:
    """Return the texts in the language of Home Assistant."""
    return AlertWords(
        await async_choice_texts(hass, translation_key="alert_kind"),
        await async_choice_texts(hass, translation_key="alert_sentence"),
        await async_choice_texts(hass, translation_key="alert_details"),
    )


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


def _duration(lasted: timedelta) -> str:
    minutes, seconds = divmod(round(lasted.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"
