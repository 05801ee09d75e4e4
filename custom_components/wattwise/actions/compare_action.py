"""The action that puts a household beside similar homes, and answers what if."""

from typing import Any, Final

import probatio

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry

from ..analytics.similar_homes.household_profile import (
    AnswerError,
    HouseholdProfile,
    answers_of,
    profile_from,
    profile_kept,
)
from ..const import CONF_PROFILE, DOMAIN
from ..household import WattWiseConfigEntry
from ..similar_homes.similar_homes_sensors import is_comparable
from ..similar_homes.told_comparison import told_comparison, told_what_if
from .unavailable import history_needed

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"
ATTR_WHAT_IF: Final = "what_if"

SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Optional(ATTR_WHAT_IF): {cv.string: object},
    }
)


async def async_compare(call: ServiceCall) -> ServiceResponse:
    """Return what is expected of a household, and where its own use lies."""
    entry: WattWiseConfigEntry = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    similar_homes = entry.runtime_data.similar_homes
    assert similar_homes is not None  # a household at work has it
    if not is_comparable(entry.runtime_data):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="home_without_grid",
            translation_placeholders={"household": entry.title},
        )
    answers = call.data.get(ATTR_WHAT_IF)
    other = None if answers is None else _other_answers(entry, answers)
    answer: dict[str, Any] = {"household": entry.title}
    with history_needed():
        if other is None:
            return answer | told_comparison(await similar_homes.async_compare())
        found, tried = await similar_homes.async_what_if(other)
    return answer | told_comparison(found) | {ATTR_WHAT_IF: told_what_if(tried)}


def _other_answers(
    entry: WattWiseConfigEntry, answers: dict[str, Any]
) -> HouseholdProfile:
    """Return the profile with some answers changed; raises ServiceValidationError."""
    given = answers_of(profile_kept(entry.options.get(CONF_PROFILE)))
    try:
        return profile_from(given | answers)
    except AnswerError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_answer",
            translation_placeholders={
                "question": err.question,
                "answer": str(err.answer),
            },
        ) from err
