"""The steps of a flow that ask what electricity costs."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final

import probatio

from homeassistant.config_entries import ConfigEntryBaseFlow, ConfigFlowResult
from homeassistant.const import UnitOfPower
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
)

from ..analytics.tariffs.rate_texts import RateError, hours_text, rate_of
from ..const import (
    CONF_CHARGES,
    CONF_CONTRACTED_POWER,
    CONF_PRICE,
    CONF_PRICE_ENTITY,
    CONF_RATES,
    CONF_TARIFF,
    TARIFF_ENTITY,
    TARIFF_FLAT,
    TARIFF_NONE,
    TARIFF_TIME_OF_USE,
)
from ..entity_reference import (
    EntityContent,
    content_of_entity,
    lasting_reference,
    referenced_entity,
    unit_of_entity,
)
from ..prices.price_units import price_factor
from .tariff_form import charges_section, chosen_charges, price_field, rates_field

# The options that these steps ask for.
TARIFF_OPTIONS: Final = {
    CONF_CONTRACTED_POWER,
    CONF_TARIFF,
    CONF_PRICE,
    CONF_PRICE_ENTITY,
    CONF_RATES,
    CONF_CHARGES,
}


def power_and_tariff_fields() -> dict[probatio.Marker, Any]:
    """Return the form fields for contracted power and the kind of tariff."""
    return {
        probatio.Optional(CONF_CONTRACTED_POWER): NumberSelector(
            NumberSelectorConfig(
                min=0.5,
                max=1000,
                step="any",
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfPower.KILO_WATT,
            )
        ),
        probatio.Required(CONF_TARIFF, default=TARIFF_NONE): SelectSelector(
            SelectSelectorConfig(
                options=[TARIFF_NONE, TARIFF_FLAT, TARIFF_TIME_OF_USE, TARIFF_ENTITY],
                translation_key=CONF_TARIFF,
            )
        ),
    }


class TariffSteps(ConfigEntryBaseFlow):
    """The price steps, shared by the household's flow and its options."""

    _options: dict[str, Any]
    """The household's options as far as they are known."""

    @property
    @abstractmethod
    def _currency(self) -> str:
        """The household's currency as an ISO 4217 code."""

    @abstractmethod
    async def _async_finish_tariff(self) -> ConfigFlowResult:
        """Go on once the tariff is known."""

    @callback
    def _known_price(self) -> dict[str, Any]:
        """Return what the price forms show at first."""
        return {}

    async def _async_ask_price(
        self, power_and_tariff: dict[str, Any]
    ) -> ConfigFlowResult:
        """Take contracted power and tariff, and ask for the price they need."""
        self._options = {
            key: power_and_tariff[key]
            for key in (CONF_CONTRACTED_POWER, CONF_TARIFF)
            if key in power_and_tariff
        }
        if self._options[CONF_TARIFF] == TARIFF_FLAT:
            return await self.async_step_flat_price()
        if self._options[CONF_TARIFF] == TARIFF_TIME_OF_USE:
            return await self.async_step_time_of_use()
        if self._options[CONF_TARIFF] == TARIFF_ENTITY:
            return await self.async_step_price_entity()
        return await self._async_finish_tariff()

    async def async_step_flat_price(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the one price that is always valid."""
        errors: dict[str, str] = {}
        if user_input is not None:
            # The frontend fills the field with 0; passing it on would be a price.
            if user_input[CONF_PRICE] > 0:
                self._options[CONF_PRICE] = user_input[CONF_PRICE]
                return await self._async_take_charges(user_input)
            errors[CONF_PRICE] = "price_needed"
        schema = probatio.Schema(
            {
                probatio.Required(CONF_PRICE): price_field(self._currency),
                **charges_section(self._currency, self._known_price()),
            }
        )
        return self.async_show_form(
            step_id="flat_price",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self._known_price()
            ),
            errors=errors,
            description_placeholders={"currency": self._currency},
        )

    async def async_step_time_of_use(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the price of most hours, and for those of other times."""
        errors: dict[str, str] = {}
        hours = ""
        if user_input is not None:
            errors, hours = _rate_errors(user_input)
            if not errors:
                self._options[CONF_PRICE] = user_input[CONF_PRICE]
                self._options[CONF_RATES] = [
                    rate | {"hours": hours_text(rate.get("hours") or "")}
                    for rate in user_input[CONF_RATES]
                ]
                return await self._async_take_charges(user_input)
        schema = probatio.Schema(
            {
                probatio.Required(CONF_PRICE): price_field(self._currency),
                probatio.Required(CONF_RATES): rates_field(self._currency),
                **charges_section(self._currency, self._known_price()),
            }
        )
        return self.async_show_form(
            step_id="time_of_use",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self._known_price()
            ),
            errors=errors,
            description_placeholders={"currency": self._currency, "hours": hours},
        )

    async def _async_take_charges(self, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Keep the other parts of the bill, and go on."""
        if charges := chosen_charges(user_input.get(CONF_CHARGES, {})):
            self._options[CONF_CHARGES] = charges
        return await self._async_finish_tariff()

    async def async_step_price_entity(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the entity that holds the price of the moment."""
        errors: dict[str, str] = {}
        unit = ""
        if user_input is not None:
            chosen = user_input[CONF_PRICE_ENTITY]
            entity_id = referenced_entity(self.hass, chosen) or ""
            error = self._price_entity_error(entity_id)
            if error is None:
                reference = lasting_reference(self.hass, entity_id)
                self._options[CONF_PRICE_ENTITY] = reference
                return await self._async_take_charges(user_input)
            errors[CONF_PRICE_ENTITY] = error
            unit = unit_of_entity(self.hass, entity_id) or ""
        schema = probatio.Schema(
            {
                probatio.Required(CONF_PRICE_ENTITY): EntitySelector(
                    EntitySelectorConfig(
                        filter=EntityWithDeviceFilterSelectorConfig(
                            domain=["sensor", "input_number", "number"]
                        )
                    )
                ),
                **charges_section(self._currency, self._known_price()),
            }
        )
        return self.async_show_form(
            step_id="price_entity",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self._known_price()
            ),
            errors=errors,
            description_placeholders={"currency": self._currency, "unit": unit},
        )

    @callback
    def _price_entity_error(self, entity_id: str) -> str | None:
        """Return what keeps an entity from being the price."""
        content = content_of_entity(self.hass, entity_id)
        if content is EntityContent.MISSING:
            return "entity_not_found"
        if content is EntityContent.OTHER:
            return "not_a_number"
        unit = unit_of_entity(self.hass, entity_id)
        if not unit:
            return "price_without_unit"
        if price_factor(unit, self._currency) is None:
            return "not_a_price"
        return None


def _rate_errors(user_input: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """Return what is wrong with prices by the clock, and which hours are meant."""
    # The frontend fills the field with 0; passing it on would be a price.
    if user_input[CONF_PRICE] <= 0:
        return {CONF_PRICE: "price_needed"}, ""
    if not user_input[CONF_RATES]:
        return {CONF_RATES: "rates_needed"}, ""
    for rate in user_input[CONF_RATES]:
        try:
            rate_of(rate)
        except RateError as err:
            return {CONF_RATES: err.reason}, err.text
    return {}, ""
