"""What `scripts/evaluate groups` can be asked."""

import argparse
from typing import Any, Final

from wattwise_dev.evaluation.argument_types import existing_file, new_file, positive

_EXAMPLES: Final = """
how good the expectation is of homes that were not learned from:
  scripts/evaluate groups --input recs2015_households.csv.gz --json figures.json
what is expected of homes by the model that is shipped (their kwh may be absent):
  scripts/evaluate groups --input homes.csv --output out.csv
"""


def add_groups(subjects: argparse._SubParsersAction[Any]) -> None:
    """Add the subject."""
    parser = subjects.add_parser(
        "groups",
        help="how well homes are placed among similar ones",
        description=(
            "Learns from four fifths of the homes of a survey and asks for the others, "
            "beside what others would do; or, with --output, tells what the shipped "
            "model expects of homes."
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EXAMPLES,
    )
    parser.add_argument(
        "--input",
        type=existing_file,
        required=True,
        metavar="FILE",
        help="one home a line: CSV, gzipped or not, with columns of RECS 2015",
    )
    parser.add_argument(
        "--splits",
        type=positive,
        default=5,
        metavar="N",
        help="how often the homes are divided (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=7, help="of the divisions (default: %(default)s)"
    )
    parser.add_argument(
        "--output",
        type=new_file,
        metavar="CSV",
        help="no figures, but household_id,group,expected_kwh,p10_kwh,p90_kwh,percentile",
    )
    parser.add_argument(
        "--more",
        action="store_true",
        help="with --output: look at rooms and televisions, too",
    )
    parser.add_argument(
        "--json", type=new_file, metavar="FILE", help="all figures, and their spread"
    )
