"""A meter at work: its settings, its source, and where its readings go."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from .const import (
    CONF_CONTRACTED_POWER,
    CONF_ENERGY_KIND,
    CONF_ENTITIES,
    CONF_INTERVAL,
    CONF_KEY_HASH,
    CONF_NOMINAL_VOLTAGE,
    CONF_PARENT,
    CONF_ROLE,
    CONF_SOURCE,
    DOMAIN,
    SOURCE_ENTITIES,
)
from .coordinator import MeterCoordinator
from .history.history import History
from .metering.profile import EnergyKind, MeterProfile, MeterRole
from .metering.quantity import Channel
from .metering.reading import Reading, RefusedReading
from .sources.entities import EntitySource
from .sources.source import MeterSource


def meter_profile(entry: ConfigEntry, subentry: ConfigSubentry) -> MeterProfile:
    """Return what the settings say about a meter."""
    data: Mapping[str, Any] = subentry.data
    contracted_kw = entry.options.get(CONF_CONTRACTED_POWER)
    assert subentry.unique_id is not None  # the flow always sets it
    return MeterProfile(
        meter_id=subentry.unique_id,
        role=MeterRole(data[CONF_ROLE]),
        energy_kind=EnergyKind(data[CONF_ENERGY_KIND]),
        interval_s=float(data[CONF_INTERVAL]),
        contracted_power_w=contracted_kw * 1000 if contracted_kw else None,
        nominal_voltage_v=entry.data[CONF_NOMINAL_VOLTAGE],
    )


class Meter:
    """One meter of a household while the household is loaded."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        subentry: ConfigSubentry,
        history: History,
        price_id: str | None,
    ) -> None:
        """Prepare the meter of a subentry."""
        self.subentry = subentry
        self.profile = meter_profile(entry, subentry)
        self.history = history
        self.coordinator = MeterCoordinator(
            hass, entry, subentry, self.profile, history, price_id
        )
        # The subentry changes in place when its key is rotated; this is the key
        # with which the meter was put to work.
        self.key_hash: str | None = subentry.data.get(CONF_KEY_HASH)
        self._hass = hass
        self._entry = entry

    @property
    def name(self) -> str:
        """The name the user gave."""
        return self.subentry.title

    @property
    def parent(self) -> str | None:
        """The subentry of the meter that measures this one too."""
        return self.subentry.data.get(CONF_PARENT)

    def source_entities(self) -> dict[Channel, str]:
        """Return the entities the meter is made of, by their current ids."""
        if self.subentry.data[CONF_SOURCE] != SOURCE_ENTITIES:
            return {}
        registry = er.async_get(self._hass)
        entities = self.subentry.data[CONF_ENTITIES]
        found = {
            Channel(channel): er.async_resolve_entity_id(registry, stored)
            for channel, stored in entities.items()
        }
        return {channel: entity for channel, entity in found.items() if entity}

    async def async_start_source(self) -> CALLBACK_TYPE | None:
        """Begin to read the meter; one that pushes is not read."""
        if (source := self._source()) is None:
            return None
        self.coordinator.source_available = lambda: source.available
        return await source.async_start()

    def _source(self) -> MeterSource | None:
        """Return where the readings come from."""
        if self.subentry.data[CONF_SOURCE] == SOURCE_ENTITIES:
            entities = self.source_entities()
            self._report_missing(entities)
            return EntitySource(
                self._hass, entities, self._take_reading, self._take_refused
            )
        return None

    @callback
    def _take_reading(self, reading: Reading) -> None:
        self.history.enqueue(self.profile, reading)

    @callback
    def _take_refused(self, refused: RefusedReading) -> None:
        self._entry.async_create_background_task(
            self._hass,
            self.history.append(self.profile, (), (refused,)),
            f"{DOMAIN} refused reading",
        )

    def _report_missing(self, found: Mapping[Channel, str]) -> None:
        """Tell the user which sensors of the meter were removed."""
        issue_id = _missing_issue_id(self.profile.meter_id)
        missing = [
            channel
            for channel in self.subentry.data[CONF_ENTITIES]
            if channel not in found
        ]
        if not missing:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key="source_entity_missing",
            translation_placeholders={
                "meter": self.name,
                "entity": ", ".join(missing),
            },
        )


@callback
def async_forget_meter_issue(hass: HomeAssistant, meter_id: str) -> None:
    """Delete the repair about missing sensors of a meter that is gone."""
    ir.async_delete_issue(hass, DOMAIN, _missing_issue_id(meter_id))


def _missing_issue_id(meter_id: str) -> str:
    return f"source_entity_missing_{meter_id}"
