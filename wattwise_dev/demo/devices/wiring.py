"""Where the devices of one demo home are, which stays from start to start."""

from dataclasses import dataclass, replace
import secrets
from typing import Self

from wattwise_dev.home_assistant import free_port


@dataclass(frozen=True, slots=True)
class Wiring:
    """Ports of this machine, and a hardware address."""

    broker_port: int
    plug_port: int
    plug_mac: str
    """12 digits; homes that run at the same time shall not mix their plugs up."""
    node_port: int | None
    """None where there can be no ESPHome node."""
    influxdb_port: int | None = None
    """None where no InfluxDB is wanted."""

    @classmethod
    def new(cls, *, with_node: bool) -> Self:
        """Choose what nobody uses now."""
        return cls(
            broker_port=free_port(),
            plug_port=free_port(),
            # The second digit says that nobody gave it this address.
            plug_mac=f"02{secrets.token_hex(5)}",
            node_port=free_port() if with_node else None,
        )

    def with_influxdb(self) -> Self:
        """Return the same with a port for InfluxDB."""
        return replace(self, influxdb_port=self.influxdb_port or free_port())

    @property
    def ports(self) -> list[int]:
        """All ports that must be free."""
        ports = (
            self.broker_port,
            self.plug_port,
            self.node_port,
            self.influxdb_port,
        )
        return [port for port in ports if port is not None]
