"""Setting up a household, and changing it."""

import pytest

from custom_components.wattwise.const import (
    CONF_CONTRACTED_POWER,
    CONF_COUNTRY,
    CONF_CURRENCY,
    CONF_NOMINAL_VOLTAGE,
    CONF_PHASES,
    CONF_PRICE,
    CONF_PRICE_ENTITY,
    CONF_TARIFF,
    DOMAIN,
    TARIFF_ENTITY,
    TARIFF_FLAT,
    TARIFF_NONE,
)
from homeassistant.config_entries import (
    ConfigEntryState,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er

from .household_flows import (
    HOUSEHOLD,
    add_household,
    start,
    start_reconfigure,
    submit,
    suggested,
)
from .translated_flows import translated_flows

__all__ = ["translated_flows"]


@pytest.fixture(autouse=True)
def _wattwise(wattwise: HomeAssistant) -> None:
    """Run in a folder of its own."""


async def test_household_without_price(hass: HomeAssistant) -> None:
    """Most of the answers are known to Home Assistant already."""
    hass.config.location_name = "Maple Street"
    hass.config.country = "DE"
    hass.config.currency = "EUR"

    result = await start(hass)

    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert suggested(result, CONF_NAME) == "Maple Street"
    assert suggested(result, CONF_COUNTRY) == "DE"
    assert suggested(result, CONF_CURRENCY) == "EUR"
    assert suggested(result, CONF_NOMINAL_VOLTAGE) == "230"

    result = await submit(hass, result, **HOUSEHOLD)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Maple Street"
    assert result["data"] == {
        CONF_NAME: "Maple Street",
        CONF_COUNTRY: "DE",
        CONF_CURRENCY: "EUR",
        CONF_NOMINAL_VOLTAGE: 230.0,
        CONF_PHASES: 3,
    }
    assert result["options"] == {CONF_TARIFF: TARIFF_NONE}
    entry = result["result"]
    assert (entry.version, entry.minor_version) == (1, 1)
    assert entry.unique_id is not None
    assert len(entry.unique_id) == 32
    assert entry.state is ConfigEntryState.LOADED


async def test_each_household_has_its_own_id(hass: HomeAssistant) -> None:
    """Two households differ, however alike they are."""
    first = await add_household(hass)
    second = await add_household(hass, name="Lake Road")

    assert first.unique_id != second.unique_id


@pytest.mark.parametrize(
    ("country", "voltage"), [("US", "120"), ("MX", "120"), ("FR", "230"), (None, "230")]
)
async def test_voltage_follows_country(
    hass: HomeAssistant, country: str | None, voltage: str
) -> None:
    """The voltage at hand is that of the country's sockets."""
    hass.config.country = country

    result = await start(hass)

    assert suggested(result, CONF_NOMINAL_VOLTAGE) == voltage


async def test_custom_voltage(hass: HomeAssistant) -> None:
    """Another voltage is asked for only where it is needed, and must be sane."""
    result = await submit(
        hass, await start(hass), **(HOUSEHOLD | {CONF_NOMINAL_VOLTAGE: "custom"})
    )

    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "custom_voltage"

    for impossible in (49, 501):
        with pytest.raises(InvalidData) as refused:
            await submit(hass, result, nominal_voltage=impossible)
        assert CONF_NOMINAL_VOLTAGE in refused.value.schema_errors

    result = await submit(hass, result, nominal_voltage=100)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_NOMINAL_VOLTAGE] == 100.0


async def test_flat_price(hass: HomeAssistant) -> None:
    """One price at all times, which cannot be negative."""
    result = await submit(
        hass,
        await start(hass),
        **HOUSEHOLD,
        contracted_power=11.5,
        tariff=TARIFF_FLAT,
    )

    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "flat_price"
    assert result["description_placeholders"] == {"currency": "EUR"}

    with pytest.raises(InvalidData):
        await submit(hass, result, price=-0.01)

    # What the field holds when nobody typed anything.
    result = await submit(hass, result, price=0)
    assert result["errors"] == {CONF_PRICE: "price_needed"}

    result = await submit(hass, result, price=0.32)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {
        CONF_CONTRACTED_POWER: 11.5,
        CONF_TARIFF: TARIFF_FLAT,
        CONF_PRICE: 0.32,
    }


