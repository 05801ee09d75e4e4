"""How a household is set up and changed."""

from typing import Any, override
from uuid import uuid4

import probatio

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_NAME, UnitOfElectricPotential
from homeassistant.core import callback
from homeassistant.generated.currencies import ACTIVE_CURRENCIES
from homeassistant.helpers.selector import (
    CountrySelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from .const import (
    CONF_COUNTRY,
    CONF_CURRENCY,
    CONF_NOMINAL_VOLTAGE,
    CONF_PHASES,
    DOMAIN,
    SUBENTRY_TYPE_METER,
)
from .flows.discovery import DiscoverySteps
from .flows.meter import MeterFlow
from .flows.options import WattWiseOptionsFlow
from .flows.profile_steps import ProfileSteps
from .flows.reauth import ReauthSteps
from .flows.tariff_steps import TariffSteps, power_and_tariff_fields

_VOLTAGE_230 = "230"
_VOLTAGE_120 = "120"
_VOLTAGE_CUSTOM = "custom"
# Of large parts of Asia and South America.
_USUAL_OTHER_VOLTAGE = 220
_LOWEST_VOLTAGE = 50
_HIGHEST_VOLTAGE = 500
# Where sockets have 110 to 127 V; elsewhere it is 220 to 240 V, or mixed.
_COUNTRIES_WITH_120_V = frozenset(
    {"BB", "BM", "BS", "BZ", "CA", "CO", "CR", "CU", "DO", "EC", "GT", "HN", "HT"}
    | {"JM", "KY", "MX", "NI", "PA", "PR", "SV", "TW", "US", "VE", "VI"}
)


class WattWiseConfigFlow(
    DiscoverySteps, ReauthSteps, TariffSteps, ProfileSteps, ConfigFlow, domain=DOMAIN
):
    """Set up a household, by itself or with a meter that was discovered."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Start with nothing known."""
        self._household: dict[str, Any] = {}
        self._power_and_tariff: dict[str, Any] = {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow that changes a household's options."""
        return WattWiseOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added to a household."""
        return {SUBENTRY_TYPE_METER: MeterFlow}

    @property
    @override
    def _currency(self) -> str:
        """The household's currency."""
        currency: str = self._household[CONF_CURRENCY]
        return currency

    @property
    @override
    def _country(self) -> str | None:
        """The household's country."""
        country: str | None = self._household[CONF_COUNTRY]
        return country

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the household, its connection and its tariff."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._take_household(user_input)
            if not errors:
                self._power_and_tariff = user_input
                return await self._async_after_household(user_input)
        config = self.hass.config
        suggested = user_input or {
            **self._free_name(config.location_name),
            CONF_COUNTRY: config.country,
            CONF_CURRENCY: config.currency,
            CONF_NOMINAL_VOLTAGE: _VOLTAGE_120
            if config.country in _COUNTRIES_WITH_120_V
            else _VOLTAGE_230,
        }
        schema = probatio.Schema({**_household_fields(), **power_and_tariff_fields()})
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
        )

    async def async_step_custom_voltage(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a nominal voltage that is not one of the usual two."""
        if user_input is not None:
            voltage = float(user_input[CONF_NOMINAL_VOLTAGE])
            self._household[CONF_NOMINAL_VOLTAGE] = voltage
            return await self._async_after_voltage()
        schema = probatio.Schema(
            {
                probatio.Required(CONF_NOMINAL_VOLTAGE): NumberSelector(
                    NumberSelectorConfig(
                        min=_LOWEST_VOLTAGE,
                        max=_HIGHEST_VOLTAGE,
                        step="any",
                        mode=NumberSelectorMode.BOX,
                        unit_of_measurement=UnitOfElectricPotential.VOLT,
                    )
                )
            }
        )
        suggested = (
            self._get_reconfigure_entry().data
            if self.source == SOURCE_RECONFIGURE
            else {CONF_NOMINAL_VOLTAGE: _USUAL_OTHER_VOLTAGE}
        )
        return self.async_show_form(
            step_id="custom_voltage",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change what was asked when the household was set up."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._take_household(user_input)
            if not errors:
                return await self._async_after_household(user_input)
        entry = self._get_reconfigure_entry()
        voltage = f"{entry.data[CONF_NOMINAL_VOLTAGE]:g}"
        suggested = user_input or {
            CONF_NAME: entry.title,
            CONF_COUNTRY: entry.data[CONF_COUNTRY],
            CONF_CURRENCY: entry.data[CONF_CURRENCY],
            CONF_NOMINAL_VOLTAGE: voltage
            if voltage in (_VOLTAGE_230, _VOLTAGE_120)
            else _VOLTAGE_CUSTOM,
            CONF_PHASES: str(entry.data[CONF_PHASES]),
        }
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(_household_fields()), suggested
            ),
            errors=errors,
        )

    @callback
    def _free_name(self, name: str) -> dict[str, str]:
        """Return the home's name as a suggestion, unless a household has it already."""
        return {} if self._is_taken(name) else {CONF_NAME: name}

    @callback
    def _take_household(self, user_input: dict[str, Any]) -> dict[str, str]:
        """Keep what describes the household; return what is wrong with it."""
        errors: dict[str, str] = {}
        name = user_input[CONF_NAME].strip()
        currency = user_input[CONF_CURRENCY].strip().upper()
        if not name:
            errors[CONF_NAME] = "name_needed"
        elif self._is_taken(name):
            errors[CONF_NAME] = "name_taken"
        if currency not in ACTIVE_CURRENCIES:
            errors[CONF_CURRENCY] = "unknown_currency"
        self._household = {
            CONF_NAME: name,
            CONF_COUNTRY: user_input[CONF_COUNTRY],
            CONF_CURRENCY: currency,
            CONF_PHASES: int(user_input[CONF_PHASES]),
        }
        return errors

    @callback
    def _is_taken(self, name: str) -> bool:
        """Whether another household has this name."""
        own = self.context.get("entry_id")
        return any(
            entry.title.strip().casefold() == name.casefold()
            for entry in self._async_current_entries(include_ignore=False)
            if entry.entry_id != own
        )

    async def _async_after_household(
        self, user_input: dict[str, Any]
    ) -> ConfigFlowResult:
        """Settle the nominal voltage."""
        voltage = user_input[CONF_NOMINAL_VOLTAGE]
        if voltage == _VOLTAGE_CUSTOM:
            return await self.async_step_custom_voltage()
        self._household[CONF_NOMINAL_VOLTAGE] = float(voltage)
        return await self._async_after_voltage()

    async def _async_after_voltage(self) -> ConfigFlowResult:
        """Ask for the price of a new household; a known one is complete."""
        if self.source != SOURCE_RECONFIGURE:
            return await self._async_ask_price(self._power_and_tariff)
        return self.async_update_and_abort(
            self._get_reconfigure_entry(),
            title=self._household[CONF_NAME],
            data=self._household,
        )

    @override
    async def _async_finish_tariff(self) -> ConfigFlowResult:
        """Ask what kind of home it is; all of it may be skipped."""
        return await self.async_step_about_home()

    @override
    async def _async_finish_profile(self, answers: dict[str, Any]) -> ConfigFlowResult:
        """Create the household."""
        if self._is_taken(self._household[CONF_NAME]):
            return self.async_abort(reason="household_exists")
        await self.async_set_unique_id(uuid4().hex)
        return self.async_create_entry(
            title=self._household[CONF_NAME],
            data=self._household,
            options=self._options | answers,
            subentries=[meter.as_dict() for meter in self._first_meters],
        )


def _household_fields() -> dict[probatio.Marker, Any]:
    """Return the form fields that describe a household and its connection."""
    return {
        probatio.Required(CONF_NAME): TextSelector(),
        probatio.Required(CONF_COUNTRY): CountrySelector(),
        probatio.Required(CONF_CURRENCY): SelectSelector(
            SelectSelectorConfig(
                options=sorted(ACTIVE_CURRENCIES),
                mode=SelectSelectorMode.DROPDOWN,
                custom_value=True,
            )
        ),
        probatio.Required(CONF_NOMINAL_VOLTAGE): SelectSelector(
            SelectSelectorConfig(
                options=[_VOLTAGE_230, _VOLTAGE_120, _VOLTAGE_CUSTOM],
                translation_key=CONF_NOMINAL_VOLTAGE,
            )
        ),
        probatio.Required(CONF_PHASES, default="1"): SelectSelector(
            SelectSelectorConfig(options=["1", "3"], translation_key=CONF_PHASES)
        ),
    }
