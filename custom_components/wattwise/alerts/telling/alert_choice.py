"""Which alerts an automation is about."""

from dataclasses import dataclass
from typing import Any, Final, Self

import probatio

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from ...const import DOMAIN
from ..alert import AlertKind, AlertSeverity

CONF_KIND: Final = "kind"
CONF_MINIMUM_SEVERITY: Final = "minimum_severity"

CHOICE_OPTIONS: Final = {
    probatio.Optional(CONF_KIND): probatio.All(
        cv.ensure_list, [probatio.In([kind.value for kind in AlertKind])]
    ),
    probatio.Optional(CONF_MINIMUM_SEVERITY): probatio.In(
        [severity.value for severity in AlertSeverity]
    ),
}


@dataclass(frozen=True, slots=True)
class AlertChoice:
    """Alerts of some entities, kinds and severities; without any of them, all."""

    target: TargetSelection
    kinds: frozenset[AlertKind]
    least: AlertSeverity

    @classmethod
    def from_config(
        cls, target: dict[str, Any] | None, options: dict[str, Any]
    ) -> Self:
        """Return the choice of a trigger or a condition."""
        kinds = options.get(CONF_KIND) or AlertKind
        least = options.get(CONF_MINIMUM_SEVERITY, AlertSeverity.NOTICE)
        return cls(
            TargetSelection(target or {}),
            frozenset(AlertKind(kind) for kind in kinds),
            AlertSeverity(least),
        )

    def grave_enough(self, severity: AlertSeverity) -> bool:
        """Whether an alert of this severity is one of them."""
        return severity.rank >= self.least.rank

    @callback
    def entities(self, hass: HomeAssistant) -> list[er.RegistryEntry]:
        """Return the entities that tell of such alerts, those that are disabled, too.

        Who chooses the entity for the events of a household, or its device, chooses all
        alerts of the household.
        """
        registry = er.async_get(hass)
        if self.target.has_any_target:
            chosen = async_extract_referenced_entity_ids(
                hass, self.target, expand_group=False, primary_entities_only=False
            )
            named = (
                registry.async_get(entity_id)
                for entity_id in chosen.referenced | chosen.indirectly_referenced
            )
            entities = [e for e in named if e and e.platform == DOMAIN]
            homes = {e.config_entry_id for e in entities if e.domain == Platform.EVENT}
        else:
            entities = []
            homes = {e.entry_id for e in hass.config_entries.async_entries(DOMAIN)}
        for home in homes:
            if home:
                entities += er.async_entries_for_config_entry(registry, home)
        found = {e.entity_id: e for e in entities if kind_of(e) in self.kinds}
        return list(found.values())


def kind_of(entity: er.RegistryEntry) -> AlertKind | None:
    """Return what an entity of WattWise tells of; None if it is no alert."""
    if entity.domain != Platform.BINARY_SENSOR:
        return None
    try:
        return AlertKind(entity.translation_key or "")
    except ValueError:
        return None