@pytest.mark.parametrize("power", [0.4, 1000.5])
async def test_impossible_contracted_power(hass: HomeAssistant, power: float) -> None:
    """A power no home has is refused in the form, which can be sent again."""
    result = await start(hass)

    with pytest.raises(InvalidData):
        await submit(hass, result, **HOUSEHOLD, contracted_power=power)

    result = await submit(hass, result, **HOUSEHOLD, contracted_power=9)
    assert result["options"] == {CONF_CONTRACTED_POWER: 9, CONF_TARIFF: TARIFF_NONE}


async def test_price_of_registered_entity(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    """A registered entity is remembered so that it can be renamed."""
    entry = entity_registry.async_get_or_create("sensor", "tariff", "price")
    hass.states.async_set(entry.entity_id, "0.25", {"unit_of_measurement": "EUR/kWh"})
    result = await submit(hass, await start(hass), **HOUSEHOLD, tariff=TARIFF_ENTITY)
    assert result["step_id"] == "price_entity"

    result = await submit(hass, result, price_entity=entry.entity_id)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {
        CONF_TARIFF: TARIFF_ENTITY,
        CONF_PRICE_ENTITY: entry.id,
    }


@pytest.mark.parametrize("state", ["24.5", "unknown", "unavailable"])
async def test_price_of_unregistered_entity(hass: HomeAssistant, state: str) -> None:
    """An entity without a registry entry may wait for its first value."""
    hass.states.async_set(
        "input_number.price", state, {"unit_of_measurement": "ct/kWh"}
    )
    result = await submit(hass, await start(hass), **HOUSEHOLD, tariff=TARIFF_ENTITY)

    result = await submit(hass, result, price_entity="input_number.price")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"][CONF_PRICE_ENTITY] == "input_number.price"


@pytest.mark.parametrize(
    ("entity_id", "error", "unit"),
    [
        ("sensor.nowhere", "entity_not_found", ""),
        ("0123456789abcdef0123456789abcdef", "entity_not_found", ""),
        ("sensor.text", "not_a_number", "EUR/kWh"),
        ("sensor.endless", "not_a_number", "EUR/kWh"),
        ("sensor.bare", "price_without_unit", ""),
        ("sensor.foreign", "not_a_price", "SEK/kWh"),
        ("sensor.energy", "not_a_price", "kWh"),
    ],
)
async def test_wrong_price_entity(
    hass: HomeAssistant, entity_id: str, error: str, unit: str
) -> None:
    """What cannot be the price is refused with its reason, and can be corrected."""
    for name, state, its_unit in (
        ("text", "cheap", "EUR/kWh"),
        ("endless", "inf", "EUR/kWh"),
        ("bare", "0.25", None),
        ("foreign", "2.5", "SEK/kWh"),
        ("energy", "12", "kWh"),
        ("right", "250", "EUR/MWh"),
    ):
        attributes = {"unit_of_measurement": its_unit} if its_unit else {}
        hass.states.async_set(f"sensor.{name}", state, attributes)
    result = await submit(hass, await start(hass), **HOUSEHOLD, tariff=TARIFF_ENTITY)

    result = await submit(hass, result, price_entity=entity_id)

    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "price_entity"
    assert result["errors"] == {CONF_PRICE_ENTITY: error}
    assert result["description_placeholders"] == {"currency": "EUR", "unit": unit}
    assert suggested(result, CONF_PRICE_ENTITY) == entity_id

    result = await submit(hass, result, price_entity="sensor.right")
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        ({CONF_NAME: "  "}, {CONF_NAME: "name_needed"}),
        ({CONF_NAME: " LAKE road "}, {CONF_NAME: "name_taken"}),
        ({CONF_CURRENCY: "DEM"}, {CONF_CURRENCY: "unknown_currency"}),
        (
            {CONF_NAME: "", CONF_CURRENCY: "EURO"},
            {CONF_NAME: "name_needed", CONF_CURRENCY: "unknown_currency"},
        ),
    ],
)
async def test_wrong_household(
    hass: HomeAssistant, answers: dict[str, str], errors: dict[str, str]
) -> None:
    """Mistakes are named at their field; the other answers are not lost."""
    await add_household(hass, name="Lake Road")
    result = await submit(hass, await start(hass), **(HOUSEHOLD | answers))

    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert result["errors"] == errors
    assert suggested(result, CONF_PHASES) == "3"

    result = await submit(hass, result, **(HOUSEHOLD | {CONF_CURRENCY: " chf "}))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_CURRENCY] == "CHF"


