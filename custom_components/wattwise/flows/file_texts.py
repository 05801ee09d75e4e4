"""What people are told of a file and of what became of it, in plain words."""

from collections.abc import Mapping
from datetime import UTC, datetime

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..choice_texts import async_choice_texts
from ..file_import import ImportPreview, ImportResult
from ..history.files.layout import Layout
from ..history.files.overview import Refusals
from ..history.loads.tally import Tally
from ..metering.quantity import BASE_UNIT, Quantity
from .reading_preview import async_preview


async def async_preview_placeholders(
    hass: HomeAssistant, preview: ImportPreview, layout: Layout
) -> dict[str, str]:
    """Return what a file holds: its span, its first values, and sums by month."""
    overview = preview.overview
    shown = [
        f"- {local_minute(start_ms)} – {await async_preview(hass, [reading])}"
        for start_ms, reading in overview.preview
    ]
    quantity = layout.channel.quantity
    sums = quantity in {Quantity.ENERGY, Quantity.POWER}
    unit = "kWh" if sums else BASE_UNIT[quantity]
    months = [
        f"- {month}: {(value / 1000 if sums else value) + 0.0:,.1f} {unit}"
        for month, value in preview.months.items()
        if month
    ]
    return {
        "rows": f"{overview.rows:,}",
        "first": local_minute(overview.first_ms),
        "last": local_minute(overview.last_ms),
        "preview": "\n".join(shown),
        "months": "\n".join(months),
        "expected": await _async_expected(hass, preview),
    }


async def _async_expected(hass: HomeAssistant, preview: ImportPreview) -> str:
    """Return what would become of the rows, in a list."""
    texts = await async_choice_texts(hass, translation_key="file_preview")
    tally = preview.tally
    lines = _counted(texts, tally)
    if tally.refused.reasons:
        lines.append(await async_refusals(hass, tally.refused))
    for joint in preview.joints:
        text = texts["joint_counted" if joint.is_counted else "joint_left_out"]
        energy = f"{joint.energy_wh / 1000:,.1f}"
        start, end = local_minute(joint.start_ms), local_minute(joint.end_ms)
        lines += ["", text.format(energy=energy, start=start, end=end)]
    if preview.joints:
        lines += ["", texts["joint_advice"]]
    if preview.looked_at < preview.overview.rows:
        lines += ["", texts["first_rows"].format(count=f"{preview.looked_at:,}")]
    if not preview.is_compared:
        lines += ["", texts["not_compared"]]
    return "\n".join(lines)


async def async_result_placeholders(
    hass: HomeAssistant, result: ImportResult
) -> dict[str, str]:
    """Return what became of a file."""
    texts = await async_choice_texts(hass, translation_key="file_result")
    names = "\n".join(f"- {name}" for name in result.statistics)
    return {
        "statistics": texts["published"].format(names=names) if names else "",
        "counts": "\n".join(_counted(texts, result.tally)),
        "accepted": f"{result.tally.accepted:,}",
        "duplicate": f"{result.tally.duplicate:,}",
        "first": local_minute(result.overview.first_ms),
        "last": local_minute(result.overview.last_ms),
        "refused": await async_refusals(hass, result.tally.refused),
    }


async def async_refusals(hass: HomeAssistant, refusals: Refusals) -> str:
    """Return how many rows were refused and why, with the first of each by number."""
    texts = await async_choice_texts(hass, translation_key="refusal")
    of_rows = await async_choice_texts(hass, translation_key="file_result")
    if not refusals.reasons:
        return texts["none"]
    lines = []
    for reason, count in refusals.reasons.most_common():
        rows = refusals.first_of(reason)
        place = of_rows["row" if count == 1 else "rows"]
        named = ", ".join(map(str, rows)) + (" …" if count > len(rows) else "")
        lines.append(f"- {count:,} × {texts[reason]} {place.format(rows=named)}")
    return "\n".join(lines)


def _counted(texts: Mapping[str, str], tally: Tally) -> list[str]:
    """Return how many rows were or would be taken, and why others need not be."""
    counts = {
        "accepted": tally.accepted,
        "duplicate": tally.duplicate - tally.doubled,
        "doubled": tally.doubled,
        "held": tally.held,
    }
    return [
        "- " + texts[f"{key}_one" if count == 1 else key].format(count=f"{count:,}")
        for key, count in counts.items()
        if count or key == "accepted"
    ]


def local_minute(time_ms: int | None) -> str:
    """Return a time as the home's clock shows it."""
    if time_ms is None:
        return "–"
    try:
        moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    except OverflowError, ValueError, OSError:
        return "–"
    return f"{dt_util.as_local(moment):%Y-%m-%d %H:%M}"
