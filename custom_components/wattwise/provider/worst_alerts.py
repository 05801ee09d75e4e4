"""What is wrong in several homes, the worst first."""

from collections.abc import Sequence
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..alerts.alert import Alert
from .home_view import HomeView

# Who has more to look at begins with these.
MOST_TOLD: Final = 20


@callback
def worst_alerts(hass: HomeAssistant, homes: Sequence[HomeView]) -> dict[str, Any]:
    """Return how many alerts there are, and the gravest; of equal ones the newest."""
    found = [
        (home.entry, alert)
        for home in homes
        if home.household
        for alert in home.household.alerts.active.values()
    ]
    found.sort(key=lambda one: _urgency(one[1]), reverse=True)
    return {
        "count": len(found),
        "worst": [
            {
                "config_entry_id": entry.entry_id,
                "household": entry.title,
                "name": _name(hass, alert),
                "kind": alert.kind.value,
                "severity": alert.severity.value,
                "meter": alert.meter,
                "since": dt_util.as_local(alert.since).isoformat(),
                "entity_id": alert.entity_id,
            }
            for entry, alert in found[:MOST_TOLD]
        ],
    }


def _urgency(alert: Alert) -> tuple[int, float]:
    return alert.severity.rank, alert.since.timestamp()


def _name(hass: HomeAssistant, alert: Alert) -> str:
    """Return what people call the entity that tells of it."""
    state = hass.states.get(alert.entity_id)
    return state.name if state else alert.entity_id
