"""The form that asks a household about itself: every field may stay empty."""

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any, Final

import probatio

from homeassistant.const import UnitOfArea, UnitOfEnergy, UnitOfLength
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util.unit_conversion import AreaConverter, DistanceConverter
from homeassistant.util.unit_system import UnitSystem

from ..analytics.similar_homes.household_profile import (
    RANGES,
    AirConditioning,
    AnswerError,
    AnswerRange,
    Dwelling,
    Heating,
    HotWater,
    answers_of,
    profile_from,
    profile_kept,
)
from ..const import CONF_AVERAGE_USE, CONF_PROFILE

MORE: Final = "more"
_YES: Final = "yes"
_NO: Final = "no"
# Chosen from a list: a switch would say no where nothing was said.
_ANSWERS: Final = (_YES, _NO)
_YES_OR_NO: Final = ("electric_heaters", "electric_dryer")
_IN_MORE: Final = {
    "electric_heaters",
    "rooms",
    "televisions",
    "electric_dryer",
    "car_km_per_year",
    CONF_AVERAGE_USE,
}
_AVERAGE_KWH: Final = AnswerRange(100, 100_000)


def profile_fields(
    units: UnitSystem, shown: Mapping[str, Any]
) -> dict[probatio.Marker, Any]:
    """Return the fields: six questions, and others in a section.

    It is closed at first, unless something in it is shown.
    """
    more = shown.get(MORE, {}).keys() & _IN_MORE
    return {
        probatio.Optional("dwelling"): _choice(
            [*Dwelling], translation_key="profile_dwelling"
        ),
        probatio.Optional("floor_area_m2"): _number(units.area_unit),
        probatio.Optional("occupants"): _number(),
        probatio.Optional("heating"): _choice(
            [*Heating], translation_key="profile_heating"
        ),
        probatio.Optional("hot_water"): _choice(
            [*HotWater], translation_key="profile_hot_water"
        ),
        probatio.Optional("air_conditioning"): _choice(
            [*AirConditioning], translation_key="profile_air_conditioning"
        ),
        probatio.Optional(MORE): section(
            probatio.Schema(
                {
                    probatio.Optional("electric_heaters"): _choice(
                        _ANSWERS, translation_key="profile_yes_or_no"
                    ),
                    probatio.Optional("rooms"): _number(),
                    probatio.Optional("televisions"): _number(),
                    probatio.Optional("electric_dryer"): _choice(
                        _ANSWERS, translation_key="profile_yes_or_no"
                    ),
                    probatio.Optional("car_km_per_year"): _number(units.length_unit),
                    probatio.Optional(CONF_AVERAGE_USE): _number(
                        UnitOfEnergy.KILO_WATT_HOUR
                    ),
                }
            ),
            {"collapsed": not more},
        ),
    }


def answers_given(form: Mapping[str, Any], units: UnitSystem) -> dict[str, Any]:
    """Return the options that a filled form stands for: none of what stayed empty.

    Raises AnswerError for what cannot be true.
    """
    given = {key: value for key, value in form.items() if key != MORE}
    given |= form.get(MORE, {})
    average = given.pop(CONF_AVERAGE_USE, None)
    if average is not None and not (
        _AVERAGE_KWH.lowest <= average <= _AVERAGE_KWH.highest
    ):
        raise AnswerError(CONF_AVERAGE_USE, average)
    for question in _YES_OR_NO:
        if question in given:
            given[question] = given[question] == _YES
    if (area := given.get("floor_area_m2")) is not None:
        given["floor_area_m2"] = round(area / _area_from_metric(units), 2)
    if (way := given.get("car_km_per_year")) is not None:
        given["car_km_per_year"] = round(way / _length_from_metric(units), 1)
    options: dict[str, Any] = {}
    if answers := answers_of(profile_from(given)):
        options[CONF_PROFILE] = answers
    if average is not None:
        options[CONF_AVERAGE_USE] = average
    return options


def range_words(question: str, units: UnitSystem) -> dict[str, str]:
    """Return between which numbers an answer can be true, in the units of the form."""
    allowed = _AVERAGE_KWH if question == CONF_AVERAGE_USE else RANGES[question]
    factor, unit = 1.0, ""
    if question == "floor_area_m2":
        factor, unit = _area_from_metric(units), units.area_unit
    elif question == "car_km_per_year":
        factor, unit = _length_from_metric(units), units.length_unit
    return {
        "lowest": f"{ceil(allowed.lowest * factor):,}",
        "highest": f"{floor(allowed.highest * factor):,}",
        "unit": unit,
    }


def given_before(options: Mapping[str, Any], units: UnitSystem) -> dict[str, Any]:
    """Return the form as it was filled before, in the units of today."""
    shown = answers_of(profile_kept(options.get(CONF_PROFILE)))
    for question in _YES_OR_NO:
        if question in shown:
            shown[question] = _YES if shown[question] else _NO
    if area := shown.get("floor_area_m2"):
        shown["floor_area_m2"] = round(area * _area_from_metric(units), 1)
    if way := shown.get("car_km_per_year"):
        shown["car_km_per_year"] = round(way * _length_from_metric(units))
    if average := options.get(CONF_AVERAGE_USE):
        shown[CONF_AVERAGE_USE] = average
    # Fields are found by name, whether in the section or before it.
    return shown | {MORE: shown}


def _area_from_metric(units: UnitSystem) -> float:
    return AreaConverter.convert(1, UnitOfArea.SQUARE_METERS, units.area_unit)


def _length_from_metric(units: UnitSystem) -> float:
    return DistanceConverter.convert(1, UnitOfLength.KILOMETERS, units.length_unit)


def _choice(options: Sequence[str], *, translation_key: str) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=list(options),
            translation_key=translation_key,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def _number(unit: str | None = None) -> NumberSelector:
    # How large it may be is checked later, where a sentence can say so.
    config = NumberSelectorConfig(min=0, step="any", mode=NumberSelectorMode.BOX)
    if unit:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)
