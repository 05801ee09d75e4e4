"""A household at work: the history it shares, its meters and its prices."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .alerting.supply.voltage import VoltageLimits
from .alerts.alert_board import AlertBoard
from .const import DOMAIN
from .grid_netting import GridNettingCoordinator
from .history.history import History
from .home_balance import energy_balance, power_balance
from .household_settings import HouseholdSettings
from .household_updates import HouseholdUpdates
from .influx_export import InfluxExport
from .meter import Meter
from .metering.balance import Balance
from .metering.phase_netting import Exchange, nets_by_default
from .metering.profile import MeterRole
from .sources.push_keys import PushKeys

if TYPE_CHECKING:
    from .advice.advice_coordinator import AdviceCoordinator
    from .alerts.demand.demand_coordinator import DemandCoordinator
    from .anomalies.anomaly_coordinator import AnomalyCoordinator
    from .day_types.day_types_coordinator import DayTypesCoordinator
    from .forecasts.forecast_coordinator import ForecastCoordinator
    from .load_shapes.load_shape_coordinator import LoadShapeCoordinator
    from .prices.bill_forecast import BillCoordinator
    from .similar_homes.similar_homes_coordinator import SimilarHomesCoordinator
    from .usage.usage_coordinator import UsageCoordinator

DATA_PUSH_KEYS: HassKey[PushKeys[Meter]] = HassKey(f"{DOMAIN}_push_keys")

type WattWiseConfigEntry = ConfigEntry[Household]


@dataclass(slots=True)
class Household:
    """One home: its meters by the id of their subentry."""

    name: str
    currency: str
    phases: int
    history: History
    settings: HouseholdSettings
    """What was set by entities."""
    price_id: str | None
    """Whose price readings apply; None without a tariff."""
    nets_phases: bool | None = None
    """Whether the utility nets over the grid meters; None leaves it to their number."""
    meters: dict[str, Meter] = field(default_factory=dict)
    stop_sources: list[CALLBACK_TYPE] = field(default_factory=list)
    """What ends the reading of entities."""
    export: InfluxExport | None = None
    """Writes what the meters tell to InfluxDB, where the options say so."""
    grid_netting: GridNettingCoordinator | None = None
    """Follows the energy netted over the grid meters, where they are netted."""
    forecast: ForecastCoordinator | None = None
    """Says what the home will use and produce; None while it is being set up."""
    anomalies: AnomalyCoordinator | None = None
    """Says what is unusual in it; None while it is being set up."""
    day_types: DayTypesCoordinator | None = None
    """Says what kind of day it is; None while it is being set up."""
    load_shape: LoadShapeCoordinator | None = None
    """Says when the home uses its energy; None while it is being set up."""
    bill: BillCoordinator | None = None
    """Says what the month costs; None without a grid meter."""
    advice: AdviceCoordinator | None = None
    """Knows what the home could do better; None while it is being set up."""
    demand: DemandCoordinator | None = None
    """Follows the running period of a capacity tariff, where demand is measured."""
    usage: UsageCoordinator | None = None
    """Compares the use of meters with what is usual; None while it is being set up."""
    similar_homes: SimilarHomesCoordinator | None = None
    """Compares it with homes like it; None while it is being set up."""
    of_entities: list[DataUpdateCoordinator[Any]] = field(default_factory=list)
    """What asks the history for a few entities of a meter."""
    voltage_limits: VoltageLimits = field(default_factory=VoltageLimits)
    mean_prices: dict[tuple[date, int], float] = field(default_factory=dict)
    """What a kWh cost on average, by the day that asked for it and of how many days."""
    alerts: AlertBoard = field(default_factory=AlertBoard)
    """What is wrong at the moment."""
    updates: HouseholdUpdates = field(init=False)

    def __post_init__(self) -> None:
        """Follow the meters once entities want to know."""
        self.updates = HouseholdUpdates(self._coordinators)

    async def async_start_netting(
        self, hass: HomeAssistant, entry: ConfigEntry
    ) -> None:
        """Net over the grid meters, if the utility does, before entities ask for it."""
        if not self.nets_grid:
            return
        self.grid_netting = GridNettingCoordinator(
            hass,
            entry,
            self.history,
            lambda: [meter.profile.meter_id for meter in self.grid_meters],
            self.price_id,
        )
        await self.grid_netting.async_refresh()

    @callback
    def async_stop_sources(self) -> None:
        """Read no entities any more."""
        while self.stop_sources:
            self.stop_sources.pop()()

    @callback
    def async_set_voltage_limits(self, limits: VoltageLimits) -> None:
        """Hold the voltages of all meters against other limits from now on."""
        self.voltage_limits = limits
        for meter in self.meters.values():
            meter.watch.set_limits(limits)

    @callback
    def async_set_amount(self, key: str, amount: float) -> None:
        """Count with another amount from now on, and show what follows from it."""
        self.settings.async_set(key, amount)
        self.updates.async_tell()

    @property
    def amounts(self) -> dict[str, float]:
        """The numbers that the user set by entities, by their keys."""
        return self.settings.amounts

    @callback
    def async_past_grew(self) -> None:
        """Learn soon from what came into the past, and judge it anew."""
        self.mean_prices = {}
        for learner in (
            self.forecast,
            self.anomalies,
            self.day_types,
            self.load_shape,
            self.bill,
            self.demand,
            self.usage,
            self.similar_homes,
        ):
            if learner:
                learner.async_past_grew()

    def alerts_by_default(self, meter: Meter) -> bool:
        """Whether a meter's alerts are shown unless the user says otherwise.

        Every plug sees the voltage that the grid meter sees: one alert is enough.
        """
        return meter.profile.role is MeterRole.GRID or not self.has_role(MeterRole.GRID)

    @property
    def day_start(self) -> datetime | None:
        """When the newest day began of which a sum is known."""
        days = [meter.coordinator.data.day_start for meter in self.meters.values()]
        if netted := self._netted_day_start:
            days.append(netted)
        return max(days, default=None)

    @property
    def contracted_power_w(self) -> float | None:
        """The most the connection may draw [W], if it is known."""
        powers = (meter.profile.contracted_power_w for meter in self.meters.values())
        return next(powers, None)

    @property
    def grid_meters(self) -> list[Meter]:
        """The meters that measure the grid connection, each flow once."""
        return [self.meters[key] for key in self.power_balance().grid_meters]

    @property
    def nets_grid(self) -> bool:
        """Whether the grid meters are those of phases which the utility nets."""
        count = len(self.grid_meters)
        if count > 1 and self.nets_phases is not None:
            return self.nets_phases
        return nets_by_default(self.phases, count)

    def power_balance(self) -> Balance:
        """Return the balance of momentary power [W]."""
        return power_balance(self.meters)

    def energy_balance(self, period: str) -> Balance:
        """Return the balance of energy [Wh] of a field of EnergyTotals."""
        return energy_balance(self.meters, period, self.day_start)

    def grid_power(self) -> Exchange | None:
        """Return what is drawn from the grid and fed into it right now [W]."""
        netted = self.grid_netting is not None
        return self.power_balance().grid_exchange(netted=netted)

    def grid_energy_today(self) -> Exchange | None:
        """Return what was drawn from the grid and fed into it today [Wh]."""
        if self.grid_netting is None:
            return self.energy_balance("today").grid_exchange(netted=False)
        netted = self.grid_netting.data
        if netted is None:
            return None
        of_today = self._netted_day_start == self.day_start
        return netted.energy if of_today else Exchange(0.0, 0.0)

    def cost_today(self) -> float | None:
        """Return today's cost of what the grid supplied [currency]."""
        if self.grid_netting is not None:
            netted = self.grid_netting.data
            if netted is None or netted.cost is None:
                return None
            return netted.cost if self._netted_day_start == self.day_start else 0.0
        day_start = self.day_start
        sums = [meter.coordinator.data for meter in self.grid_meters]
        costs = [
            known.cost_today if known.day_start == day_start else 0.0
            for known in sums
            if known.cost_today is not None
        ]
        return sum(costs) if costs else None

    def has_role(self, role: MeterRole) -> bool:
        """Whether a meter of the household has the role."""
        return any(meter.profile.role is role for meter in self.meters.values())

    @property
    def _netted_day_start(self) -> datetime | None:
        if self.grid_netting is None or self.grid_netting.data is None:
            return None
        return dt_util.utc_from_timestamp(self.grid_netting.data.day_start_ms / 1000)

    async def async_stop_asking(self) -> None:
        """Ask the history nothing more, also not what an entity was told to ask soon.

        What is being asked at this moment fails quietly if the history is closed.
        """
        for coordinator in self._coordinators():
            await coordinator.async_shutdown()
        for coordinator in self.of_entities:
            await coordinator.async_shutdown()
        for judge in (
            self.forecast,
            self.anomalies,
            self.day_types,
            self.load_shape,
            self.advice,
            self.usage,
            self.similar_homes,
        ):
            if judge:
                await judge.async_shutdown()

    def _coordinators(self) -> Iterable[DataUpdateCoordinator[Any]]:
        """Return all that tells of the household."""
        yield from (meter.coordinator for meter in self.meters.values())
        if self.grid_netting:
            yield self.grid_netting
        if self.bill:
            yield self.bill


def is_on_its_way(entry: WattWiseConfigEntry) -> bool:
    """Whether a household that is not loaded is being set up, or may be at any moment."""
    return entry.state in (
        ConfigEntryState.NOT_LOADED,
        ConfigEntryState.SETUP_IN_PROGRESS,
        ConfigEntryState.UNLOAD_IN_PROGRESS,
    )


@callback
def async_loaded_households(hass: HomeAssistant) -> list[WattWiseConfigEntry]:
    """Return the entries of the households that are at work."""
    return hass.config_entries.async_loaded_entries(DOMAIN)


@callback
def async_all_meters(hass: HomeAssistant) -> Iterable[Meter]:
    """Return the meters of all households that are at work."""
    for entry in async_loaded_households(hass):
        yield from entry.runtime_data.meters.values()
