"""What the answers to the form of a file mean."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ..history.files.guess import Guess
from ..history.files.layout import DateOrder, DecimalMark, Layout
from ..metering.profile import EnergyKind
from ..metering.quantity import Channel, known_units
from ..time_zones import async_zone
from .file_form import (
    CONF_CHANNEL,
    CONF_CLOCK_COLUMN,
    CONF_DATE_ORDER,
    CONF_DECIMAL_MARK,
    CONF_KIND,
    CONF_STAMP,
    CONF_TIME_COLUMN,
    CONF_TIME_ZONE,
    CONF_UNIT,
    CONF_VALUE_COLUMN,
    STAMP_END,
)

_NEEDED: Final = (
    CONF_TIME_COLUMN,
    CONF_VALUE_COLUMN,
    CONF_CHANNEL,
    CONF_UNIT,
    CONF_KIND,
)


def missing_in(guess: Guess, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return an error for each field that must be chosen and was not."""
    needed = [*_NEEDED, *([CONF_DATE_ORDER] if guess.ambiguous_date else [])]
    if answers.get(CONF_KIND) != EnergyKind.COUNTER:
        # What a counter shows, it shows at the time that stands beside it.
        needed.append(CONF_STAMP)
    missing = [field for field in needed if not answers.get(field)]
    return dict.fromkeys(missing, "choice_needed")


def errors_in(guess: Guess, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with answers that are complete, by field."""
    channel, unit = Channel(answers[CONF_CHANNEL]), answers[CONF_UNIT]
    errors: dict[str, str] = {}
    if unit not in known_units(channel.quantity):
        errors[CONF_UNIT] = "unit_of_another_quantity"
    times = {answers[CONF_TIME_COLUMN], answers.get(CONF_CLOCK_COLUMN)}
    if answers[CONF_VALUE_COLUMN] in times:
        errors[CONF_VALUE_COLUMN] = "column_used_twice"
    if answers[CONF_TIME_COLUMN] == answers.get(CONF_CLOCK_COLUMN):
        errors[CONF_CLOCK_COLUMN] = "column_used_twice"
    if channel.is_energy and answers[CONF_KIND] == EnergyKind.POWER:
        errors[CONF_KIND] = "energy_is_not_power"
    value = guess.values.get(answers[CONF_VALUE_COLUMN])
    if value and value.ambiguous_number and not answers.get(CONF_DECIMAL_MARK):
        errors[CONF_DECIMAL_MARK] = "decimal_mark_needed"
    return errors


async def async_layout_of(hass: HomeAssistant, answers: Mapping[str, Any]) -> Layout:
    """Return how a file is to be read. Raises ServiceValidationError for its zone."""
    channel = Channel(answers[CONF_CHANNEL])
    order, mark = answers.get(CONF_DATE_ORDER), answers.get(CONF_DECIMAL_MARK)
    return Layout(
        channel=channel,
        time_column=answers[CONF_TIME_COLUMN],
        value_column=answers[CONF_VALUE_COLUMN],
        unit=answers[CONF_UNIT],
        time_zone=await async_zone(hass, answers.get(CONF_TIME_ZONE)),
        stamped_at_end=answers.get(CONF_STAMP) == STAMP_END,
        is_amount=channel.is_energy and answers[CONF_KIND] == EnergyKind.INTERVAL,
        clock_column=answers.get(CONF_CLOCK_COLUMN),
        date_order=DateOrder(order) if order else None,
        decimal_mark=DecimalMark(mark) if mark else None,
    )


def kind_of(answers: Mapping[str, Any], usual: EnergyKind) -> EnergyKind:
    """Return how the file tells energy; where it tells none, as the meter does."""
    kind = EnergyKind(answers[CONF_KIND])
    if Channel(answers[CONF_CHANNEL]).is_energy or kind is EnergyKind.POWER:
        return kind
    return usual
