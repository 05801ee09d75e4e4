"""Replay a house: python -m wattwise_dev.replay [--hours H] [--speed S] ..."""

import argparse
import asyncio
import os
from pathlib import Path
import shutil
import sys
import tempfile
import time

from aiohttp import ClientError

from wattwise_dev.esphome.host_program import (
    CompilerMissingError,
    HostProgramError,
    host_program,
)
from wattwise_dev.esphome.tool import EsphomeFailedError, EsphomeMissingError
from wattwise_dev.home_assistant import (
    CommandError,
    FlowError,
    HomeAssistantProcessError,
    RestError,
)
from wattwise_dev.home_assistant.configuration import REPOSITORY
from wattwise_dev.home_assistant.process import HomeAssistantProcess
from wattwise_dev.mqtt.broker import BrokerFailedError, BrokerMissingError

from .faults import Say
from .node import METER_PACKAGE
from .plan import Plan
from .replay import HOME, ReplayError, replay
from .report import report_of

_FAILURES = (
    BrokerFailedError,
    BrokerMissingError,
    ClientError,
    CommandError,
    EsphomeFailedError,
    FlowError,
    HomeAssistantProcessError,
    HostProgramError,
    OSError,
    ReplayError,
    RestError,
    TimeoutError,
)


def main() -> int:
    """Replay what the arguments ask for; 0 only when every claim holds."""
    options = _options()
    # Home Assistant would look there for custom_components before its own folder.
    os.environ.pop("PYTHONPATH", None)
    begun = time.monotonic()

    def say(text: str) -> None:
        print(
            f"[{time.monotonic() - begun:6.1f} s] {text}", file=sys.stderr, flush=True
        )

    plan = Plan(
        hours=options.hours,
        speed=options.speed,
        first_hour=options.first_hour,
        step_s=options.step,
        outage_s=options.outage,
    )
    options.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="replay-", dir=options.folder))
    try:
        program = _program(say)
        record = asyncio.run(replay(folder, plan, program, say))
        report = report_of(record)
    except (*_FAILURES, CompilerMissingError, EsphomeMissingError) as err:
        say(f"Could not replay: {type(err).__name__}: {err}")
        if (folder / HOME).exists():
            say(
                "Home Assistant printed last:\n"
                f"{HomeAssistantProcess(folder / HOME).tail()}"
            )
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(report.as_text(), file=sys.stderr)
    print(report.as_json())
    return 0 if report.holds else 1


def _program(say: Say) -> Path | None:
    """Return the node's program; None where it cannot be built, but must not be."""
    try:
        return host_program(METER_PACKAGE, pushes=False)
    except (CompilerMissingError, EsphomeMissingError) as missing:
        if os.environ.get("CI") == "true":
            raise
        say(f"Without an ESPHome node: {missing}")
        return None


def _options() -> argparse.Namespace:
    plan = Plan()
    parser = argparse.ArgumentParser(
        prog="scripts/replay",
        description="Replays a house over MQTT, HTTP and ESPHome at once to a real Home"
        " Assistant, breaks each of them once, and compares what was sent with the"
        " history.",
    )
    parser.add_argument(
        "--hours", type=float, default=plan.hours, help="of the house (%(default)g)"
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=plan.speed,
        help="times faster than the clock (%(default)g)",
    )
    parser.add_argument(
        "--first-hour",
        type=float,
        default=plan.first_hour,
        metavar="HOUR",
        help="of the house's day (%(default)g)",
    )
    parser.add_argument(
        "--step",
        type=int,
        default=plan.step_s,
        metavar="SECONDS",
        help="of the house between two samples (%(default)d)",
    )
    parser.add_argument(
        "--outage",
        type=float,
        default=plan.outage_s,
        metavar="SECONDS",
        help="that each fault lasts, on our clock (%(default)g)",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=REPOSITORY / ".wattwise" / "replay",
        help="work in a new folder in this one (default: %(default)s)",
    )
    parser.add_argument(
        "--keep", action="store_true", help="do not remove the new folder at the end"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
