"""Condition: an alert of WattWise is active."""

from datetime import timedelta
from typing import Any, Final, Unpack, cast, override

import probatio

from homeassistant.const import CONF_FOR, CONF_OPTIONS, CONF_TARGET
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .alerts.alert import Alert
from .alerts.telling.alert_choice import CHOICE_OPTIONS, AlertChoice
from .household import async_loaded_households

_SCHEMA: Final = probatio.Schema(
    {
        probatio.Optional(CONF_TARGET): cv.TARGET_FIELDS,
        probatio.Required(CONF_OPTIONS, default={}): CHOICE_OPTIONS
        | {
            probatio.Required(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): probatio.In(
                [BEHAVIOR_ANY, BEHAVIOR_ALL]
            ),
            probatio.Optional(CONF_FOR): cv.positive_time_period,
        },
    }
)


class AlertIsActive(Condition):
    """Tests whether chosen alerts are there, any of them or all.

    It asks the households, not the entities: an alert whose meter is silent at the moment
    goes on. Alerts whose entities are disabled or show nothing yet do not count.
    """

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate what is chosen."""
        return cast("ConfigType", _SCHEMA(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Know what is chosen."""
        super().__init__(hass, config)
        options: dict[str, Any] = config.options or {}
        self._choice = AlertChoice.from_config(config.target, options)
        self._all = options[ATTR_BEHAVIOR] == BEHAVIOR_ALL
        self._lasts: timedelta = options.get(CONF_FOR, timedelta())

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Return whether they are active."""
        active = {
            alert.entity_id: alert
            for entry in async_loaded_households(self._hass)
            for alert in entry.runtime_data.alerts.active.values()
        }
        found = [
            self._counts(active.get(entity.entity_id))
            for entity in self._choice.entities(self._hass)
            if self._shows(entity)
        ]
        return bool(found) and all(found) if self._all else any(found)

    def _shows(self, entity: er.RegistryEntry) -> bool:
        return self._hass.states.get(entity.entity_id) is not None

    def _counts(self, alert: Alert | None) -> bool:
        return (
            alert is not None
            and self._choice.grave_enough(alert.severity)
            and dt_util.utcnow() - alert.since >= self._lasts
        )


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions of WattWise."""
    return {"alert_is_active": AlertIsActive}
