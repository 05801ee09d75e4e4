"""How each momentary channel of a meter is shown as a sensor."""

from dataclasses import dataclass
from typing import Final

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfRatio,
)

from .metering.profile import MeterRole
from .metering.quantity import Channel, Quantity


@dataclass(frozen=True, kw_only=True)
class MomentaryDescription(SensorEntityDescription):
    """A sensor of a momentary channel."""

    channel: Channel
    phase: str | None
    """Its name, where several phases are shown."""
    decimals: int
    """Digits worth recording: more of them only make rows in the recorder."""


@dataclass(frozen=True, slots=True)
class _Look:
    device_class: SensorDeviceClass | None
    unit: str | None
    decimals: int


_LOOKS: Final[dict[Quantity, _Look]] = {
    Quantity.POWER: _Look(SensorDeviceClass.POWER, UnitOfPower.WATT, 1),
    Quantity.VOLTAGE: _Look(SensorDeviceClass.VOLTAGE, UnitOfElectricPotential.VOLT, 1),
    Quantity.CURRENT: _Look(SensorDeviceClass.CURRENT, UnitOfElectricCurrent.AMPERE, 2),
    Quantity.FREQUENCY: _Look(SensorDeviceClass.FREQUENCY, UnitOfFrequency.HERTZ, 2),
    Quantity.POWER_FACTOR: _Look(SensorDeviceClass.POWER_FACTOR, None, 2),
    Quantity.LOAD: _Look(None, UnitOfRatio.PERCENTAGE, 1),
}

_PHASES: Final[dict[Channel, str]] = {
    Channel.VOLTAGE_L1: "L1",
    Channel.VOLTAGE_L2: "L2",
    Channel.VOLTAGE_L3: "L3",
    Channel.CURRENT_L1: "L1",
    Channel.CURRENT_L2: "L2",
    Channel.CURRENT_L3: "L3",
}


def phase_name(channel: Channel, *, single_phase: bool) -> str | None:
    """Return the name of a channel's phase; None where it need not be told."""
    phase = _PHASES.get(channel)
    return None if single_phase and phase == "L1" else phase


def momentary_description(
    channel: Channel, role: MeterRole, *, single_phase: bool
) -> MomentaryDescription:
    """Return how a channel is shown; phases are named where there are several."""
    look = _LOOKS[channel.quantity]
    phase = phase_name(channel, single_phase=single_phase)
    if channel is Channel.CURRENT_N:
        name = "current_neutral"
    elif phase is None:
        name = channel.quantity.value
    else:
        name = f"{channel.quantity}_phase"
    return MomentaryDescription(
        key=channel,
        translation_key=name,
        device_class=look.device_class,
        native_unit_of_measurement=look.unit,
        state_class=SensorStateClass.MEASUREMENT,
        # The frequency is that of the whole grid, and the same all day long.
        entity_registry_enabled_default=(
            channel is not Channel.FREQUENCY or role is MeterRole.GRID
        ),
        channel=channel,
        phase=phase,
        decimals=look.decimals,
    )
