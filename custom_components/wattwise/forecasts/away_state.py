"""What the state of an entity says of whether anybody is at home."""

from datetime import timedelta
from typing import Final

from homeassistant.const import (
    STATE_HOME,
    STATE_NOT_HOME,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)

# What can be chosen; docs/forecasts.md says what each of them tells.
AWAY_DOMAINS: Final = (
    "alarm_control_panel",
    "binary_sensor",
    "calendar",
    "device_tracker",
    "group",
    "input_boolean",
    "person",
    "schedule",
    "switch",
    "zone",
)
CALENDAR: Final = "calendar"
# Somebody says so, and means the coming days.
_TOLD: Final = frozenset({"input_boolean", "switch"})
_ON_HOLIDAY: Final = "armed_vacation"
_ARMED: Final = frozenset({"armed_away", _ON_HOLIDAY})
_ARMING: Final = frozenset({"arming", "pending", "triggered"})
# On when somebody is there.
_PRESENCE: Final = frozenset({"connectivity", "motion", "occupancy", "presence"})
# Who went to work comes back; who stays away for longer than this, is away.
_LONGEST_OUTING: Final = timedelta(hours=12)


def says_away(domain: str, device_class: str | None, state: str) -> bool | None:
    """Return whether a state says that nobody is at home, None if it says nothing."""
    if state in (STATE_UNKNOWN, STATE_UNAVAILABLE):
        return None
    match domain:
        case "person" | "device_tracker":
            # Any other zone is not home.
            return state != STATE_HOME
        case "zone":
            # It counts the persons in it.
            return int(state) == 0 if state.isdecimal() else None
        case "alarm_control_panel":
            return None if state in _ARMING else state in _ARMED
        case "binary_sensor" if device_class in _PRESENCE:
            return {STATE_ON: False, STATE_OFF: True}.get(state)
    return {
        STATE_HOME: False,
        STATE_NOT_HOME: True,
        STATE_ON: True,
        STATE_OFF: False,
    }.get(state)


def expects_days_away(domain: str, state: str, since: timedelta) -> bool:
    """Whether somebody who has been away `since` is expected to be so tomorrow, too."""
    return domain in _TOLD or state == _ON_HOLIDAY or since >= _LONGEST_OUTING
