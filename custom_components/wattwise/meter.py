"""A meter at work: its settings, its source, and where its readings go."""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .alerting.health.meter_health import MeterHealth
from .alerting.supply.meter_watch import MeterWatch
from .alerting.supply.voltage import VoltageLimits
from .const import (
    CONF_ADDRESS,
    CONF_CONTRACTED_POWER,
    CONF_DEVICE,
    CONF_ENERGY_KIND,
    CONF_ENTITIES,
    CONF_INTERVAL,
    CONF_KEY_HASH,
    CONF_NOMINAL_VOLTAGE,
    CONF_PARENT,
    CONF_PHASES,
    CONF_ROLE,
    CONF_SOURCE,
    DOMAIN,
    LOGGER,
    SOURCE_ENTITIES,
    SOURCE_HTTP,
    SOURCE_MQTT,
    SOURCE_SIMULATED,
)
from .coordinator import MeterCoordinator
from .dialect_repairs import async_forget_dialect, async_report_dialect
from .dialects.contract.dialect import Address
from .history.errors import HistoryError
from .history.history import History
from .metering.profile import EnergyKind, MeterProfile, MeterRole
from .metering.quantity import Channel
from .metering.reading import Reading, RefusedReading
from .sensor_repairs import async_report_sensors
from .sources.device_errors import UnknownDialectError
from .sources.device_settings import DeviceSettings
from .sources.entities import EntitySource
from .sources.http.source import HttpSource
from .sources.mqtt.source import MqttSource
from .sources.simulated.roof import SimulatedRoof
from .sources.simulated.source import SimulatedSource
from .sources.simulated.supply import SimulatedSupply
from .sources.source import MeterSource

# What a simulated home without one is taken to have [W].
_USUAL_CONTRACT_W: Final = 9_200.0


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
        # Notices what is wrong in what the meter tells.
        self.watch = MeterWatch(self.profile, VoltageLimits())
        # Notices what is wrong with the meter itself.
        self.health = MeterHealth(self.profile)
        # The subentry changes in place when its key is rotated; this is the key
        # with which the meter was put to work.
        self.key_hash: str | None = subentry.data.get(CONF_KEY_HASH)
        self._hass = hass
        self._entry = entry
        self.simulation = self._simulation()
        self._refused: list[RefusedReading] = []
        self._refused_task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The name the user gave."""
        return self.subentry.title

    @property
    def parent(self) -> str | None:
        """The subentry of the meter that measures this one too."""
        return self.subentry.data.get(CONF_PARENT)

    @property
    def device(self) -> str | None:
        """The key of the device that is read over MQTT or HTTP."""
        return self.subentry.data.get(CONF_DEVICE)

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
        if self.subentry.data[CONF_SOURCE] == SOURCE_ENTITIES:
            entities = self.subentry.data[CONF_ENTITIES]
            meter_id = self.profile.meter_id
            await async_report_sensors(self._hass, meter_id, self.name, entities)
        self.coordinator.source_available = lambda: source.available
        try:
            return await source.async_start()
        except UnknownDialectError as err:
            # As after a return to an older version; the other meters work on.
            meter_id = self.profile.meter_id
            async_report_dialect(self._hass, meter_id, self.name, err.dialect)
            self.coordinator.source_available = lambda: False
            return partial(async_forget_dialect, self._hass, meter_id)

    def _source(self) -> MeterSource | None:
        """Return where the readings come from."""
        if self.subentry.data[CONF_SOURCE] == SOURCE_ENTITIES:
            return EntitySource(
                self._hass,
                self.source_entities(),
                self._take_reading,
                self._take_refused,
                self.coordinator.async_update_listeners,
            )
        if self.subentry.data[CONF_SOURCE] == SOURCE_HTTP:
            return HttpSource(
                self._hass,
                self._entry,
                self.subentry,
                self._take_reading,
                self._take_refused,
            )
        if self.subentry.data[CONF_SOURCE] == SOURCE_MQTT:
            return MqttSource(
                self._hass,
                DeviceSettings.from_data(self.subentry.data),
                self._take_reading,
                self._take_refused,
                self._take_address,
                self.coordinator.async_update_listeners,
            )
        return self.simulation

    def _simulation(self) -> SimulatedSource | None:
        """Return what measures in place of a meter that does not exist."""
        if self.subentry.data[CONF_SOURCE] != SOURCE_SIMULATED:
            return None
        profile = self.profile
        if profile.produces:
            place = self._hass.config
            roof = SimulatedRoof(place.latitude, place.longitude)
            return SimulatedSource(self._hass, roof, self._take_reading)
        supply = SimulatedSupply(
            profile.nominal_voltage_v,
            self._entry.data[CONF_PHASES],
            profile.contracted_power_w or _USUAL_CONTRACT_W,
        )
        return SimulatedSource(self._hass, supply, self._take_reading, self._roof_gives)

    def _roof_gives(self, time_s: float) -> float:
        """Return what a simulated roof of the household gives at a time [W]."""
        meters: Iterable[Meter] = self._entry.runtime_data.meters.values()
        return sum(
            meter.simulation.flow(time_s)
            for meter in meters
            if meter.simulation and meter.profile.produces
        )

    @callback
    def _take_reading(self, reading: Reading) -> None:
        self.history.enqueue(self.profile, reading)

    @callback
    def _take_refused(self, refused: RefusedReading) -> None:
        self._refused.append(refused)
        if self._refused_task is None:
            self._refused_task = self._entry.async_create_background_task(
                self._hass,
                self._async_count_refused(),
                f"{DOMAIN} refused readings",
                eager_start=False,
            )

    async def _async_count_refused(self) -> None:
        """Count what is refused, and all that is refused meanwhile at once."""
        try:
            while self._refused:
                refused, self._refused = self._refused, []
                await self.history.append(self.profile, (), refused)
        except HistoryError as err:
            LOGGER.debug("Refused readings were not counted: %s", err)
        finally:
            self._refused_task = None

    @callback
    def _take_address(self, address: Address) -> None:
        """Keep where the device is now; the household starts anew with it."""
        self._hass.config_entries.async_update_subentry(
            self._entry,
            self.subentry,
            data={**self.subentry.data, CONF_ADDRESS: dict(address)},
        )
