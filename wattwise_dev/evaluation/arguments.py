"""What the command line asks for."""

import argparse
from datetime import tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from holidays import HolidayBase, country_holidays

from .contestants import contestants, of_scikit_learn
from .divided_hours import DIVIDED
from .other_people import OTHER_PEOPLES
from .slots import Unit

_EXAMPLES: Final = """
models: {ours}
of scikit-learn, fitted to the home:
        {learned}
of other people (scripts/setup --evaluation installs what they need):
        {others}
finer than an hour, with --step 15 or 30, beside the forecaster itself:
        {divided}
groups: ours, scikit-learn, others, all

one household, from a file with the columns time,kwh:
  scripts/evaluate forecast --input home.csv --timezone Europe/Berlin --output out.csv
many, from a file with one column each; 21 to 30 are scored, pooled models learn from all:
  scripts/evaluate forecast --homes homes.csv.gz --clock UTC --timezone Europe/London \\
      --columns 1-30 --score 21-30 --models all --json figures.json
"""

_ANOMALY_EXAMPLES: Final = """
what is unusual in one household, from a file with the columns time,kwh:
  scripts/evaluate anomalies --input home.csv --timezone Europe/Berlin --output flags.csv
what is found of events in many, from a file with one column each:
  scripts/evaluate anomalies --homes homes.csv.gz --clock UTC --timezone Europe/London \\
      --columns 1-12 --json figures.json
"""


