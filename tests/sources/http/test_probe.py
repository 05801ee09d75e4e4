"""Finding out which device answers, with the dialects as they are."""

import asyncio
from dataclasses import replace
from ipaddress import ip_address
from typing import Any, Final

import pytest

from custom_components.wattwise.const import SOURCE_HTTP
from custom_components.wattwise.dialects import all_dialects
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.sources.device_errors import (
    DeviceAuthError,
    DeviceUnreachableError,
    UnknownDeviceError,
    UnreadableAnswerError,
)
from custom_components.wattwise.sources.device_settings import (
    DeviceSettings,
    HttpEndpoint,
)
from custom_components.wattwise.sources.found_device import FoundDevice
from custom_components.wattwise.sources.http import client as http_client
from custom_components.wattwise.sources.http.probe import async_probe, hint_of_zeroconf
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from tests.homes import async_add_household, http_meter
from tests.http_devices.esphome_web import EsphomeWeb
from tests.http_devices.homewizard import TOKEN, HomeWizardP1, HomeWizardP1V2
from tests.http_devices.iotawatt import IoTaWatt
from tests.http_devices.plain import PlainDevice
from tests.http_devices.server import LOOPBACK, Fault, HttpDevice
from tests.http_devices.shelly import (
    Shelly3EmGen1,
    ShellyPlugGen1,
    ShellyPlusGen2,
    ShellyPro3EmGen2,
)
from tests.http_devices.tasmota import TasmotaPlug
from tests.repository.tree import INTEGRATION, load_json

from .test_source import available, eventually, stored, value

pytestmark = pytest.mark.usefixtures("socket_enabled")

MAC: Final = "aabbccddee01"
ENERGY: Final = 1_234_500.0
PASSWORD: Final = "s3cret"


def credentials(
    device: HttpDevice, password: str | None = None, token: str | None = None
) -> HttpEndpoint:
    """Return where the device answers, with secrets."""
    return replace(device.endpoint, password=password, token=token)


def settings(found: FoundDevice, index: int = 0) -> DeviceSettings:
    """Return the settings of a meter that is a circuit of a found device."""
    circuit = found.circuits[index]
    return DeviceSettings(
        found.identity.key,
        found.dialect,
        found.address,
        circuit.key,
        circuit.channels,
    )


# Each device with what it wants, its dialect, its key and what its circuits show:
# power [W] and imported energy [Wh].
DEVICES: Final[list[tuple[HttpDevice, dict[str, str], str, str, list[Any]]]] = [
    (ShellyPlugGen1(), {}, "shelly_gen1", MAC, [(412, ENERGY)]),
    (
        ShellyPlugGen1(PASSWORD),
        {"password": PASSWORD},
        "shelly_gen1",
        MAC,
        [(412, ENERGY)],
    ),
    (Shelly3EmGen1(), {}, "shelly_gen1", MAC, [(312, ENERGY)]),
    (
        ShellyPlusGen2(),
        {},
        "shelly_gen2",
        MAC,
        [(412, ENERGY), (824, 2 * ENERGY)],
    ),
    (
        ShellyPlusGen2(PASSWORD),
        {"password": PASSWORD},
        "shelly_gen2",
        MAC,
        [(412, ENERGY), (824, 2 * ENERGY)],
    ),
    (ShellyPro3EmGen2(), {}, "shelly_gen2", MAC, [(412, ENERGY)]),
    (TasmotaPlug(), {}, "tasmota", MAC, [(412, ENERGY)]),
    (
        TasmotaPlug(PASSWORD),
        {"password": PASSWORD},
        "tasmota",
        MAC,
        [(412, ENERGY)],
    ),
    (HomeWizardP1(), {}, "homewizard", MAC, [(412, ENERGY)]),
    (HomeWizardP1V2(), {"token": TOKEN}, "homewizard_v2", MAC, [(412, ENERGY)]),
    (
        IoTaWatt(PASSWORD),
        {"password": PASSWORD},
        "iotawatt",
        MAC,
        [(412, ENERGY), (824, 2 * ENERGY)],
    ),
    (EsphomeWeb(), {}, "esphome_web", "esphome_web:Garage", [(412, ENERGY)]),
]


