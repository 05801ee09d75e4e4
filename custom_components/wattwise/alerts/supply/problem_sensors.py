"""What is wrong at a meter, for automations to react to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers.restore_state import (
    ExtraStoredData,
    RestoredExtraData,
    RestoreEntity,
)

from ...alerting.supply.meter_watch import VOLTAGES, Problem
from ...alerting.supply.voltage import VoltageState
from ...entity import MeterEntity
from ...household import WattWiseConfigEntry
from ...meter import Meter
from ...metering.profile import MeterRole
from ...metering.quantity import Channel
from ..alert import AlertDetail, AlertKind, AlertSeverity
from ..alert_sensor import AlertSensor


@dataclass(frozen=True, kw_only=True)
class ProblemDescription(BinarySensorEntityDescription):
    """A problem that readings of some channels tell of."""

    problem: Problem
    channels: tuple[Channel, ...]
    at_least: int = 1
    """How many of the channels have to be told of."""
    possible_fn: Callable[[Meter], bool] = lambda _: True
    """Whether a meter can have the problem with its settings."""


def _of_the_grid(meter: Meter) -> bool:
    return meter.profile.role is MeterRole.GRID


def _problem(
    problem: Problem,
    *channels: Channel,
    device_class: BinarySensorDeviceClass = BinarySensorDeviceClass.PROBLEM,
    at_least: int = 1,
    possible_fn: Callable[[Meter], bool] = lambda _: True,
) -> ProblemDescription:
    return ProblemDescription(
        key=problem.value,
        translation_key=problem.value,
        device_class=device_class,
        problem=problem,
        channels=channels,
        at_least=at_least,
        possible_fn=possible_fn,
    )


# What is kept over a restart.
_KEPT_ACTIVE: Final = "active"
_KEPT_VOLTAGES: Final = "voltages"

PROBLEMS: Final = (
    _problem(Problem.VOLTAGE, *VOLTAGES),
    _problem(
        Problem.NEUTRAL_LOST,
        *VOLTAGES,
        device_class=BinarySensorDeviceClass.SAFETY,
        at_least=2,
    ),
    _problem(Problem.UNBALANCED, *VOLTAGES, at_least=3),
    # All meters of a grid see the same.
    _problem(Problem.FREQUENCY, Channel.FREQUENCY, possible_fn=_of_the_grid),
)


class ProblemSensor(AlertSensor, MeterEntity, RestoreEntity):
    """On while something is wrong."""

    entity_description: ProblemDescription

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        description: ProblemDescription,
    ) -> None:
        """Tell of one problem."""
        super().__init__(hass, entry, meter, description.key)
        self.entity_description = description
        self.alert_kind = AlertKind(description.problem)
        self.alert_household = entry.runtime_data
        self.alert_meter = meter.name
        self._watch = meter.watch
        self._attr_entity_registry_enabled_default = (
            entry.runtime_data.alerts_by_default(meter)
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was there before a restart."""
        await super().async_added_to_hass()
        if last := await self.async_get_last_extra_data():
            self._restore(last.as_dict())

    def _restore(self, kept: Mapping[str, Any]) -> None:
        if kept.get(_KEPT_ACTIVE) is True:
            self._watch.restore(self.entity_description.problem)
        for channel, state in kept.get(_KEPT_VOLTAGES, {}).items():
            # A version to come may know others.
            if channel in VOLTAGES and state in list(VoltageState):
                self._watch.restore_voltage(Channel(channel), VoltageState(state))

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Return what is known, which the state does not show of a silent meter."""
        problem = self.entity_description.problem
        if problem is Problem.VOLTAGE:
            states = self._watch.voltage_states()
            return RestoredExtraData(
                {_KEPT_VOLTAGES: {str(c): str(s) for c, s in states.items()}}
            )
        return RestoredExtraData({_KEPT_ACTIVE: self._watch.lasts(problem)})

    @property
    @override
    def alert_severity(self) -> AlertSeverity:
        """A lost neutral and a voltage far off harm devices."""
        states = self._watch.voltage_states().values()
        match self.entity_description.problem:
            case Problem.NEUTRAL_LOST:
                return AlertSeverity.CRITICAL
            case Problem.VOLTAGE if any(state.critical for state in states):
                return AlertSeverity.CRITICAL
        return AlertSeverity.WARNING

    @property
    @override
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """Return what is said of each phase, and its voltage."""
        if self.entity_description.problem is Problem.FREQUENCY:
            return {"frequency": self.coordinator.current(Channel.FREQUENCY)}
        details: dict[str, AlertDetail] = {}
        for channel, state in self._watch.voltage_states().items():
            details[f"{channel}_state"] = state.value
            details[str(channel)] = self.coordinator.current(channel)
        return details

    @property
    @override
    def available(self) -> bool:
        """Return whether the meter told of it lately."""
        description = self.entity_description
        current = sum(
            self.coordinator.current(channel) is not None
            for channel in description.channels
        )
        return super().available and current >= description.at_least

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether something is wrong; None until the first reading."""
        return self._watch.has(self.entity_description.problem)
