"""How what WattWise publishes is found among Home Assistant's statistics."""

from typing import Final

from homeassistant.util import slugify

from .const import DOMAIN

# The recorder keeps ids of up to 255 signs, and shows some of them.
_NAME_SIGNS: Final = 60


def named_statistic_id(name: str, end: str) -> str:
    """Return an id that begins with a name, for people, and ends as it is known by.

    `end` begins with an underscore; the recorder refuses two of them in a row.
    """
    return f"{DOMAIN}:{slugify(name)[:_NAME_SIGNS].rstrip('_')}{end}"