@pytest.mark.parametrize(
    ("device", "secrets", "dialect", "key", "shown"),
    DEVICES,
    ids=lambda value: type(value).__name__ if isinstance(value, HttpDevice) else "",
)
async def test_device(
    wattwise: HomeAssistant,
    device: HttpDevice,
    secrets: dict[str, str],
    dialect: str,
    key: str,
    shown: list[tuple[float, float]],
) -> None:
    """Each device is known among all kinds, and read until its values are stored."""
    async with device:
        # Behind one port is one language only, encrypted or not.
        names = (dialect,) if device.encrypted else None
        found = await async_probe(wattwise, credentials(device, **secrets), names)
        assert (found.source, found.dialect) == (SOURCE_HTTP, dialect)
        assert found.identity.key == key
        assert found.endpoint is not None
        assert (found.endpoint.fingerprint is not None) == device.encrypted
        plain = replace(found.endpoint, uses_tls=False, fingerprint=None)
        assert plain == credentials(device, **secrets)
        assert found.circuits[0].channels.keys() >= {
            Channel.POWER,
            Channel.ENERGY_IMPORT,
        }
        assert found.fields
        assert len(found.circuits) >= len(shown)

        entry = await async_add_household(
            wattwise,
            *(
                http_meter(
                    found.endpoint,
                    settings(found, index),
                    f"Meter {index}",
                    circuit.role or MeterRole.APPLIANCE,
                    circuit.energy_kind,
                )
                for index, circuit in enumerate(found.circuits)
            ),
        )
        await eventually(lambda: available(entry))
        # A circuit that joins after the first poll has its values from the next.
        meters = entry.runtime_data.meters.values()
        async with asyncio.timeout(20):
            while any(Channel.POWER not in m.coordinator.latest for m in meters):
                await asyncio.sleep(0.05)
                await stored(entry)
        assert device.most_at_once == 1
        meters = list(entry.runtime_data.meters.values())
        for meter, (power, energy) in zip(meters, shown, strict=False):
            assert value(meter, Channel.POWER) == pytest.approx(power)
            assert value(meter, Channel.ENERGY_IMPORT) == pytest.approx(energy)
            assert meter.coordinator.data.refused == ()
        if Channel.VOLTAGE_L1 in found.circuits[0].channels:
            assert value(meters[0], Channel.VOLTAGE_L1) == pytest.approx(230, abs=1)
        await wattwise.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize(
    ("device", "wrong", "dialect", "key"),
    [
        (ShellyPlugGen1(PASSWORD), {"password": "wrong"}, "shelly_gen1", MAC),
        (ShellyPlusGen2(PASSWORD), {"password": "wrong"}, "shelly_gen2", MAC),
        (TasmotaPlug(PASSWORD), {"password": "wrong"}, "tasmota", None),
        (TasmotaPlug(PASSWORD, refusal=200), {"password": "wrong"}, "tasmota", None),
        (HomeWizardP1V2(), {"token": "wrong"}, "homewizard_v2", None),
        (IoTaWatt(PASSWORD), {"password": "wrong"}, "iotawatt", None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, HttpDevice) else "",
)
async def test_password(
    hass: HomeAssistant,
    device: HttpDevice,
    wrong: dict[str, str],
    dialect: str,
    key: str | None,
) -> None:
    """A wrong password, and none, are named as what is wrong.

    With the dialects it may be, and who it is, if the device tells that to everybody.
    """
    async with device:
        names = ("homewizard_v2",) if device.encrypted else None
        for secrets in ({}, wrong):
            with pytest.raises(DeviceAuthError) as caught:
                await async_probe(hass, credentials(device, **secrets), names)
            assert dialect in caught.value.dialects
            identity = caught.value.identity
            assert (identity.key if identity else None) == key


async def test_events_of_a_node(wattwise: HomeAssistant) -> None:
    """A node that tells by itself is followed."""
    async with EsphomeWeb() as device:
        found = await async_probe(wattwise, device.endpoint, ("esphome_web",))
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, settings(found))
        )
        await eventually(lambda: available(entry))
        (meter,) = entry.runtime_data.meters.values()
        await eventually(lambda: device.asked.count("/events") >= 4)
        device.power = 2_000.0
        device.changed.set()
        await asyncio.sleep(0.2)
        await stored(entry)
        assert value(meter, Channel.POWER) == 2_000.0
        await wattwise.config_entries.async_unload(entry.entry_id)


