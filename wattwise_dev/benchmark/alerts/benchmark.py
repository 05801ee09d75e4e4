"""The benchmark of alerts, from a made-up meter to figures."""

import asyncio
from pathlib import Path
from typing import Final

from ..progress import Say
from ..report import Figure, Findings
from .measuring import AlertCosts, measure

_REPORTS: Final = 50_000
_QUICK_REPORTS: Final = 5_000
# In the event loop, for each report of each meter.
_MOST_US: Final = 50.0


async def benchmark_alerts(_folder: Path, quick: bool, say: Say) -> Findings:
    """Measure a meter; nothing is written."""
    reports = _QUICK_REPORTS if quick else _REPORTS
    say(f"Judging {reports:,} reports ...")
    return findings(await asyncio.to_thread(measure, reports))


def findings(costs: AlertCosts) -> Findings:
    """Return what was measured, beside what it shall be."""
    whole, floor = costs.every_rule, costs.empty_feed
    figures = [
        Figure("every rule, mean", "us", whole.mean, _MOST_US, floor=floor.mean),
        Figure("every rule, p99", "us", whole.p99, floor=floor.p99),
        *(
            Figure(name, "us", cost.mean, details={"p99": cost.p99})
            for name, cost in costs.parts.items()
        ),
    ]
    told = f"{costs.values} values at once, {costs.reports:,} times"
    return Findings(
        "Judging readings",
        (
            f"A three-phase meter that tells {told}; time of a processor.",
            "The floor is a feed that is handed the same readings, and has no rule.",
        ),
        tuple(figures),
    )
