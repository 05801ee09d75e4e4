"""The C++ in transports/mqtt.yaml, for which ESPHome has no MQTT on a computer.

It is compiled against ESPHome's own headers, with the one class that needs a chip
declared here as it stands there. JSON is the stand-in of wattwise_dev.
"""

from pathlib import Path
import re
import shutil
import subprocess
from typing import Any, Final

import pytest
import yaml

from tests.conftest import require_program
from wattwise_dev.esphome import tool

from .environment import FIRMWARE, require_esphome

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

HOST_DEVICE: Final = """
substitutions:
  name: headers
  friendly_name: Headers
  model: headers
  components_path: {firmware}/components
packages:
  base: !include {firmware}/common/base.yaml
host:
sensor:
  - platform: template
    id: meter_power
    name: Power
wattwise_meter:
  - id: meter
    values:
      power: meter_power
"""
HEAD: Final = """
#include "esphome/core/application.h"
#include "esphome/components/mqtt/mqtt_backend.h"
#include "esphome/components/wattwise_meter/wattwise_meter.h"

using namespace esphome;

struct Broker {
  void set_birth_message(mqtt::MQTTMessage &&message);
  void set_last_will(mqtt::MQTTMessage &&message);
  void set_shutdown_message(mqtt::MQTTMessage &&message);
};
Broker *broker;
wattwise_meter::WattwiseMeter *meter;
"""
# Where C++ stands in the file, and what ESPHome makes of it.
SIGNATURES: Final = {
    "topic": "() -> std::string",
    "payload": "(JsonObject root) -> void",
    "then": "() -> void",
    "condition": "() -> bool",
}


class _Loader(yaml.SafeLoader):
    """Reads a device file; `!lambda` and `!secret` stand for their text."""


_Loader.add_multi_constructor("!", lambda loader, tag, node: node.value)


def lambdas(part: Any, place: str = "") -> list[tuple[str, str]]:
    """Return where C++ stands in a part of a file, and the C++."""
    found = []
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("topic", "payload") and isinstance(value, str):
                found.append((key, value))
            elif key == "lambda":
                found.append((place, value))
            else:
                found += lambdas(value, key if key in SIGNATURES else place)
    elif isinstance(part, list):
        for item in part:
            found += lambdas(item, place)
    return found


@pytest.fixture(scope="module")
def headers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return ESPHome's headers with those of its MQTT and of our meter."""
    require_esphome()
    folder = tmp_path_factory.mktemp("headers")
    device = folder / "device.yaml"
    device.write_text(HOST_DEVICE.format(firmware=FIRMWARE))
    tool.generate(device, data=folder / "data")
    sources = folder / "data" / "build" / "headers" / "src"
    (components,) = tool.ENVIRONMENT.glob(
        "lib/python*/site-packages/esphome/components"
    )
    for name in ("json", "mqtt", "network"):
        target = sources / "esphome" / "components" / name
        target.mkdir(exist_ok=True)
        for header in (components / name).glob("*.h"):
            shutil.copy(header, target)
    return sources


def compile_code(headers: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Return how a compiler judges C++."""
    return subprocess.run(  # noqa: S603
        [
            require_program("g++"),
            "-std=gnu++20",
            "-fsyntax-only",
            "-DUSE_HOST",
            "-DUSE_JSON",
            "-DUSE_MQTT",
            f"-I{headers}",
            f"-I{tool.ROOT / 'wattwise_dev' / 'esphome' / 'arduinojson' / 'src'}",
            "-xc++",
            "-",
        ],
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_compiles(headers: Path) -> None:
    """Every piece of C++ is right, and a mistake in one of them would be found."""
    text = (FIRMWARE / "transports" / "mqtt.yaml").read_text()
    text = text.replace("${meter}", "meter")
    found = lambdas(yaml.load(text, _Loader))
    assert sorted(place for place, _ in found) == [
        "condition",
        "payload",
        "payload",
        "then",
        "topic",
        "topic",
    ]
    code = HEAD + "\n".join(
        f"auto code_{number} = []{SIGNATURES[place]} {{ {cpp} }};"
        for number, (place, cpp) in enumerate(found)
    )
    code = re.sub(r"\bid\((\w+)\)", r"(*\1)", code)
    done = compile_code(headers, code)
    assert done.returncode == 0, done.stderr[-3000:]
    assert compile_code(headers, code.replace("device_id", "devce_id")).returncode != 0
