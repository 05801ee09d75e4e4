"""The fields of the forms that ask for a tariff: prices, rates and the rest of the bill."""

from collections.abc import Mapping
from typing import Any

import probatio

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    ObjectSelector,
    ObjectSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..analytics.tariffs.rates import Days
from ..const import CONF_CHARGES
from ..prices.present_tariff import (
    CONF_CAPACITY,
    CONF_FEED_IN,
    CONF_STANDING,
    CONF_STANDING_CHARGE_PER,
    PER_DAY,
    PER_MONTH,
)


def price_field(currency: str) -> NumberSelector:
    """Return the field for a price of a kWh."""
    return _amount(f"{currency}/kWh")


def rates_field(currency: str) -> ObjectSelector:
    """Return the list of rates, each with its price and its times."""
    return ObjectSelector(
        ObjectSelectorConfig(
            multiple=True,
            label_field="hours",
            description_field="price",
            translation_key="rates",
            fields={
                "price": {"required": True, "selector": _amount(f"{currency}/kWh")},
                "hours": {"required": True, "selector": TextSelector()},
                "days": {
                    "selector": SelectSelector(
                        SelectSelectorConfig(
                            options=[*Days],
                            translation_key="rate_days",
                            mode=SelectSelectorMode.DROPDOWN,
                        )
                    )
                },
                "months": {
                    "selector": SelectSelector(
                        SelectSelectorConfig(
                            options=[str(month) for month in range(1, 13)],
                            translation_key="rate_months",
                            multiple=True,
                            mode=SelectSelectorMode.DROPDOWN,
                        )
                    )
                },
            },
        )
    )


def charges_section(
    currency: str, known: Mapping[str, Any]
) -> dict[probatio.Marker, section]:
    """Return the fields for what a bill has beside energy; open if there is any."""
    schema = probatio.Schema(
        {
            probatio.Optional(CONF_STANDING): _amount(currency),
            probatio.Optional(
                CONF_STANDING_CHARGE_PER, default=PER_DAY
            ): SelectSelector(
                SelectSelectorConfig(
                    options=[PER_DAY, PER_MONTH],
                    translation_key=CONF_STANDING_CHARGE_PER,
                )
            ),
            probatio.Optional(CONF_FEED_IN): _amount(f"{currency}/kWh"),
            probatio.Optional(CONF_CAPACITY): _amount(f"{currency}/kW"),
        }
    )
    is_open = bool(known.get(CONF_CHARGES))
    return {
        probatio.Optional(CONF_CHARGES): section(schema, {"collapsed": not is_open})
    }


def chosen_charges(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the form says anything."""
    # That nothing is paid for feeding in is something else than not to say what is.
    said = {k: v for k, v in form.items() if v or (k == CONF_FEED_IN and v is not None)}
    if CONF_STANDING not in said:
        said.pop(CONF_STANDING_CHARGE_PER, None)
    return said


def _amount(unit: str) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=0, step="any", mode=NumberSelectorMode.BOX, unit_of_measurement=unit
        )
    )
