"""Actions are described as they are registered."""

import re
from typing import Any, Final

import probatio
import pytest

from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import validate_selector
from homeassistant.util.yaml import load_yaml_dict

from .tree import DOMAIN, INTEGRATION, load_json, modules

SERVICES: Final[dict[str, Any]] = load_yaml_dict(INTEGRATION / "services.yaml")
SELECTORS: Final[dict[str, Any]] = load_json(INTEGRATION / "translations" / "en.json")[
    "selector"
]

FIELD: Final = probatio.Schema(
    {
        probatio.Optional("example"): probatio.NotIn([None]),
        probatio.Optional("default"): probatio.NotIn([None]),
        probatio.Optional("required"): bool,
        probatio.Required("selector"): validate_selector,
    }
)
SERVICE: Final = probatio.Schema(
    {
        probatio.Optional("target"): dict,
        probatio.Optional("fields"): {cv.slug: FIELD},
    }
)
_REGISTERS: Final = re.compile(
    r"services\.async_register\b|async_register_(entity|admin)_service"
)


def test_actions_are_described() -> None:
    """Code that registers actions comes with their descriptions."""
    registering = [
        path for path in modules(INTEGRATION) if _REGISTERS.search(path.read_text())
    ]
    assert bool(registering) == bool(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_description_is_well_formed(name: str) -> None:
    """Descriptions have the keys and selectors that Home Assistant knows."""
    assert cv.slug(name) == name
    SERVICE(SERVICES[name])
    for field, description in SERVICES[name]["fields"].items():
        if select := description["selector"].get("select"):
            key = select["translation_key"]
            # Options need not be words: a selector's texts are looked up by them.
            assert set(select["options"]) <= SELECTORS[key]["options"].keys(), field
            assert description.get("default", select["options"][0]) in select["options"]


async def test_descriptions_fit_the_registered_actions(
    wattwise: HomeAssistant,
) -> None:
    """Fields, what is required, and defaults are those of the schemas."""
    registered = wattwise.services.async_services()[DOMAIN]
    assert registered.keys() == SERVICES.keys()
    for name, service in registered.items():
        assert isinstance(service.schema, probatio.Schema)
        markers = {marker.schema: marker for marker in service.schema.schema}
        fields = SERVICES[name]["fields"]
        assert markers.keys() == fields.keys(), name
        for field, description in fields.items():
            marker = markers[field]
            required = isinstance(marker, probatio.Required)
            assert required == description.get("required", False), field
            if not isinstance(marker.default, probatio.Undefined):
                assert description["default"] == marker.default(), field


async def test_every_option_is_taken(wattwise: HomeAssistant) -> None:
    """What the user interface lets people choose, the action accepts."""
    for name, service in wattwise.services.async_services()[DOMAIN].items():
        assert isinstance(service.schema, probatio.Schema)
        validators = {marker.schema: v for marker, v in service.schema.schema.items()}
        for field, description in SERVICES[name]["fields"].items():
            select = description["selector"].get("select") or {}
            check = probatio.Schema(validators[field])
            for option in select.get("options", ()):
                check([option] if select.get("multiple") else option)


async def test_actions_that_return_something_say_so(wattwise: HomeAssistant) -> None:
    """Both actions answer; one does nothing else."""
    services = wattwise.services.async_services()[DOMAIN]
    answers = {name: service.supports_response for name, service in services.items()}
    assert SupportsResponse.NONE not in answers.values()
