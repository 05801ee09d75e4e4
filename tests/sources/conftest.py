"""A broker for tests of meters over MQTT."""

from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest

from homeassistant.components.mqtt import DOMAIN as MQTT_DOMAIN
from homeassistant.core import HomeAssistant

from ..mqtt_broker import Broker, Publisher, async_set_up_mqtt

type Connect = Callable[..., Publisher]


@pytest.fixture
def broker(socket_enabled: None, tmp_path: Path) -> Generator[Broker]:
    """Return a running broker."""
    running = Broker(tmp_path)
    running.start()
    yield running
    running.kill()


@pytest.fixture
def connect(broker: Broker) -> Generator[Connect]:
    """Return what connects a device to the broker."""
    publishers: list[Publisher] = []

    def connect_one(will: tuple[str, str] | None = None) -> Publisher:
        publishers.append(Publisher(broker, will))
        return publishers[-1]

    yield connect_one
    for publisher in publishers:
        publisher.close()


@pytest.fixture
def device(connect: Connect) -> Publisher:
    """Return a device that is connected to the broker."""
    return connect()


@pytest.fixture
async def home(
    wattwise: HomeAssistant, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[HomeAssistant]:
    """Return a Home Assistant with WattWise whose MQTT integration is connected."""
    monkeypatch.setattr(
        "homeassistant.components.mqtt.client.RECONNECT_INTERVAL_SECONDS", 0.2
    )
    await async_set_up_mqtt(wattwise, broker)
    yield wattwise
    for entry in wattwise.config_entries.async_loaded_entries(MQTT_DOMAIN):
        await wattwise.config_entries.async_unload(entry.entry_id)
