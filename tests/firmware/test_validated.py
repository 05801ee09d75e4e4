"""Every firmware file through the real ESPHome.

It validates them and generates their C++. It does not compile that for the chips: their
compilers are downloads of hundreds of megabytes.
"""

from collections import Counter
from pathlib import Path
import shutil
import textwrap
from typing import Any, Final

import pytest
import yaml

from custom_components.wattwise.dialects.wattwise_fields import FIELDS
from wattwise_dev.esphome import tool

from ..repository.markdown import examples
from .environment import FIRMWARE, copy_firmware, device_files, require_esphome

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

DEVICES: Final = [path.stem for path in device_files()]
ONE_OF_EACH_METER: Final = {
    meter.stem: next(name for name in DEVICES if name.startswith(f"{meter.stem}-"))
    for meter in sorted((FIRMWARE / "meters").glob("*.yaml"))
}
# For an ESP32, ESPHome looks for the library of this driver in a registry before it
# writes the code; for an ESP8266 it writes the code first.
NEEDS_A_REGISTRY: Final = ("dsmr_p1-esp32-",)
# Chosen by the maker of the board, and harmless there.
KNOWN_WARNING: Final = "GPIO5 is a strapping pin"
# Unit of WattWise's field -> unit, device class and state classes of an entity.
ENTITIES: Final = {
    "W": ("W", "power", "measurement"),
    "kWh": ("kWh", "energy", "total_increasing"),
    "V": ("V", "voltage", "measurement"),
    "A": ("A", "current", "measurement"),
    "Hz": ("Hz", "frequency", "measurement"),
    "1": ("", "power_factor", "measurement"),
}


@pytest.fixture(scope="session")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the firmware with secrets in it."""
    require_esphome()
    return copy_firmware(tmp_path_factory.mktemp("esphome"))


@pytest.mark.parametrize("device", DEVICES)
def test_esphome_takes_it(firmware: Path, device: str) -> None:
    """ESPHome finds nothing wrong, warns of nothing, and writes the code."""
    path = firmware / "devices" / f"{device}.yaml"
    data = firmware / "data"
    if device.startswith(NEEDS_A_REGISTRY):
        output = tool.validate(path, data=data)
    else:
        output = tool.generate(path, data=data)
    warnings = [
        line
        for line in output.splitlines()
        if line.startswith(("WARNING", "ERROR")) and KNOWN_WARNING not in line
    ]
    assert warnings == []


class _EsphomeLoader(yaml.SafeLoader):
    """Reads what `esphome config` prints: its own tags stand for themselves."""


_EsphomeLoader.add_multi_constructor(
    "!", lambda loader, tag, node: f"!{tag} {node.value}"
)


def sensors_by_id(configuration: object) -> dict[str, dict[str, Any]]:
    """Return everything with an id in a part of a configuration."""
    found: dict[str, dict[str, Any]] = {}
    if isinstance(configuration, dict):
        if isinstance(configuration.get("id"), str):
            found[configuration["id"]] = configuration
        parts = list(configuration.values())
    else:
        parts = configuration if isinstance(configuration, list) else []
    for part in parts:
        found |= sensors_by_id(part)
    return found


@pytest.mark.parametrize("device", ONE_OF_EACH_METER.values(), ids=ONE_OF_EACH_METER)
def test_home_assistant_can_use_its_entities(firmware: Path, device: str) -> None:
    """Units and classes of every value are those of the field and of statistics."""
    printed = tool.validate(
        firmware / "devices" / f"{device}.yaml", data=firmware / "data"
    )
    configuration = yaml.load(
        printed[printed.index("\nsubstitutions:") :].partition("\nINFO ")[0],
        _EsphomeLoader,
    )
    sensors = sensors_by_id(configuration["sensor"])
    for meter in configuration["wattwise_meter"]:
        for field, sensor_id in meter["values"].items():
            sensor = sensors[sensor_id]
            entity = (
                sensor.get("unit_of_measurement", ""),
                sensor["device_class"],
                sensor["state_class"],
            )
            assert entity == ENTITIES[FIELDS[field][1]], (field, sensor_id)
            assert sensor.get("name"), (field, sensor_id)
            assert not sensor.get("internal"), (field, sensor_id)
    names = Counter(sensor["name"] for sensor in sensors.values() if "name" in sensor)
    assert not [name for name, count in names.items() if count > 1]
    project = configuration["esphome"]["project"]
    assert project["name"].startswith("wattwise.")


def test_the_device_file_of_the_page(firmware: Path, tmp_path: Path) -> None:
    """A file of one's own beside the folder works as the page says."""
    shutil.copytree(
        firmware,
        tmp_path / "wattwise",
        ignore=shutil.ignore_patterns("data", "secrets.yaml"),
    )
    shutil.copy(firmware / "secrets.yaml", tmp_path)
    (example,) = (
        example.code
        for example in examples(tool.ROOT / "docs" / "firmware.md")
        if "my-meter.yaml" in example.code
    )
    own = tmp_path / "my-meter.yaml"
    own.write_text(textwrap.dedent(example))
    assert "friendly_name: Main meter" in tool.validate(own, data=tmp_path / "data")


def test_too_large_a_buffer_is_refused(firmware: Path) -> None:
    """An ESP8266 gets no more readings to keep than it has memory for."""
    path = firmware / "devices" / "pzem004t_v3-esp8266-http.yaml"
    larger = path.with_name("larger.yaml")
    larger.write_text(
        path.read_text() + "\nwattwise_push:\n  - id: !extend meter_push\n"
        "    buffer: 1000\n"
    )
    with pytest.raises(
        tool.EsphomeFailedError, match="room for 256 readings of 6 values"
    ):
        tool.validate(larger, data=firmware / "data")
    larger.write_text(path.read_text())
    # Without a number, as many as fit.
    assert "buffer: 256" in tool.validate(larger, data=firmware / "data")
    larger.unlink()


def test_a_mistake_is_told(firmware: Path) -> None:
    """A field that WattWise does not know is refused, with its place."""
    path = firmware / "meters" / "pulse_meter.yaml"
    written = path.read_text()
    path.write_text(written.replace("power: meter_power", "powr: meter_power"))
    try:
        with pytest.raises(tool.EsphomeFailedError, match="powr"):
            tool.validate(
                firmware / "devices" / "pulse_meter-esp32-http.yaml",
                data=firmware / "data",
            )
    finally:
        path.write_text(written)


def test_the_command_keeps_to_its_folder(firmware: Path) -> None:
    """Beside the device files nothing is left behind."""
    beside = {path.name for path in (firmware / "devices").iterdir()}
    assert beside == {path.name for path in (FIRMWARE / "devices").iterdir()}