def arguments(command_line: list[str] | None = None) -> argparse.Namespace:
    """Return what is asked for; ends the program where it cannot be understood."""
    parser = argparse.ArgumentParser(prog="scripts/evaluate")
    subjects = parser.add_subparsers(dest="subject", required=True)
    forecast = subjects.add_parser(
        "forecast",
        help="how good forecasts of energy are",
        description=(
            "Forecasts days of real households from what was known at their midnights, "
            "and scores what was said."
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EXAMPLES.format(
            ours=" ".join(contestants()),
            learned=" ".join(of_scikit_learn()),
            others=" ".join(OTHER_PEOPLES),
            divided=" ".join(DIVIDED),
        ),
    )
    _files(forecast)
    _knowledge(forecast)
    _protocol(forecast)
    _results(forecast)
    anomalies = subjects.add_parser(
        "anomalies",
        help="how much of what is unusual is found, at how many false alarms",
        description=(
            "Puts events into the hours of real households and tells which of them are "
            "found; or, with --output, tells which hours of a household are unusual."
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_ANOMALY_EXAMPLES,
    )
    _files(anomalies)
    _anomaly_protocol(anomalies)
    bill = subjects.add_parser(
        "bill",
        help="how good the energy expected of a month is",
        description=(
            "Forecasts the energy of the months of real households at some days of each, "
            "beside the month so far, extrapolated."
        ),
    )
    _files(bill)
    bill.add_argument(
        "--json", type=_new_file, metavar="FILE", help="all forecasts, by home and day"
    )
    bill.set_defaults(step=60, weather=None, country=None)
    return parser.parse_args(command_line)


def _files(parser: argparse.ArgumentParser) -> None:
    files = parser.add_argument_group("files")
    source = files.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--input", type=_file, metavar="FILE", help="one household: time,kwh"
    )
    source.add_argument(
        "--homes", type=_file, metavar="FILE", help="a column of times, one per home"
    )
    files.add_argument(
        "--timezone", type=_zone, required=True, help="where the homes are"
    )
    files.add_argument(
        "--clock",
        type=_zone,
        metavar="ZONE",
        help="the time zone of times that have no offset (UTC, or that of the homes)",
    )
    files.add_argument(
        "--stamp",
        choices=("start", "end"),
        default="start",
        help="whether times are where a step begins or ends (default: %(default)s)",
    )
    files.add_argument(
        "--unit",
        type=Unit,
        choices=list(Unit),
        default=Unit.KWH,
        help="of the numbers (default: %(default)s)",
    )
    files.add_argument(
        "--columns",
        metavar="LIST",
        help="homes to read: names, or numbers like 1-20,25 (default: all)",
    )


def _knowledge(parser: argparse.ArgumentParser) -> None:
    files = parser.add_argument_group("what else is known")
    files.add_argument(
        "--score",
        metavar="LIST",
        help="homes to forecast and score; pooled models learn from the others, too "
        "(default: all that are read)",
    )
    files.add_argument(
        "--country",
        type=_country,
        metavar="CODE",
        help="whose public holidays are known, like GB or GB-ENG (default: none are)",
    )
    files.add_argument(
        "--weather",
        type=_file,
        metavar="FILE",
        help="time,temperature,cloud: degrees Celsius, cloud cover from 0 to 1",
    )


def _protocol(parser: argparse.ArgumentParser) -> None:
    protocol = parser.add_argument_group("protocol")
    protocol.add_argument(
        "--step",
        type=int,
        choices=(15, 30, 60),
        default=60,
        help="minutes of a slot (default: %(default)s)",
    )
    protocol.add_argument(
        "--origins", type=_positive, metavar="N", help="the last N days (default: all)"
    )
    protocol.add_argument(
        "--after",
        type=_positive,
        metavar="DAYS",
        default=56,
        help="days before the first origin (default: %(default)s)",
    )
    protocol.add_argument(
        "--history",
        type=_positive,
        metavar="DAYS",
        help="days that are known at each origin (default: all)",
    )
    protocol.add_argument(
        "--lead",
        type=int,
        choices=(0, 1),
        default=0,
        help="1: forecast the day after the one that begins (default: %(default)s)",
    )
    protocol.add_argument(
        "--within-day",
        action="store_true",
        help="score the forecasts of today that are refreshed every hour, instead",
    )
    protocol.add_argument(
        "--models",
        metavar="LIST",
        default="ours",
        help="names or groups; the first one is written to --output (default: ours)",
    )


def _anomaly_protocol(parser: argparse.ArgumentParser) -> None:
    protocol = parser.add_argument_group("protocol")
    protocol.add_argument(
        "--events",
        type=_positive,
        metavar="N",
        default=7,
        help="events of each kind in each home (default: %(default)s)",
    )
    protocol.add_argument(
        "--seed",
        type=int,
        default=6,
        help="of where events are put (default: %(default)s)",
    )
    results = parser.add_argument_group("results")
    results.add_argument(
        "--output",
        type=_new_file,
        metavar="CSV",
        help="no events, but the unusual hours there are: time,kind,severity,score",
    )
    results.add_argument(
        "--json", type=_new_file, metavar="FILE", help="all figures, by home"
    )
    # What the reading of files asks for besides, and nobody here has a use for.
    parser.set_defaults(step=60, weather=None, country=None)


def _results(parser: argparse.ArgumentParser) -> None:
    results = parser.add_argument_group("results, besides the table")
    results.add_argument(
        "--output",
        type=_new_file,
        metavar="CSV",
        help="every forecast of the first model: origin,time,p10,p50,p90,mean",
    )
    results.add_argument(
        "--json", type=_new_file, metavar="FILE", help="all figures, by home and hour"
    )
    results.add_argument(
        "--csv", type=_new_file, metavar="FILE", help="the figures of each home"
    )


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path


def _new_file(text: str) -> Path:
    path = Path(text)
    if not path.parent.is_dir() or path.is_dir():
        raise argparse.ArgumentTypeError(f"no file can be written at {text}")
    return path


def _zone(text: str) -> tzinfo:
    if text not in available_timezones():
        raise argparse.ArgumentTypeError(f"no time zone is called {text}")
    return ZoneInfo(text)


def _country(text: str) -> HolidayBase:
    """Return the public holidays of a country, or of a part of it."""
    country, _, part = text.partition("-")
    try:
        return country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        raise argparse.ArgumentTypeError(
            f"the public holidays of {text} are not known"
        ) from None


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 on")
    return int(text)
