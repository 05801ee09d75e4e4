"""What people are told of a file and of what became of it, in plain words."""

from datetime import UTC, datetime
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..file_import import ImportResult
from ..history.files.layout import Layout
from ..history.files.overview import Overview, Refusals
from ..metering.quantity import BASE_UNIT, Quantity
from .reading_preview import async_preview, async_texts

_NAMED_ROWS: Final = 5


async def async_overview_placeholders(
    hass: HomeAssistant, overview: Overview, layout: Layout
) -> dict[str, str]:
    """Return what a file holds: its span, its first values, and sums by month."""
    shown = [
        f"- {_local(reading.time_ms)} – {await async_preview(hass, [reading])}"
        for reading in overview.preview
    ]
    quantity = layout.channel.quantity
    sums = quantity in {Quantity.ENERGY, Quantity.POWER}
    unit = "kWh" if sums else BASE_UNIT[quantity]
    months = [
        f"- {month}: {value / 1000 if sums else value:,.1f} {unit}"
        for month, value in overview.months.items()
        if month
    ]
    return {
        "rows": f"{overview.rows:,}",
        "first": _local(overview.first_ms),
        "last": _local(overview.last_ms),
        "preview": "\n".join(shown),
        "months": "\n".join(months),
        "refused": await async_refusals(hass, overview.refused),
    }


async def async_result_placeholders(
    hass: HomeAssistant, result: ImportResult
) -> dict[str, str]:
    """Return what became of a file."""
    texts = await async_option_texts(hass, translation_key="file_result")
    names = result.statistics
    return {
        "statistics": texts["published"].format(names=names) if names else "",
        "accepted": f"{result.accepted:,}",
        "duplicate": f"{result.duplicate:,}",
        "held": f"{result.held:,}",
        "first": _local(result.overview.first_ms),
        "last": _local(result.overview.last_ms),
        "refused": await async_refusals(hass, result.refused),
    }


async def async_refusals(hass: HomeAssistant, refusals: Refusals) -> str:
    """Return how many rows were refused and why, with the first of each by number."""
    texts = await async_option_texts(hass, translation_key="refusal")
    of_rows = (await async_option_texts(hass, translation_key="file_result"))["rows"]
    if not refusals.reasons:
        return texts["none"]
    lines = []
    for reason, count in refusals.reasons.most_common():
        rows = [str(row.index) for row in refusals.first if row.reason == reason]
        named = ", ".join(rows[:_NAMED_ROWS]) + (" …" if count > _NAMED_ROWS else "")
        where = of_rows.format(rows=named) if rows else ""
        lines.append(f"- {count:,} × {texts[reason]} {where}".rstrip())
    return "\n".join(lines)


async def async_option_texts(
    hass: HomeAssistant, *, translation_key: str
) -> dict[str, str]:
    """Return the texts of a list of choices."""
    prefix = f"{translation_key}.options."
    texts = await async_texts(hass)
    return {
        key.removeprefix(prefix): text
        for key, text in texts.items()
        if key.startswith(prefix)
    }


def _local(time_ms: int | None) -> str:
    """Return a time as the home's clock shows it."""
    if time_ms is None:
        return "–"
    try:
        moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    except OverflowError, ValueError, OSError:
        return "–"
    return f"{dt_util.as_local(moment):%Y-%m-%d %H:%M}"
