"""The benchmark of keeping readings, from its plan to its figures."""

from pathlib import Path

from ..progress import Say
from ..report import Findings
from .figures import history_findings
from .measuring import measure
from .plan import FULL, QUICK


async def benchmark_history(folder: Path, quick: bool, say: Say) -> Findings:
    """Measure everything; the folder is new and stays."""
    plan = QUICK if quick else FULL
    return history_findings(await measure(folder, plan, say), plan)
