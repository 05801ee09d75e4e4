"""The actions that return a household's advice, and that say what becomes of a piece."""

from datetime import timedelta
from typing import Any, Final

import probatio

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry

from ..advice.advice_book import UnknownAdviceError
from ..advice.advice_coordinator import AdviceCoordinator
from ..const import DOMAIN
from ..household import WattWiseConfigEntry
from ..rounding import money
from .local_time import local_iso

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"
ATTR_ADVICE_ID: Final = "advice_id"
ATTR_ALL: Final = "all"
ATTR_DAYS: Final = "days"

_LONGEST_SNOOZE_DAYS: Final = 730

GET_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Optional(ATTR_ALL, default=False): cv.boolean,
    }
)
DISMISS_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Required(ATTR_ADVICE_ID): cv.string,
    }
)
SNOOZE_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Required(ATTR_ADVICE_ID): cv.string,
        probatio.Optional(ATTR_DAYS, default=30): probatio.All(
            probatio.Coerce(int), probatio.Range(0, _LONGEST_SNOOZE_DAYS)
        ),
    }
)


async def async_get_advice(call: ServiceCall) -> ServiceResponse:
    """Return what is open, or all that was found."""
    entry, advice = _advice(call.hass, call.data[ATTR_CONFIG_ENTRY_ID])
    return _answer(entry, advice, everything=call.data[ATTR_ALL])


async def async_dismiss_advice(call: ServiceCall) -> ServiceResponse:
    """Show a piece no more, and return what is still open."""
    entry, advice = _advice(call.hass, call.data[ATTR_CONFIG_ENTRY_ID])
    try:
        await advice.async_dismiss(call.data[ATTR_ADVICE_ID])
    except UnknownAdviceError as err:
        raise _unknown(call) from err
    return _answer(entry, advice)


async def async_snooze_advice(call: ServiceCall) -> ServiceResponse:
    """Show a piece again after some days or at once, and return what is still open."""
    entry, advice = _advice(call.hass, call.data[ATTR_CONFIG_ENTRY_ID])
    try:
        await advice.async_snooze(
            call.data[ATTR_ADVICE_ID], timedelta(days=call.data[ATTR_DAYS])
        )
    except UnknownAdviceError as err:
        raise _unknown(call) from err
    return _answer(entry, advice)


def _answer(
    entry: WattWiseConfigEntry, advice: AdviceCoordinator, *, everything: bool = False
) -> dict[str, Any]:
    book = advice.data
    open_ones = advice.open()
    pieces = advice.all() if everything else open_ones
    saving = sum(piece.advice.saving_money_per_year or 0.0 for piece in open_ones)
    return {
        "household": entry.title,
        "looked": (
            local_iso(int(book.looked.timestamp() * 1000)) if book.looked else None
        ),
        "learning": advice.learning,
        "days_known": book.days_known,
        "currency": entry.runtime_data.currency,
        "saving_money_per_year": money(saving),
        "advice": [advice.told(piece) for piece in pieces],
    }


def _unknown(call: ServiceCall) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="advice_not_found",
        translation_placeholders={"advice": call.data[ATTR_ADVICE_ID]},
    )


@callback
def _advice(
    hass: HomeAssistant, entry_id: str
) -> tuple[WattWiseConfigEntry, AdviceCoordinator]:
    entry: WattWiseConfigEntry = async_get_config_entry(hass, DOMAIN, entry_id)
    advice = entry.runtime_data.advice
    assert advice is not None  # a household at work has it
    return entry, advice
