"""What kind of home it is can be told, changed, and left unsaid."""

from typing import Any

import probatio
import pytest

from custom_components.wattwise.const import (
    CONF_AVERAGE_USE,
    CONF_PROFILE,
    CONF_TARIFF,
    TARIFF_NONE,
)
from custom_components.wattwise.diagnostics import async_get_config_entry_diagnostics
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from .household_flows import (
    HOUSEHOLD,
    add_household,
    open_options,
    start,
    submit_options,
    suggested,
)

SIX: dict[str, Any] = {
    "dwelling": "attached",
    "floor_area_m2": 92.5,
    "occupants": 3,
    "heating": "heat_pump",
    "hot_water": "heat_pump",
    "air_conditioning": "none",
}


@pytest.fixture(autouse=True)
def _wattwise(wattwise: HomeAssistant) -> None:
    """Run in a folder of its own."""


async def _first_page(hass: HomeAssistant, **answers: Any) -> ConfigFlowResult:
    result = await start(hass)
    return await hass.config_entries.flow.async_configure(
        result["flow_id"], HOUSEHOLD | answers
    )


def _is_closed(result: ConfigFlowResult) -> bool:
    """Return whether further questions are out of sight."""
    assert result["data_schema"] is not None
    return bool(result["data_schema"].schema["more"].options["collapsed"])


async def test_a_new_household_tells_what_it_is(hass: HomeAssistant) -> None:
    """After the tariff comes one page; what is answered is kept, with no and zero."""
    result = await _first_page(hass)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "about_home"
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["average"] == "3,100"
    # What the browser is told of the form: nothing has to be answered.
    fields = probatio.to_field_list(
        result["data_schema"], custom_serializer=cv.custom_serializer
    )
    assert [field["name"] for field in fields] == [*SIX, "more"]
    assert not any(field.get("required") for field in fields)
    assert _is_closed(result)

    result = await hass.config_entries.flow.async_configure(
        result["flow_id"],
        SIX
        | {
            "more": {
                "televisions": 0,
                "electric_dryer": "no",
                "electric_heaters": "yes",
                "average_use": 3000,
            }
        },
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {
        CONF_TARIFF: TARIFF_NONE,
        CONF_PROFILE: SIX
        | {"televisions": 0, "electric_dryer": False, "electric_heaters": True},
        CONF_AVERAGE_USE: 3000,
    }


async def test_all_of_it_can_be_skipped(hass: HomeAssistant) -> None:
    """A page that is sent empty leaves nothing behind."""
    result = await _first_page(hass, country="KI")
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["average"] == "–"
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"more": {}}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {CONF_TARIFF: TARIFF_NONE}


async def test_answers_are_changed_in_the_options(hass: HomeAssistant) -> None:
    """The options show what was said, take changes, and forget what is emptied."""
    entry = await add_household(hass)
    result = await open_options(hass, entry, "about_home")
    assert suggested(result, "dwelling") is None
    await submit_options(
        hass, result, **SIX, more={"car_km_per_year": 9000, "electric_dryer": "yes"}
    )
    kept = SIX | {"car_km_per_year": 9000, "electric_dryer": True}
    assert entry.options == {CONF_TARIFF: TARIFF_NONE, CONF_PROFILE: kept}

    result = await open_options(hass, entry, "about_home")
    assert suggested(result, "heating") == "heat_pump"
    assert suggested(result, "floor_area_m2") == 92.5
    assert result["data_schema"] is not None
    more = result["data_schema"].schema["more"]
    assert not _is_closed(result)
    inside = {str(key): key.description for key in more.schema.schema}
    assert inside["electric_dryer"] == {"suggested_value": "yes"}
    assert inside["car_km_per_year"] == {"suggested_value": 9000}
    # Answers count from the next look on, without tearing the household down by hand.
    household = entry.runtime_data
    await submit_options(hass, result, occupants=2, more={})
    assert entry.options == {CONF_TARIFF: TARIFF_NONE, CONF_PROFILE: {"occupants": 2}}
    assert entry.runtime_data is household

    result = await open_options(hass, entry, "about_home")
    await submit_options(hass, result, more={})
    assert entry.options == {CONF_TARIFF: TARIFF_NONE}


async def test_square_feet_and_miles(hass: HomeAssistant) -> None:
    """A home that measures in feet and miles is asked in them; metric is what is kept."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    entry = await add_household(hass)
    result = await open_options(hass, entry, "about_home")
    assert result["data_schema"] is not None
    area = result["data_schema"].schema["floor_area_m2"]
    assert area.config["unit_of_measurement"] == "ft²"
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"floor_area_m2": 86, "more": {}}
    )
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["lowest"] == "87"
    assert placeholders["unit"] == "ft²"
    await submit_options(
        hass, result, floor_area_m2=2000, more={"car_km_per_year": 10_000}
    )
    profile = entry.options[CONF_PROFILE]
    assert profile == {"floor_area_m2": 185.81, "car_km_per_year": 16_093.4}
    result = await open_options(hass, entry, "about_home")
    assert suggested(result, "floor_area_m2") == 2000
    # Looking at it and sending it off changes nothing.
    await submit_options(
        hass, result, floor_area_m2=2000, more={"car_km_per_year": 10_000}
    )
    assert entry.options[CONF_PROFILE] == profile


@pytest.mark.parametrize(
    ("answers", "errors", "allowed"),
    [
        (
            {"floor_area_m2": 7.5},
            {"floor_area_m2": "living_space_out_of_range"},
            ("8", "2,000", "m²"),
        ),
        ({"occupants": 2.5}, {"occupants": "people_out_of_range"}, ("1", "30", "")),
        ({"more": {"rooms": 400}}, {"base": "rooms_out_of_range"}, ("1", "50", "")),
        (
            {"more": {"televisions": 0.5}},
            {"base": "televisions_out_of_range"},
            ("0", "30", ""),
        ),
        (
            {"more": {"car_km_per_year": 1e6}},
            {"base": "car_distance_out_of_range"},
            ("0", "200,000", "km"),
        ),
        # An average of 0 is a slip, and not the same as none.
        (
            {"more": {"average_use": 0}},
            {"base": "average_use_out_of_range"},
            ("100", "100,000", ""),
        ),
    ],
)
async def test_what_cannot_be_true(
    hass: HomeAssistant,
    answers: dict[str, Any],
    errors: dict[str, str],
    allowed: tuple[str, str, str],
) -> None:
    """A slip is pointed out with what is possible; what else was said stays there."""
    result = await _first_page(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"dwelling": "detached", "more": {}} | answers
    )
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == errors
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert (*map(placeholders.get, ("lowest", "highest", "unit")),) == allowed
    assert suggested(result, "dwelling") == "detached"
    result = await hass.config_entries.flow.async_configure(result["flow_id"], SIX)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"][CONF_PROFILE] == SIX


async def test_diagnostics_say_nothing_of_the_family(hass: HomeAssistant) -> None:
    """Who sends diagnostics to strangers does not tell them how the family lives."""
    entry = await add_household(hass)
    result = await open_options(hass, entry, "about_home")
    await submit_options(hass, result, **SIX, more={"car_km_per_year": 11_111})
    assert entry.options[CONF_PROFILE]
    diagnostics = await async_get_config_entry_diagnostics(hass, entry)
    assert diagnostics["entry"]["options"][CONF_PROFILE] == "**REDACTED**"
    told = repr(diagnostics)
    for private in ("dwelling", "occupants", "heat_pump", "11111", "attached"):
        assert private not in told
