"""What the demo's dashboard shows of similar homes, and of what the home's days are like."""

from .cards import Card, card, number, once_known, section
from .entities import Entities

_OF_SIMILAR_HOMES = (
    ("expected_yearly_use", "Such homes use in a year", "mdi:home-group", "blue"),
    ("yearly_use", "This home in a year", "mdi:home-lightning-bolt", "orange"),
)
_OF_DAYS = (
    ("day_type_today", "Today becomes", "mdi:calendar-today", "purple"),
    ("day_type_tomorrow", "Tomorrow", "mdi:calendar-arrow-right", "purple"),
    ("load_shape", "Daily rhythm", "mdi:chart-bell-curve-cumulative", "teal"),
)


def similar_homes(entities: Entities) -> Card:
    """Return where the home stands among homes like it, never without the range."""
    expected = entities.household("expected_yearly_use")
    below = entities.household("similar_homes_below")
    return section(
        "Homes like this one",
        "mdi:home-group",
        card(
            "tile",
            entities.household("household_group"),
            "This home is",
            12,
            1,
            icon="mdi:home-search-outline",
            color="blue",
        ),
        *(
            once_known(number(entities.household(key), name, icon, color))
            for key, name, icon, color in _OF_SIMILAR_HOMES
        ),
        _in_words(expected, below) if expected and below else None,
    )


def days(entities: Entities) -> Card:
    """Return what kind of day it is, and when the home uses its energy."""
    return section(
        "What kind of day?",
        "mdi:calendar-week",
        *(
            once_known(number(entities.household(key), name, icon, color))
            for key, name, icon, color in _OF_DAYS
        ),
    )


def _in_words(expected: str, below: str) -> Card:
    return {
        "type": "markdown",
        "text_only": True,
        "content": (
            f"{{% set low = state_attr('{expected}', 'low_kwh') %}}"
            f"{{% set high = state_attr('{expected}', 'high_kwh') %}}"
            f"{{% set from = state_attr('{below}', 'low') %}}"
            f"{{% set to = state_attr('{below}', 'high') %}}"
            "{% if low is not none %}Of ten such homes, eight use between "
            "**{{ low }}** and **{{ high }} kWh** a year."
            "{% if from is not none %} Of 100 of them, **{{ from }} to {{ to }}** use "
            "less than this one.{% endif %}"
            "{% else %}Say what kind of home it is, in the settings of WattWise, to see "
            "how it compares.{% endif %}"
        ),
    }
