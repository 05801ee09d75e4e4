"""Why readings were not taken, as answers of actions say it.

Automations read the key of a reason, which stays as it is; people read the words.
"""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant

from ..choice_texts import async_choice_texts


async def async_refusals_in_words[Reason: str](
    hass: HomeAssistant, counts: Mapping[Reason, int]
) -> list[dict[str, Any]]:
    """Return how many were refused for each reason, the most frequent one first."""
    words = await async_choice_texts(hass, translation_key="refusal")
    return [
        {"reason": str(reason), "meaning": words[reason], "count": count}
        for reason, count in sorted(counts.items(), key=lambda item: -item[1])
    ]
