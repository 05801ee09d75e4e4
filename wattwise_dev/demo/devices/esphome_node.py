"""An ESPHome node as a program of this machine, with a PZEM-004T on its serial line."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from wattwise_dev.esphome.host_program import (
    CompilerMissingError,
    RunningMeter,
    host_program,
)
from wattwise_dev.esphome.modbus_meter import ModbusMeter, pzem004t_v3
from wattwise_dev.esphome.tool import EsphomeFailedError, EsphomeMissingError
from wattwise_dev.simulator.household import ENERGY_IMPORT, POWER
from wattwise_dev.simulator.sample import Sample

from .device import CURRENT, FREQUENCY, VOLTAGE, measured

_PACKAGE: Final = "pzem004t_v3"
_MODBUS_ADDRESS: Final = 1
_SHOWN_LINES: Final = 5


class NoNodeError(Exception):
    """The node's program cannot be built here; the message says what is missing."""


def program_of_node() -> Path:
    """Return the node's program, built if it was not yet; raises NoNodeError."""
    try:
        return host_program(_PACKAGE)
    except (EsphomeMissingError, CompilerMissingError) as err:
        raise NoNodeError(str(err)) from err
    except EsphomeFailedError as err:
        end = "\n".join(str(err).splitlines()[-_SHOWN_LINES:])
        raise NoNodeError(f"ESPHome could not build it:\n{end}") from err


class EsphomeNode:
    """Polls its meter with ESPHome's own driver, and speaks ESPHome's own API."""

    def __init__(self, program: Path, folder: Path, port: int) -> None:
        """Prepare a node that keeps its settings in a folder."""
        self._meter = ModbusMeter(_MODBUS_ADDRESS, pzem004t_v3)
        # Before it has measured, it would show a counter at zero.
        self._meter.silent = True
        self._node = RunningMeter(program, folder, self._meter.line, port)
        self._switched_on = ExitStack()

    async def start(self) -> None:
        """Connect the meter and switch the node on; raises HostProgramError."""
        self._switched_on.enter_context(self._meter)
        await asyncio.to_thread(self._switched_on.enter_context, self._node)

    async def show(self, sample: Sample) -> None:
        """Let the meter measure; the node reads it each second."""
        shown = self._meter.measured
        shown.power = measured(sample, POWER)
        shown.energy_import = measured(sample, ENERGY_IMPORT)
        shown.voltage = measured(sample, VOLTAGE)
        shown.current = measured(sample, CURRENT)
        shown.frequency = measured(sample, FREQUENCY)
        self._meter.silent = False

    async def stop(self) -> None:
        """Switch the node off, then the meter."""
        await asyncio.to_thread(self._switched_on.close)
