"""The simulator's commands: list, csv and play."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import json
from pathlib import Path
import sys
from typing import Final, TextIO

from .arguments import fault_names, moment, parse
from .csv_file import write_csv
from .errors import SimulatorError
from .faults import FAULTS, FaultEvent, faults_possible, inject
from .household import Household
from .households import HOUSEHOLDS, household_named
from .play_command import play
from .progress import StatusLine
from .sample import Sample, samples_of
from .stream import simulate

_WRONG_USE: Final = 2
_INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status."""
    try:
        options = parse(arguments)
        match options.command:
            case "list":
                _list()
            case "csv":
                _csv(options)
            case "play":
                play(options)
    except SimulatorError as error:
        print(f"simulate: {error}", file=sys.stderr)
        return _WRONG_USE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has enough; keep Python from complaining at exit.
        sys.stdout = None
        return 0
    return 0


def _list() -> None:
    """Show what can be simulated."""
    print("Households and their meters:")
    for household in HOUSEHOLDS.values():
        print(f"  {household.name:<14}{household.description}")
        for meter in household.meters:
            channels = ", ".join(meter.channels(household.phases))
            print(f"    {meter.key:<16}{channels}")
    print("Faults:")
    for fault in FAULTS.values():
        print(f"  {fault.name:<14}{fault.description}")


def _csv(options: argparse.Namespace) -> None:
    """Write a meter's samples to a file."""
    household = household_named(options.household)
    channels = household.meter(options.meter).channels(household.phases)
    start, end = moment(options.start), moment(options.end)
    wanted = fault_names(options.faults)
    faults = faults_possible(wanted, household, options.meter)
    if options.faults != "all" and len(faults) < len(wanted):
        (first, *_) = (name for name in wanted if name not in faults)
        raise SimulatorError(
            f"Fault '{first}' needs a meter that measures voltage: grid"
        )
    chunks = simulate(
        household,
        start,
        end,
        step_s=options.step,
        seed=options.seed,
        meters=[options.meter],
    )
    first_s, last_s = int(start.timestamp()), int(end.timestamp())
    samples, record = inject(
        samples_of(chunks, options.meter),
        faults,
        options.meter,
        first_s,
        last_s,
        options.seed,
    )
    status = StatusLine(sys.stderr)
    status.show("Winding the counters forward ...")
    try:
        with _opened(options.out) as file:
            watched = _watched(samples, status, first_s, last_s)
            count = write_csv(file, channels, watched)
    finally:
        status.clear()
    _report(household, options, count, record)


def _watched(
    samples: Iterator[Sample], status: StatusLine, first_s: int, last_s: int
) -> Iterator[Sample]:
    """Show how far the samples have come."""
    for sample in samples:
        share = (sample.due_s - first_s) / (last_s - first_s)
        status.show(f"{sample.iso_time[:10]}  {share:4.0%}")
        yield sample


def _report(
    household: Household,
    options: argparse.Namespace,
    count: int,
    record: list[FaultEvent],
) -> None:
    """Tell what was written and what went wrong on purpose."""
    if options.out != "-":
        print(
            f"{count} samples of {household.name}'s {options.meter} in {options.out}",
            file=sys.stderr,
        )
    if options.truth:
        truth = [event.as_dict() for event in record]
        with _opened(options.truth) as file:
            json.dump(truth, file, indent=1)
    for fault, times in Counter(event.fault for event in record).items():
        print(f"  {times} x {fault}: {FAULTS[fault].description}", file=sys.stderr)


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    """Open a file that appears when it is complete, or standard output for '-'."""
    if name == "-":
        sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]
        yield sys.stdout
        sys.stdout.flush()
        return
    path = Path(name)
    partial = path.with_name(f"{path.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        raise SimulatorError(f"Cannot write {name}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