async def test_reboot_of_a_relay(wattwise: HomeAssistant) -> None:
    """A relay that counts from zero after a reboot makes no spike."""
    async with ShellyPlugGen1() as device:
        found = await async_probe(wattwise, device.endpoint)
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, settings(found))
        )
        await eventually(lambda: available(entry))
        await stored(entry)
        device.reboot()
        for energy_wh in (0.0, 2.0, 5.0):
            device.energy_wh = energy_wh
            assert await wattwise.config_entries.async_reload(entry.entry_id)
            await eventually(lambda: available(entry))
            await stored(entry)
        (meter,) = entry.runtime_data.meters.values()
        totals = meter.coordinator.data.totals[Channel.ENERGY_IMPORT]
        assert 0 <= totals.today + totals.yesterday <= 5
        await wattwise.config_entries.async_unload(entry.entry_id)


async def test_json_at_a_path(wattwise: HomeAssistant) -> None:
    """Any JSON is read at the path that is named."""
    async with JsonDevice() as device:
        found = await async_probe(wattwise, device.endpoint, path="meter/live?x=1")
        place = f"{LOOPBACK}:{device.endpoint.port}/meter/live?x=1"
        assert found.dialect == "generic_json"
        # What is behind the question mark may be a password.
        assert found.identity.key == f"generic_json:{place.partition('?')[0]}"
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, settings(found))
        )
        await eventually(lambda: available(entry))
        await stored(entry)
        (meter,) = entry.runtime_data.meters.values()
        assert value(meter, Channel.POWER) == 412.0
        assert value(meter, Channel.ENERGY_IMPORT) == ENERGY
        await wattwise.config_entries.async_unload(entry.entry_id)
        with pytest.raises(UnreadableAnswerError):
            await async_probe(wattwise, device.endpoint, path="/elsewhere")


class JsonDevice(HttpDevice):
    """A device of somebody's own making."""

    def answers(self) -> dict[str, Any]:
        """Return two values with their units in the names."""
        values = {"power_w": self.power, "energy_kwh": self.energy_wh / 1000}
        return {"/meter/live?x=1": values}


