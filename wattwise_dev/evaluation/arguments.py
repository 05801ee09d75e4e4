"""What the command line asks for."""

import argparse
from typing import Final

from .argument_types import (
    country,
    existing_file,
    new_file,
    positive,
    time_zone,
)
from .contestants import contestants, of_scikit_learn
from .divided_hours import DIVIDED
from .groups.arguments import add_groups
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

_SHAPE_EXAMPLES: Final = """
what kind of load curve a household has, from a file with the columns time,kwh:
  scripts/evaluate load-shapes --input home.csv --timezone Europe/Berlin
how many of many households keep their kind, from a file with one column each:
  scripts/evaluate load-shapes --homes homes.csv.gz --clock UTC --timezone Europe/London
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
        "--json", type=new_file, metavar="FILE", help="all forecasts, by home and day"
    )
    bill.set_defaults(step=60, weather=None, country=None)
    together = subjects.add_parser(
        "together",
        help="how good the forecast of several homes together is",
        description=(
            "Forecasts real households and their sums: what the forecasts of the homes "
            "add up to, beside a forecast of the sum by itself."
        ),
    )
    _files(together)
    _together(together)
    part = subjects.add_parser(
        "part-of-year",
        help="how well some weeks of a home tell of its year",
        description=(
            "Estimates the year of real households from windows of it, beside the mean "
            "day times 365."
        ),
    )
    _files(part)
    _place(part)
    part.add_argument(
        "--json", type=new_file, metavar="FILE", help="all estimates, by home and day"
    )
    part.set_defaults(step=60, weather=None, country=None)
    shapes = subjects.add_parser(
        "load-shapes",
        help="how well homes are told apart by when they use energy",
        description=(
            "Puts real households into the kinds of load shapes that are shipped and "
            "tells how many keep theirs; or, with --archetypes, learns the kinds."
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_SHAPE_EXAMPLES,
    )
    _files(shapes)
    _shape_results(shapes)
    add_groups(subjects)
    types = subjects.add_parser(
        "day-types",
        help="how real the kinds of days of a home are, and what they are good for",
        description=(
            "Learns the day types of real households week by week, tells how stable and "
            "foreseeable they are, and whether they help forecasts and anomalies."
        ),
    )
    _files(types)
    _day_types(types)
    return parser.parse_args(command_line)


def _files(parser: argparse.ArgumentParser) -> None:
    files = parser.add_argument_group("files")
    source = files.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--input", type=existing_file, metavar="FILE", help="one household: time,kwh"
    )
    source.add_argument(
        "--homes",
        type=existing_file,
        metavar="FILE",
        help="a column of times, one per home",
    )
    files.add_argument(
        "--timezone", type=time_zone, required=True, help="where the homes are"
    )
    files.add_argument(
        "--clock",
        type=time_zone,
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


def _place(parser: argparse.ArgumentParser) -> None:
    place = parser.add_argument_group("where the homes are, which tells their climate")
    place.add_argument("--latitude", type=float, required=True, metavar="DEGREES")
    place.add_argument("--longitude", type=float, required=True, metavar="DEGREES")
    place.add_argument("--altitude", type=float, metavar="METRES")
    place.add_argument(
        "--homes-of",
        metavar="COUNTRY",
        help="such as GB: homes are taken to be heated as there",
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
        type=country,
        metavar="CODE",
        help="whose public holidays are known, like GB or GB-ENG (default: none are)",
    )
    files.add_argument(
        "--weather",
        type=existing_file,
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
        "--origins", type=positive, metavar="N", help="the last N days (default: all)"
    )
    protocol.add_argument(
        "--after",
        type=positive,
        metavar="DAYS",
        default=56,
        help="days before the first origin (default: %(default)s)",
    )
    protocol.add_argument(
        "--history",
        type=positive,
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


def _together(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sizes",
        type=_sizes,
        metavar="LIST",
        default=[2, 5, 10],
        help="how many homes are put together (default: 2,5,10)",
    )
    parser.add_argument(
        "--origins", type=positive, metavar="N", help="the last N days (default: all)"
    )
    parser.add_argument(
        "--after",
        type=positive,
        metavar="DAYS",
        default=84,
        help="days before the first origin (default: %(default)s)",
    )
    parser.add_argument(
        "--json", type=new_file, metavar="FILE", help="the figures of all groups"
    )
    parser.set_defaults(step=60, weather=None, country=None)


def _sizes(text: str) -> list[int]:
    sizes = [positive(part) for part in text.split(",")]
    if min(sizes) < 2:
        raise argparse.ArgumentTypeError("several homes are two at least")
    return sizes


def _anomaly_protocol(parser: argparse.ArgumentParser) -> None:
    protocol = parser.add_argument_group("protocol")
    protocol.add_argument(
        "--events",
        type=positive,
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
        type=new_file,
        metavar="CSV",
        help="no events, but the unusual hours there are: time,kind,severity,score",
    )
    results.add_argument(
        "--json", type=new_file, metavar="FILE", help="all figures, by home"
    )
    # What the reading of files asks for besides, and nobody here has a use for.
    parser.set_defaults(step=60, weather=None, country=None)


def _day_types(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--country",
        type=country,
        metavar="CODE",
        help="whose public holidays are known, like GB or GB-ENG (default: none are)",
    )
    parser.add_argument(
        "--events",
        type=positive,
        metavar="N",
        default=7,
        help="unusual events of each kind in each home (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=6, help="of the events (default: %(default)s)"
    )
    parser.add_argument(
        "--json", type=new_file, metavar="FILE", help="all figures, by home"
    )
    parser.set_defaults(step=60, weather=None)


def _shape_results(parser: argparse.ArgumentParser) -> None:
    results = parser.add_argument_group("results, besides the tables")
    results.add_argument(
        "--output", type=new_file, metavar="CSV", help="kind and features of each home"
    )
    results.add_argument("--json", type=new_file, metavar="FILE", help="all figures")
    results.add_argument(
        "--archetypes",
        type=new_file,
        metavar="FILE",
        help="no tables, but the kinds as these homes would have them",
    )
    parser.set_defaults(step=60, weather=None, country=None)


def _results(parser: argparse.ArgumentParser) -> None:
    results = parser.add_argument_group("results, besides the table")
    results.add_argument(
        "--output",
        type=new_file,
        metavar="CSV",
        help="every forecast of the first model: origin,time,p10,p50,p90,mean",
    )
    results.add_argument(
        "--json", type=new_file, metavar="FILE", help="all figures, by home and hour"
    )
    results.add_argument(
        "--csv", type=new_file, metavar="FILE", help="the figures of each home"
    )
