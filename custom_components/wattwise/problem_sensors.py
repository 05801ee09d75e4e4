"""What is wrong at a meter, for automations to react to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers.restore_state import RestoreEntity

from .alerting.meter_watch import VOLTAGES, Problem
from .entity import MeterEntity
from .household import WattWiseConfigEntry
from .meter import Meter
from .metering.profile import MeterRole
from .metering.quantity import Channel
from .voltage_sensors import alerts_by_default


@dataclass(frozen=True, kw_only=True)
class ProblemDescription(BinarySensorEntityDescription):
    """A problem that readings of some channels tell of."""

    problem: Problem
    channels: tuple[Channel, ...]
    at_least: int = 1
    """How many of the channels a meter has to have."""
    possible_fn: Callable[[Meter], bool] = lambda _: True
    """Whether a meter can have the problem with its settings."""


def _of_the_grid(meter: Meter) -> bool:
    return meter.profile.role is MeterRole.GRID


def _has_contract(meter: Meter) -> bool:
    return _of_the_grid(meter) and meter.profile.contracted_power_w is not None


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


PROBLEMS: Final = (
    _problem(Problem.VOLTAGE, *VOLTAGES),
    _problem(
        Problem.NEUTRAL_LOST,
        *VOLTAGES,
        device_class=BinarySensorDeviceClass.SAFETY,
        at_least=2,
    ),
    _problem(Problem.UNBALANCED, *VOLTAGES, at_least=2),
    # All meters of a grid see the same.
    _problem(Problem.FREQUENCY, Channel.FREQUENCY, possible_fn=_of_the_grid),
    _problem(Problem.OVERLOAD, Channel.POWER, possible_fn=_has_contract),
)


class ProblemSensor(MeterEntity, BinarySensorEntity, RestoreEntity):
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
        self._watch = meter.watch
        self._attr_entity_registry_enabled_default = alerts_by_default(entry, meter)

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was there before a restart."""
        await super().async_added_to_hass()
        if (last := await self.async_get_last_state()) and last.state == STATE_ON:
            self._watch.restore(self.entity_description.problem)

    @property
    @override
    def available(self) -> bool:
        """Return whether the meter told of it lately."""
        return super().available and any(
            self.coordinator.current(channel) is not None
            for channel in self.entity_description.channels
        )

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether something is wrong; None until the first reading."""
        return self._watch.has(self.entity_description.problem)
