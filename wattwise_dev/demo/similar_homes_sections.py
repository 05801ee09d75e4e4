"""What the demo's dashboard shows of similar homes, and of what the home's days are like."""

from .cards import Card, card, number, once_known, section, seen_with
from .entities import Entities

_OF_SIMILAR_HOMES = (
    ("expected_yearly_use", "Such homes use", "mdi:home-group", "blue"),
    ("yearly_use", "This home uses", "mdi:home-lightning-bolt", "orange"),
)
_OF_DAYS = (
    ("day_type_today", "Today becomes", "mdi:calendar-today", "purple"),
    ("day_type_tomorrow", "Tomorrow", "mdi:calendar-arrow-right", "purple"),
    ("load_shape", "Daily rhythm", "mdi:chart-bell-curve-cumulative", "teal"),
)


def similar_homes(entities: Entities) -> Card:
    """Return where the home stands among homes like it, never without the range."""
    group = entities.household("household_group")
    expected = entities.household("expected_yearly_use")
    use = entities.household("yearly_use")
    below = entities.household("similar_homes_below")
    words = None
    if group and expected and use and below:
        words = {
            "type": "markdown",
            "text_only": True,
            "content": _in_words(group, expected, use, below),
        }
    return section(
        "Homes like this one",
        "mdi:home-group",
        once_known(
            card("tile", group, "Group", 12, 1, icon="mdi:home-search", color="blue")
        ),
        *(
            once_known(number(entities.household(key), name, icon, color))
            for key, name, icon, color in _OF_SIMILAR_HOMES
        ),
        words,
    )


def days(entities: Entities) -> Card:
    """Return what kind of day it is, and when the home uses its energy."""
    found = section(
        "What kind of day?",
        "mdi:calendar-week",
        *(
            once_known(number(entities.household(key), name, icon, color))
            for key, name, icon, color in _OF_DAYS
        ),
    )
    today = entities.household("day_type_today")
    return seen_with(today, found) if today else found


def _in_words(group: str, expected: str, use: str, below: str) -> str:
    """Return a template that says how sure all of it is, or what is missing for it."""
    return (
        f"{{% set status = state_attr('{group}', 'status') %}}"
        f"{{% set known = state_attr('{use}', 'days_known') %}}"
        f"{{% set from = state_attr('{below}', 'low') %}}"
        "{% if status == 'unanswered' %}Say what kind of home it is, under *Settings > "
        "Devices & services > WattWise > Configure*, to see how it compares."
        "{% elif from is none %}How this home compares with such homes is being worked "
        "out; that takes some minutes after its past was loaded."
        "{% else %}Of ten such homes, eight use between "
        f"**{{{{ '{{:,}}'.format(state_attr('{expected}', 'low_kwh')) }}}}** and "
        f"**{{{{ '{{:,}}'.format(state_attr('{expected}', 'high_kwh')) }}}} kWh** a "
        "year. This home's year is estimated from **{{ known }} days**: probably "
        f"**{{{{ '{{:,}}'.format(state_attr('{use}', 'low_kwh')) }}}}** to "
        f"**{{{{ '{{:,}}'.format(state_attr('{use}', 'high_kwh')) }}}} kWh**. So, of "
        "100 such homes, **{{ from }} to {{ state_attr('"
        f"{below}', 'high') }}}}** use less.{{% endif %}}"
    )