async def test_a_name_that_is_taken_is_not_suggested(hass: HomeAssistant) -> None:
    """The second home is not called like the first, which would only be refused."""
    hass.config.location_name = "Maple Street"
    assert suggested(await start(hass), CONF_NAME) == "Maple Street"
    await add_household(hass, name="Maple Street")
    assert suggested(await start(hass), CONF_NAME) is None


async def test_name_taken_while_asking(hass: HomeAssistant) -> None:
    """Of two people who add the same household at once, one is told so."""
    first = await submit(hass, await start(hass), **HOUSEHOLD, tariff=TARIFF_FLAT)
    await add_household(hass)

    result = await submit(hass, first, price=0.3)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "household_exists"
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_reconfigure(hass: HomeAssistant) -> None:
    """The household is changed, and started anew once."""
    entry = await add_household(hass, contracted_power=11)
    await add_household(hass, name="Lake Road")
    starts = []
    entry.async_on_state_change(
        lambda: starts.append(1) if entry.state is ConfigEntryState.LOADED else None
    )

    result = await start_reconfigure(hass, entry)

    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "reconfigure"
    assert {field: suggested(result, field) for field in HOUSEHOLD} == HOUSEHOLD

    changed = {CONF_COUNTRY: "SE", CONF_CURRENCY: "SEK", CONF_PHASES: "1"}
    result = await submit(
        hass, result, **(HOUSEHOLD | changed | {CONF_NAME: "lake road"})
    )
    assert result["errors"] == {CONF_NAME: "name_taken"}

    result = await submit(
        hass, result, **(HOUSEHOLD | changed | {CONF_NAME: "MAPLE Street"})
    )

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert entry.title == "MAPLE Street"
    assert dict(entry.data) == {
        CONF_NAME: "MAPLE Street",
        CONF_COUNTRY: "SE",
        CONF_CURRENCY: "SEK",
        CONF_NOMINAL_VOLTAGE: 230.0,
        CONF_PHASES: 1,
    }
    assert entry.options[CONF_CONTRACTED_POWER] == 11
    assert starts == [1]


async def test_reconfigure_custom_voltage(hass: HomeAssistant) -> None:
    """An unusual voltage is shown as it was set."""
    result = await submit(
        hass, await start(hass), **(HOUSEHOLD | {CONF_NOMINAL_VOLTAGE: "custom"})
    )
    entry = (await submit(hass, result, nominal_voltage=127.5))["result"]

    result = await start_reconfigure(hass, entry)
    assert suggested(result, CONF_NOMINAL_VOLTAGE) == "custom"
    result = await submit(
        hass, result, **(HOUSEHOLD | {CONF_NOMINAL_VOLTAGE: "custom"})
    )
    assert result["step_id"] == "custom_voltage"
    assert suggested(result, CONF_NOMINAL_VOLTAGE) == 127.5
    result = await submit(hass, result, nominal_voltage=100)

    assert result["type"] is FlowResultType.ABORT
    assert entry.data[CONF_NOMINAL_VOLTAGE] == 100.0
