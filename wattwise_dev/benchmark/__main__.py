"""Run a benchmark: python -m wattwise_dev.benchmark NAME [--quick] [--json FILE]."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures.process import BrokenProcessPool
import os
from pathlib import Path
import shutil
import sqlite3
import sys
import tempfile

from aiohttp import ClientError

from custom_components.wattwise.history.errors import HistoryError
from wattwise_dev.home_assistant import (
    CommandError,
    FlowError,
    HomeAssistantProcessError,
    RestError,
)
from wattwise_dev.home_assistant.configuration import REPOSITORY

from .alerts.benchmark import benchmark_alerts
from .forecast.benchmark import benchmark_forecast
from .history.benchmark import benchmark_history
from .ingest.benchmark import benchmark_ingest
from .load import MeasurementError
from .machine import OtherPrograms, machine_facts
from .progress import Progress, Say
from .report import Findings, Report

_BENCHMARKS: dict[str, Callable[[Path, bool, Say], Awaitable[Findings]]] = {
    "ingest": benchmark_ingest,
    "history": benchmark_history,
    "forecast": benchmark_forecast,
    "alerts": benchmark_alerts,
}
_FAILURES = (
    BrokenProcessPool,
    ClientError,
    CommandError,
    FlowError,
    HistoryError,
    HomeAssistantProcessError,
    MeasurementError,
    OSError,
    RestError,
    TimeoutError,
    sqlite3.Error,
)


def main() -> int:
    """Run what the arguments ask for; 1 when something could not be measured."""
    options = _options()
    # Home Assistant would look there for custom_components before its own folder.
    os.environ.pop("PYTHONPATH", None)
    say = Progress.begin()
    options.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(
        tempfile.mkdtemp(prefix=f"{options.benchmark}-", dir=options.folder.resolve())
    )
    try:
        machine, others = machine_facts(folder), OtherPrograms()
        benchmark = _BENCHMARKS[options.benchmark]
        findings = asyncio.run(_run(benchmark, folder, options.quick, say))
        report = Report(machine | others.fact(), findings)
    except _FAILURES as err:
        say(f"Could not measure: {type(err).__name__}: {err}")
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    say("Done.")
    print(report.as_text())
    if options.json:
        options.json.write_text(report.as_json() + "\n", encoding="utf-8")
    return 0


async def _run(
    benchmark: Callable[[Path, bool, Say], Awaitable[Findings]],
    folder: Path,
    quick: bool,
    say: Say,
) -> Findings:
    return await benchmark(folder, quick, say)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark",
        description="Measures WattWise on this machine.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=(
            "ingest    taking readings in, in a real Home Assistant: latency,\n"
            "          throughput, event loop, memory\n"
            "history   keeping readings: throughput, size of the file, questions,\n"
            "          beside bare SQLite and Home Assistant's recorder\n"
            "forecast  learning and forecasting a home: time, memory, size\n"
            "alerts    judging what a meter reports by every rule: time"
        ),
    )
    parser.add_argument("benchmark", choices=list(_BENCHMARKS))
    parser.add_argument(
        "--quick", action="store_true", help="less of everything, to see that it runs"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write the figures there"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=REPOSITORY / ".wattwise" / "benchmark",
        help="work in a new folder in this one (default: %(default)s)",
    )
    parser.add_argument(
        "--keep", action="store_true", help="do not remove the new folder at the end"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
