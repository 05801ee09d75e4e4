"""The benchmark of forecasting, from a made-up home to figures."""

import asyncio
from pathlib import Path
from typing import Final

from ..progress import Say
from ..report import Figure, Findings
from .measuring import ForecastCosts, measure

_DAYS: Final = 730
_QUICK_DAYS: Final = 90


async def benchmark_forecast(_folder: Path, quick: bool, say: Say) -> Findings:
    """Measure a home; nothing is written."""
    days = _QUICK_DAYS if quick else _DAYS
    say(f"Forecasting a home of {days} days ...")
    return findings(await asyncio.to_thread(measure, days))


def findings(costs: ForecastCosts) -> Findings:
    """Return what was measured, beside what it shall be."""
    figures = [
        Figure("cheapest model, 48 h", "ms", 1000 * costs.cheapest_seconds, 20),
        Figure("fit and ask all models, 48 h", "s", costs.fit_and_ask_seconds, 1),
        Figure("first lesson, eight weeks relived", "s", costs.lesson_seconds, 30),
        Figure("each night", "s", costs.night_seconds),
        Figure("each hour", "ms", 1000 * costs.hour_seconds),
        Figure("taken back after a restart", "ms", 1000 * costs.restore_seconds),
        Figure("kept on disk", "MB", costs.state_bytes / 1e6),
    ]
    for name, mib, target in (
        ("fit and ask, memory", costs.fit_and_ask_mib, 80),
        ("first lesson, memory", costs.lesson_mib, 150),
    ):
        if mib is not None:
            figures.append(Figure(name, "MiB", mib, target))
    return Findings(
        "Forecasting a home",
        (
            f"One made-up home of {costs.days} days of hours, on one thread.",
            "Seconds are those of a processor, memory what comes on top.",
            "Fit and ask: each model by itself. Lesson and night: all that belongs to it.",
        ),
        tuple(figures),
    )
