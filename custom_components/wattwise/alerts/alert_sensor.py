"""What all binary sensors have in common that tell of an alert."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.binary_sensor import BinarySensorEntity

from ..household import Household
from .alert import AlertDetail, AlertKind, AlertSeverity


class AlertSensor(BinarySensorEntity):
    """On while something is wrong; the household's alert board follows it.

    To be inherited before the entity of the household or the meter, whose
    `async_added_to_hass` it extends. What the entity shows is what the board tells:
    an alert whose entity is disabled is none.
    """

    # What explains an alert changes with each reading.
    _entity_component_unrecorded_attributes = frozenset({"details"})
    alert_kind: AlertKind
    alert_household: Household
    alert_meter: str | None = None
    """The name of the meter, if it is about one."""

    @property
    def alert_severity(self) -> AlertSeverity:
        """How grave it is at the moment."""
        return AlertSeverity.WARNING

    @property
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """What explains it: a few numbers and words."""
        return {}

    @property
    @override
    def state_attributes(self) -> dict[str, Any] | None:
        """Return how grave it is and what explains it, while it lasts.

        Not the extra attributes, which are for each entity to have of its own. The board
        is told when they change.
        """
        if not self.is_on:
            return None
        return {
            "severity": self.alert_severity.value,
            "details": dict(self.alert_details),
        }

    @override
    async def async_added_to_hass(self) -> None:
        """Let the board follow."""
        await super().async_added_to_hass()
        self.async_on_remove(self.alert_household.alerts.async_follow(self.hass, self))
