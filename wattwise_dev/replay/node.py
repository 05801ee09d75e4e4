"""An ESPHome node with a Modbus meter whose every poll is written down."""

from dataclasses import dataclass
from pathlib import Path
import time
from typing import Final, Self

from wattwise_dev.esphome.host_program import RunningMeter
from wattwise_dev.esphome.modbus_meter import Measured, ModbusMeter, sdm230
from wattwise_dev.home_assistant import free_port

from .samples import Values

METER_PACKAGE: Final = "sdm230"
_MODBUS_ADDRESS: Final = 1


@dataclass(frozen=True, slots=True)
class Poll:
    """What the meter told the node at a moment [ms since the epoch]."""

    time_ms: float
    values: Values


class Node:
    """A meter on a serial line, and the firmware that reads it."""

    def __init__(self, program: Path, folder: Path) -> None:
        """Prepare a node that keeps its settings in a folder."""
        self.polls: list[Poll] = []
        self._meter = ModbusMeter(_MODBUS_ADDRESS, self._registers)
        self._firmware = RunningMeter(program, folder, self._meter.line, free_port())
        self.api_port = self._firmware.api_port

    def __enter__(self) -> Self:
        """Switch on the meter; the firmware is started for itself."""
        self._meter.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Switch off both."""
        self._firmware.stop()
        self._meter.__exit__(None, None, None)

    def show(self, values: Values) -> None:
        """Let the meter show something."""
        self._meter.measured = Measured(
            power=values["power"],
            energy_import=values["energy_import"],
            energy_export=values["energy_export"],
            voltage=values["voltage_l1"],
            current=values["current_l1"],
            frequency=values["frequency"],
            power_factor=values["power_factor"],
        )

    def start(self) -> None:
        """Start the firmware, which takes a moment."""
        self._firmware.start()

    def kill(self) -> None:
        """Take the power from the node, not from its meter."""
        self._firmware.kill()

    def _registers(self, measured: Measured) -> dict[int, int]:
        """Note what is told, and return it as the meter does."""
        values = {
            "power": measured.power,
            "energy_import": measured.energy_import,
            "energy_export": measured.energy_export,
            "voltage_l1": measured.voltage,
            "current_l1": measured.current,
            "frequency": measured.frequency,
            "power_factor": measured.power_factor,
        }
        self.polls.append(Poll(time.time() * 1000, values))
        return sdm230(measured)