async def test_no_known_device(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that speaks nothing we know, one that is off, and one that hangs."""
    monkeypatch.setattr(http_client, "REQUEST_SECONDS", 0.5)
    async with PlainDevice() as device:
        with pytest.raises(UnknownDeviceError):
            await async_probe(hass, device.endpoint)
        with pytest.raises(UnknownDeviceError):
            await async_probe(hass, device.endpoint, ("tasmota",))
        device.fault = Fault.HANGING
        device.asked.clear()
        with pytest.raises(DeviceUnreachableError):
            await async_probe(hass, device.endpoint)
        # One question has to do.
        assert len(device.asked) == 1
    with pytest.raises(DeviceUnreachableError):
        await async_probe(hass, device.endpoint)


async def test_unreadable_values(hass: HomeAssistant) -> None:
    """A device that says who it is and then no values."""
    async with OnlyAName() as device:
        with pytest.raises(UnreadableAnswerError):
            await async_probe(hass, device.endpoint)


class OnlyAName(ShellyPlugGen1):
    """A Shelly whose state cannot be read."""

    def answer_to(self, path: str) -> Any:
        """Return nothing but who it is."""
        return super().answer_to(path) if path == "/shelly" else None


async def test_nothing_to_measure(hass: HomeAssistant) -> None:
    """A device without a meter is found, and has no circuits."""
    async with RelayWithoutMeter() as device:
        found = await async_probe(hass, device.endpoint)
    assert found.identity.key == MAC
    assert found.circuits == ()


class RelayWithoutMeter(ShellyPlugGen1):
    """A Shelly that switches and measures nothing."""

    def answers(self) -> dict[str, Any]:
        """Return a state without meters."""
        answers = dict(super().answers())
        answers["/status"] = {"mac": self.mac, "relays": [{"ison": True}], "meters": []}
        return answers


def announcement(
    kind: str, name: str, properties: dict[str, str] | None = None, port: int = 80
) -> ZeroconfServiceInfo:
    """Return what Home Assistant makes of an announcement."""
    addresses = [ip_address("fe80::1"), ip_address("192.0.2.7")]
    return ZeroconfServiceInfo(
        ip_address=addresses[0],
        ip_addresses=addresses,
        port=port,
        hostname=f"{name}.local.",
        type=kind,
        name=f"{name}.{kind}",
        properties=properties or {},
    )


@pytest.mark.parametrize(
    ("info", "port", "dialects"),
    [
        (
            announcement("_http._tcp.local.", "shellyplug-s-AABBCC"),
            None,
            ("shelly_gen1", "shelly_gen2"),
        ),
        (
            announcement("_http._tcp.local.", "ShellyPlus1PM-AABB", {"gen": "2"}, 8080),
            8080,
            ("shelly_gen2",),
        ),
        (
            announcement("_shelly._tcp.local.", "shellypro3em-aabb", {"gen": "2"}),
            None,
            ("shelly_gen2",),
        ),
        (
            announcement("_hwenergy._tcp.local.", "p1meter-AABBCC"),
            None,
            ("homewizard",),
        ),
        (
            announcement("_homewizard._tcp.local.", "p1meter-AABBCC", port=443),
            None,
            ("homewizard", "homewizard_v2"),
        ),
        (announcement("_http._tcp.local.", "IotaWatt"), None, ("iotawatt",)),
        (announcement("_http._tcp.local.", "tasmota-AABB-1"), None, ("tasmota",)),
    ],
)
def test_announcement(
    info: ZeroconfServiceInfo, port: int | None, dialects: tuple[str, ...]
) -> None:
    """An announcement says where a device is to be asked, and in which dialect."""
    hint = hint_of_zeroconf(info)
    assert hint is not None
    assert hint.endpoint == HttpEndpoint("192.0.2.7", port)
    assert hint.dialects == dialects
    assert hint.names_port is (info.port in {80, 8080})
    assert all(all_dialects()[name].http for name in dialects)


def test_announcements_of_others() -> None:
    """A printer is none of ours."""
    assert hint_of_zeroconf(announcement("_http._tcp.local.", "printer")) is None
    assert hint_of_zeroconf(announcement("_ipp._tcp.local.", "shelly")) is None


def test_what_is_announced_to_us_is_understood() -> None:
    """Each announcement that the manifest asks for gives a hint.

    ESPHome's are for its own integration, which has to know the node first.
    """
    for matcher in load_json(INTEGRATION / "manifest.json")["zeroconf"]:
        kind = matcher if isinstance(matcher, str) else matcher["type"]
        if kind == "_esphomelib._tcp.local.":
            continue
        name = "any" if isinstance(matcher, str) else matcher.get("name", "any")
        info = announcement(kind, name.replace("*", "-aabbcc"))
        assert hint_of_zeroconf(info), matcher
