"""All that stands beside Home Assistant in one demo home, switched on together."""

from contextlib import AsyncExitStack
from pathlib import Path

from wattwise_dev.home_assistant import Client, is_free

from ..database import DemoDatabase
from ..plan import AIR_CONDITIONER, GRID, WATER_HEATER
from .broker import MqttBroker, broker_at
from .device import Device
from .esphome_node import EsphomeNode
from .mqtt_meter import MqttMeter
from .sensor_plug import SensorPlug
from .tasmota_plug import TasmotaPlug
from .wiring import Wiring


class TakenPortError(Exception):
    """Another program listens where a device of this home should."""


class Equipment:
    """The broker, InfluxDB, and every device that does not push by itself."""

    def __init__(
        self, folder: Path, wiring: Wiring, client: Client, program: Path | None
    ) -> None:
        """Prepare the devices of a home, with a node if there is a program for it.

        Raises ServerMissingError when there is no program for its InfluxDB.
        """
        self.wiring = wiring
        self.broker = broker_at(wiring.broker_port, folder)
        self.database: DemoDatabase | None = None
        if wiring.influxdb_port is not None:
            self.database = DemoDatabase(folder, wiring.influxdb_port)
        self.plug = TasmotaPlug(wiring.plug_port, wiring.plug_mac)
        air_conditioner: Device = SensorPlug(client)
        if program is not None and wiring.node_port is not None:
            air_conditioner = EsphomeNode(program, folder / "node", wiring.node_port)
        self.devices: dict[str, Device] = {
            GRID.key: MqttMeter(wiring.broker_port),
            WATER_HEATER.key: self.plug,
            AIR_CONDITIONER.key: air_conditioner,
        }
        """By the meters they are."""
        self._switched_on = AsyncExitStack()

    async def start(self) -> None:
        """Switch all on.

        Raises TakenPortError, BrokerFailedError, ServerFailedError and HostProgramError.
        """
        for port in self.wiring.ports:
            if not is_free(port):
                raise TakenPortError(
                    f"A device of this home needs port {port}, which is taken. "
                    "Stop the program that listens there."
                )
        parts: list[MqttBroker | DemoDatabase | Device] = [self.broker]
        if self.database:
            parts.append(self.database)
        for part in [*parts, *self.devices.values()]:
            self._switched_on.push_async_callback(part.stop)
            await part.start()

    async def stop(self) -> None:
        """Switch all off, the broker last."""
        await self._switched_on.aclose()
