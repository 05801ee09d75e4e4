"""A household at work: the history it shares, its meters and its prices."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .history.history import History
from .meter import Meter
from .metering.balance import MeterFlow, consumption, production
from .metering.profile import MeterRole
from .metering.quantity import Channel
from .sources.push_keys import PushKeys

DATA_PUSH_KEYS: HassKey[PushKeys[Meter]] = HassKey(f"{DOMAIN}_push_keys")

type WattWiseConfigEntry = ConfigEntry[Household]


@dataclass(slots=True)
class Household:
    """One home: its meters by the id of their subentry."""

    name: str
    currency: str
    phases: int
    history: History
    price_id: str | None
    """Whose price readings apply; None without a tariff."""
    meters: dict[str, Meter] = field(default_factory=dict)

    @property
    def connected_meters(self) -> int:
        """How many meters report."""
        return sum(meter.coordinator.connected for meter in self.meters.values())

    def power_flows(self) -> list[MeterFlow]:
        """Return the momentary power through each meter [W]."""
        flows = []
        for meter in self.meters.values():
            power = meter.coordinator.current(Channel.POWER)
            if meter.profile.role is MeterRole.PRODUCTION:
                flows.append(self._flow(meter, None, power))
            else:
                flows.append(self._flow(meter, power, None))
        return flows

    def consumption_power(self) -> float | None:
        """Return what the home uses right now [W]."""
        return consumption(self.power_flows())

    def production_power(self) -> float | None:
        """Return what the home produces right now [W]."""
        return production(self.power_flows())

    def energy_flows(self, period: str) -> list[MeterFlow]:
        """Return each meter's energy [Wh] of a field of EnergyTotals."""
        flows = []
        for meter in self.meters.values():
            snapshot = meter.coordinator.data
            totals = snapshot.totals if snapshot else {}
            inward = totals.get(Channel.ENERGY_IMPORT)
            outward = totals.get(Channel.ENERGY_EXPORT)
            flows.append(
                self._flow(
                    meter,
                    getattr(inward, period) if inward else None,
                    getattr(outward, period) if outward else None,
                )
            )
        return flows

    def cost_today(self) -> float | None:
        """Return today's cost of what the grid supplied [currency]."""
        costs = [
            meter.coordinator.data.cost_today
            for meter in self.meters.values()
            if meter.profile.role is MeterRole.GRID
        ]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if known else None

    def has_role(self, role: MeterRole) -> bool:
        """Whether a meter of the household has the role."""
        return any(meter.profile.role is role for meter in self.meters.values())

    @staticmethod
    def _flow(meter: Meter, inward: float | None, outward: float | None) -> MeterFlow:
        return MeterFlow(meter.profile.role, inward, outward, meter.parent is not None)


@callback
def async_loaded_households(hass: HomeAssistant) -> list[WattWiseConfigEntry]:
    """Return the entries of the households that are at work."""
    return hass.config_entries.async_loaded_entries(DOMAIN)


@callback
def async_all_meters(hass: HomeAssistant) -> Iterable[Meter]:
    """Return the meters of all households that are at work."""
    for entry in async_loaded_households(hass):
        yield from entry.runtime_data.meters.values()
