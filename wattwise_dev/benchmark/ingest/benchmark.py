"""The benchmark of taking readings in, from its plan to its figures."""

from pathlib import Path

from wattwise_dev.home_assistant.process import HomeAssistantProcess

from ..progress import Say
from ..report import Findings
from .figures import ingest_findings
from .measuring import HOME, measure
from .plan import FULL, QUICK


async def benchmark_ingest(folder: Path, quick: bool, say: Say) -> Findings:
    """Measure everything; the folder is new and stays."""
    plan = QUICK if quick else FULL
    try:
        measured = await measure(folder, plan, say)
    except Exception:
        last = HomeAssistantProcess(folder / HOME).tail()
        say(f"Home Assistant printed last:\n{last}")
        raise
    return ingest_findings(measured, plan)
