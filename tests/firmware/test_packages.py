"""The firmware fits together with WattWise, its secrets and its page."""

import ast
import json
import re
from typing import Final

from custom_components.wattwise.dialects.wattwise_fields import FIELDS
from custom_components.wattwise.dialects.wattwise_mqtt import DIALECT
from wattwise_dev.esphome.tool import ROOT

from .environment import FIRMWARE, device_files

PAGE: Final = (ROOT / "docs" / "firmware.md").read_text()
MAC: Final = "a0b1c2d3e4f5"


def test_its_fields_are_those_of_wattwise() -> None:
    """Each field a firmware can send is one that WattWise takes, under its own name."""
    component = FIRMWARE / "components" / "wattwise_meter" / "__init__.py"
    fields = next(
        ast.literal_eval(node.value)
        for node in ast.parse(component.read_text()).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "FIELDS"
    )
    # The rest of WattWise's are the names of another platform.
    assert list(fields) == list(FIELDS)[: len(fields)]
    assert {FIELDS[field] for field in fields} == set(FIELDS.values())


def test_wattwise_understands_its_announcement() -> None:
    """What a device says of itself on MQTT leads to its topics."""
    text = (FIRMWARE / "transports" / "mqtt.yaml").read_text()
    announced = {}
    for name, expression in re.findall(r'root\["(\w+)"\] = (.+);', text):
        value = expression.replace("App.get_friendly_name().c_str()", '"Grid meter"')
        value = re.sub(r"\bdevice\b", f'"{MAC}"', value)
        announced[name] = "".join(json.loads(part) for part in value.split(" + "))
    assert DIALECT.mqtt is not None
    search = DIALECT.mqtt.search()
    search.note(f"wattwise/discovery/{MAC}", json.dumps(announced))
    (finding,) = search.findings()
    assert finding.identity.key == MAC
    assert finding.identity.name == "Grid meter"
    assert finding.address == {
        "topic": f"wattwise/{MAC}/data",
        "status": f"wattwise/{MAC}/status",
    }
    assert '"/status"' in text
    assert '"/data"' in text
    for payload, online in (("online", True), ("offline", False)):
        assert f'{{status, "{payload}", 1, true}}' in text
        decoded = DIALECT.mqtt.decode(
            finding.address, finding.address["status"], payload
        )
        assert decoded.online is online


def test_every_secret_is_in_the_example() -> None:
    """Who fills in the example has all secrets, and none for nothing."""
    example = (FIRMWARE / "secrets.example.yaml").read_text()
    given = set(re.findall(r"(?m)^(\w+):", example))
    asked = {
        secret
        for path in FIRMWARE.rglob("*.yaml")
        for secret in re.findall(r"!secret (\w+)", path.read_text())
    }
    assert given == asked


def test_every_device_and_package_is_on_the_page() -> None:
    """The page names all device files, meters and transports."""
    for path in device_files():
        assert f"`{path.name}`" in PAGE, path.name
    for folder in ("meters", "transports", "boards"):
        for path in (FIRMWARE / folder).glob("*.yaml"):
            assert path.stem in PAGE, path.name


def test_the_page_names_no_file_that_is_not_there() -> None:
    """Each file of the firmware that the page names exists."""
    names = {path.name for path in FIRMWARE.rglob("*.yaml")} | {"secrets.yaml"}
    named = set(re.findall(r"`(?:[\w./-]*/)?([\w-]+\.yaml)`", PAGE))
    # What readers make themselves.
    assert named - names <= {"my-meter.yaml"}


def test_every_setting_the_page_names_is_one() -> None:
    """A substitution in an example of the page is known to a package."""
    known = {"name", "friendly_name"}
    for path in FIRMWARE.rglob("*.yaml"):
        for expression in re.findall(r"\$\{(.*?)\}", path.read_text()):
            known |= set(re.findall(r"[a-z]\w+", expression))
    for example in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL):
        block = re.search(r"(?m)^substitutions:\n((?:  .*\n)+)", example)
        if block:
            settings = set(re.findall(r"(?m)^  (\w+):", block[1]))
            assert settings <= known
