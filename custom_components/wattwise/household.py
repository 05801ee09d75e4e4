"""A household at work: the history it shares, its meters and its prices."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
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
    stop_sources: list[CALLBACK_TYPE] = field(default_factory=list)
    """What ends the reading of entities."""

    @callback
    def async_stop_sources(self) -> None:
        """Read no entities any more."""
        while self.stop_sources:
            self.stop_sources.pop()()

    @property
    def day_start(self) -> datetime | None:
        """When the newest day began of which a meter's sums are known."""
        return max(
            (meter.coordinator.data.day_start for meter in self._asked_meters()),
            default=None,
        )

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
            inward, outward = (
                self._energy(meter, channel, period)
                for channel in (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT)
            )
            flows.append(self._flow(meter, inward, outward))
        return flows

    def cost_today(self) -> float | None:
        """Return today's cost of what the grid supplied [currency]."""
        costs = [
            cost if self._is_of_today(meter) else 0.0
            for meter in self._asked_meters()
            if meter.profile.role is MeterRole.GRID
            and (cost := meter.coordinator.data.cost_today) is not None
        ]
        return sum(costs) if costs else None

    def has_role(self, role: MeterRole) -> bool:
        """Whether a meter of the household has the role."""
        return any(meter.profile.role is role for meter in self.meters.values())

    def _asked_meters(self) -> list[Meter]:
        """Return the meters whose sums are known."""
        return [meter for meter in self.meters.values() if meter.coordinator.data]

    def _is_of_today(self, meter: Meter) -> bool:
        """Whether a meter's sums are of the newest day, not still of the last."""
        return meter.coordinator.data.day_start == self.day_start

    def _energy(self, meter: Meter, channel: Channel, period: str) -> float | None:
        snapshot = meter.coordinator.data
        totals = snapshot.totals.get(channel) if snapshot else None
        if totals is None:
            return None
        if period == "today" and not self._is_of_today(meter):
            return 0.0
        energy: float = getattr(totals, period)
        return energy

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
