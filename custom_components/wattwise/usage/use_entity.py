"""What the entities of a meter's use have in common, and when they appear."""

from collections.abc import Iterable
from typing import Protocol, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..analytics.usage_statistics.use_profile import TooLittleUse
from ..entity import MeterEntity
from ..household import WattWiseConfigEntry
from ..meter import Meter
from .usage_coordinator import MeterUse, UsageCoordinator
from .use_intervals import tells_use


class UseEntityKind(Protocol):
    """A class of entities of which each meter with use has one."""

    def __call__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        usage: UsageCoordinator,
        /,
    ) -> Entity:
        """Return that of a meter."""


@callback
def async_add_of_use(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    *kinds: UseEntityKind,
) -> None:
    """Add entities of these kinds for each meter, once it has told what is used."""
    usage = entry.runtime_data.usage
    if usage is None:
        return
    for meter in usage.meters.values():
        _add_of_meter(hass, entry, usage, meter, async_add_entities, kinds)


@callback
def _add_of_meter(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    usage: UsageCoordinator,
    meter: Meter,
    async_add_entities: AddConfigEntryEntitiesCallback,
    kinds: Iterable[UseEntityKind],
) -> None:
    waiting = list(kinds)

    @callback
    def async_add_known() -> None:
        if waiting and tells_use(meter):
            found = [kind(hass, entry, meter, usage) for kind in waiting]
            waiting.clear()
            async_add_entities(found, config_subentry_id=meter.subentry.subentry_id)

    async_add_known()
    entry.async_on_unload(meter.coordinator.async_add_listener(async_add_known))


class UseEntity(MeterEntity):
    """An entity that follows how much of what is usual a meter uses."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        usage: UsageCoordinator,
        key: str,
    ) -> None:
        """Belong to the meter's device."""
        super().__init__(hass, entry, meter, key)
        self._attr_translation_key = key
        self._usage = usage
        self._key = meter.subentry.subentry_id

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the judgement of each minute."""
        await super().async_added_to_hass()
        self.async_on_remove(self._usage.async_add_listener(self._handle_judgement))

    @callback
    def _handle_judgement(self) -> None:
        """Show it; what is shown comes from the meter's newest use."""
        self.async_write_ha_state()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Leave readings aside: what they change is judged within a minute."""

    @property
    def _use(self) -> MeterUse | None:
        return self._usage.data.get(self._key)

    @property
    def _learning(self) -> TooLittleUse | None:
        """What is missing, while too little is known of the past."""
        statistics = self._use.statistics if self._use else None
        return statistics if isinstance(statistics, TooLittleUse) else None

    @property
    @override
    def available(self) -> bool:
        """Return whether the use is known, or is being learned."""
        if not (self._usage.last_update_success and self.coordinator.connected):
            return False
        use = self._use
        return use is not None and (use.zone is not None or not use.levels)
