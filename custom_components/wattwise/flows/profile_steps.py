"""The step that asks a household what kind of home it is."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final

import probatio

from homeassistant.config_entries import ConfigEntryBaseFlow, ConfigFlowResult

from ..analytics.similar_homes.household_profile import AnswerError
from ..analytics.similar_homes.typical_homes import use_of_country
from ..const import CONF_AVERAGE_USE
from .profile_form import answers_given, given_before, profile_fields, range_words

_UNKNOWN: Final = "–"
# Of the numbers: everything else is chosen from lists.
_ERRORS: Final = {
    "floor_area_m2": "living_space_out_of_range",
    "occupants": "people_out_of_range",
    "rooms": "rooms_out_of_range",
    "televisions": "televisions_out_of_range",
    "car_km_per_year": "car_distance_out_of_range",
    CONF_AVERAGE_USE: "average_use_out_of_range",
}


class ProfileSteps(ConfigEntryBaseFlow):
    """Six questions and some more, shared by the household's flow and its options."""

    @property
    @abstractmethod
    def _country(self) -> str | None:
        """The household's country as an ISO 3166 code."""

    @property
    def _known_answers(self) -> Mapping[str, Any]:
        """The options in which earlier answers are."""
        return {}

    @abstractmethod
    async def _async_finish_profile(self, answers: dict[str, Any]) -> ConfigFlowResult:
        """Go on with the answers, as they are kept in the options."""

    async def async_step_about_home(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask all at once; each field may stay empty."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        units = self.hass.config.units
        if user_input is not None:
            try:
                answers = answers_given(user_input, units)
            except AnswerError as err:
                # In a section, fields cannot show any.
                field = err.question if err.question in user_input else "base"
                errors = {field: _ERRORS[err.question]}
                placeholders = range_words(err.question, units)
            else:
                return await self._async_finish_profile(answers)
        shown = user_input or given_before(self._known_answers, units)
        use = await self.hass.async_add_executor_job(use_of_country, self._country)
        return self.async_show_form(
            step_id="about_home",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(profile_fields(units, shown)), shown
            ),
            errors=errors,
            description_placeholders={
                "average": f"{use.kwh:,}" if use else _UNKNOWN,
                **placeholders,
            },
        )
