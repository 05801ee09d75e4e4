"""The manifest follows Home Assistant's rules for custom integrations."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
import pytest

from homeassistant.const import __version__
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .tree import DOMAIN, INTEGRATION, ROOT, load_json

MANIFEST: Final[dict[str, Any]] = load_json(INTEGRATION / "manifest.json")

REQUIRED: Final = {
    "codeowners",
    "documentation",
    "domain",
    "integration_type",
    "iot_class",
    "name",
    "version",
}
# HACS refuses an integration without these.
REQUIRED_BY_HACS: Final = {
    "codeowners",
    "documentation",
    "domain",
    "issue_tracker",
    "name",
    "version",
}
# What Home Assistant knows; anything else is refused. Its newest release knows
# `categories` and `connectivity` too, but the oldest one we support does not.
KNOWN: Final = REQUIRED | {
    "after_dependencies",
    "bluetooth",
    "config_flow",
    "dependencies",
    "dhcp",
    "disabled",
    "homekit",
    "import_executor",
    "issue_tracker",
    "loggers",
    "mqtt",
    "preview_features",
    "quality_scale",
    "requirements",
    "single_config_entry",
    "ssdp",
    "usb",
    "zeroconf",
}
IOT_CLASSES: Final = {
    "assumed_state",
    "calculated",
    "cloud_polling",
    "cloud_push",
    "local_polling",
    "local_push",
}
INTEGRATION_TYPES: Final = {"device", "hardware", "helper", "hub", "service", "system"}
VERSION_STRATEGIES: Final = [
    AwesomeVersionStrategy.CALVER,
    AwesomeVersionStrategy.SEMVER,
    AwesomeVersionStrategy.SIMPLEVER,
    AwesomeVersionStrategy.BUILDVER,
    AwesomeVersionStrategy.PEP440,
]
LISTS: Final = {
    "after_dependencies",
    "codeowners",
    "dependencies",
    "loggers",
    "mqtt",
    "requirements",
}


def test_keys() -> None:
    """All keys that must be there are, none is unknown, and they are in order."""
    assert MANIFEST.keys() >= REQUIRED
    assert MANIFEST.keys() >= REQUIRED_BY_HACS
    assert MANIFEST.keys() <= KNOWN
    keys = list(MANIFEST)
    assert keys[:2] == ["domain", "name"]
    assert keys[2:] == sorted(keys[2:])


def test_values() -> None:
    """Each value is of the kind Home Assistant expects."""
    assert MANIFEST["domain"] == DOMAIN == INTEGRATION.name
    assert MANIFEST["iot_class"] in IOT_CLASSES
    assert MANIFEST["integration_type"] in INTEGRATION_TYPES
    for key in LISTS & MANIFEST.keys():
        assert all(isinstance(item, str) and item for item in MANIFEST[key]), key
        assert len(set(MANIFEST[key])) == len(MANIFEST[key]), key
    for key in ("config_flow", "import_executor", "single_config_entry"):
        assert isinstance(MANIFEST.get(key, True), bool), key
    assert MANIFEST["codeowners"]
    for owner in MANIFEST["codeowners"]:
        assert re.fullmatch(r"@[A-Za-z0-9-]+(/[A-Za-z0-9-_]+)?", owner), owner


def test_version() -> None:
    """The version is one that Home Assistant can compare."""
    version = AwesomeVersion(MANIFEST["version"], ensure_strategy=VERSION_STRATEGIES)
    assert version.valid


@pytest.mark.parametrize("key", ["documentation", "issue_tracker"])
def test_addresses(key: str) -> None:
    """Addresses are encrypted, and not those of Home Assistant's own pages."""
    address = urlsplit(MANIFEST[key])
    assert address.scheme == "https"
    assert address.netloc
    assert not address.netloc.endswith("home-assistant.io")


def test_config_flow() -> None:
    """What is set up in the user interface has a flow, and no YAML."""
    assert MANIFEST["config_flow"] is True
    assert (INTEGRATION / "config_flow.py").is_file()
    assert "CONFIG_SCHEMA = " in (INTEGRATION / "__init__.py").read_text()


def test_zeroconf() -> None:
    """Announcements are compared in lower case."""
    for matcher in MANIFEST.get("zeroconf", []):
        if isinstance(matcher, str):
            assert matcher.endswith(".local.")
            continue
        assert matcher["type"].endswith(".local.")
        values = [matcher.get("name", ""), *matcher.get("properties", {}).values()]
        assert all(value == value.lower() for value in values), matcher


def test_dhcp() -> None:
    """Changes of address are told for our own devices, not for all in the house."""
    assert MANIFEST["dhcp"] == [{"registered_devices": True}]


def test_dependencies_are_named_once() -> None:
    """What is needed is not also merely awaited."""
    needed = set(MANIFEST.get("dependencies", []))
    assert not needed & set(MANIFEST.get("after_dependencies", []))


def test_tests_run_on_the_oldest_release() -> None:
    """The oldest Home Assistant that users may have is the one we test on."""
    oldest = AwesomeVersion(load_json(ROOT / "hacs.json")["homeassistant"])
    tested = AwesomeVersion(__version__)
    assert (oldest.year, oldest.minor) == (tested.year, tested.minor)
    assert oldest <= tested


async def test_home_assistant_loads_it(
    hass: HomeAssistant, enable_custom_integrations: None
) -> None:
    """The loader takes the integration as it stands."""
    integration = await async_get_integration(hass, DOMAIN)
    assert not integration.is_built_in
    assert not integration.disabled
    assert integration.version == MANIFEST["version"]
    assert await integration.resolve_dependencies() is not None
