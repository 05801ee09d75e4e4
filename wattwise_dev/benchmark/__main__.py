"""Run a benchmark: python -m wattwise_dev.benchmark ingest [--quick] [--json FILE]."""

import argparse
import asyncio
import os
from pathlib import Path
import shutil
import sys
import tempfile
import time

from aiohttp import ClientError

from wattwise_dev.home_assistant import (
    CommandError,
    FlowError,
    HomeAssistantProcessError,
    RestError,
)
from wattwise_dev.home_assistant.configuration import REPOSITORY
from wattwise_dev.home_assistant.process import HomeAssistantProcess

from .figures import ingest_report
from .ingest import HOME, measure
from .load import MeasurementError
from .machine import OtherPrograms, machine_facts
from .plan import FULL, QUICK

_FAILURES = (
    ClientError,
    CommandError,
    FlowError,
    HomeAssistantProcessError,
    MeasurementError,
    OSError,
    RestError,
    TimeoutError,
)


def main() -> int:
    """Run what the arguments ask for; 1 when something could not be measured."""
    options = _options()
    # Home Assistant would look there for custom_components before its own folder.
    os.environ.pop("PYTHONPATH", None)
    begun = time.monotonic()

    def say(text: str) -> None:
        print(
            f"[{time.monotonic() - begun:6.1f} s] {text}", file=sys.stderr, flush=True
        )

    options.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="ingest-", dir=options.folder))
    plan = QUICK if options.quick else FULL
    try:
        machine, others = machine_facts(folder), OtherPrograms()
        measured = asyncio.run(measure(folder, plan, say))
        report = ingest_report(measured, plan, machine | others.fact())
    except _FAILURES as err:
        say(f"Could not measure: {type(err).__name__}: {err}")
        say(
            f"Home Assistant printed last:\n{HomeAssistantProcess(folder / HOME).tail()}"
        )
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    say("Done.")
    print(report.as_text())
    if options.json:
        options.json.write_text(report.as_json() + "\n", encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark",
        description="Measures WattWise in a real Home Assistant on this machine.",
    )
    parser.add_argument(
        "benchmark",
        choices=["ingest"],
        help="ingest: taking readings in; latency, throughput, event loop, memory",
    )
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
