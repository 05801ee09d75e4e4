"""What a piece of advice says, in the language of Home Assistant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant

from ..analytics.advice.advice import Advice
from ..choice_texts import async_choice_texts

# Numbers of at least so much need no decimals.
_WHOLE_FROM: Final = 20.0


@dataclass(frozen=True, slots=True)
class AdviceWords:
    """A title, and what it is about and what to do."""

    title: str
    text: str


async def async_advice_texts(hass: HomeAssistant) -> dict[str, str]:
    """Return the texts of all kinds: a title by the kind, and texts beside it."""
    return await async_choice_texts(hass, translation_key="advice")


def advice_words(
    texts: Mapping[str, str],
    advice: Advice,
    meters: Mapping[str, str],
    currency: str,
) -> AdviceWords:
    """Return what a piece says; `meters` are the names of meters by their keys."""
    numbers = {name: _shown(name, value) for name, value in advice.evidence.items()}
    meter = meters.get(advice.subject or "", "")
    numbers |= {"meter": meter, "currency": currency}
    key = advice.kind.value
    text = texts[f"{key}_text"].format(**numbers)
    if meter and (of_meter := texts.get(f"{key}_meter")):
        text = f"{text} {of_meter.format(**numbers)}"
    return AdviceWords(texts[key].format(**numbers), text)


def can_be_told(texts: Mapping[str, str], advice: Advice) -> bool:
    """Whether there are words for a piece: one of before an update may lack numbers."""
    meter = advice.subject or ""
    try:
        advice_words(texts, advice, {meter: meter}, "")
    except KeyError, IndexError, ValueError:
        return False
    return True


def _shown(name: str, value: float) -> str:
    if name == "share":
        return f"{value * 100:.0f}"
    if name.startswith("price") or name.endswith("_price"):
        return f"{value:.3f}"
    if value.is_integer() or abs(value) >= _WHOLE_FROM:
        return f"{value:.0f}"
    return f"{value:.1f}"
