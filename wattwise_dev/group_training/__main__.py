"""Learn what WattWise ships: python -m wattwise_dev.group_training --input FILE."""

import argparse
import json
from pathlib import Path
import sys

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from custom_components.wattwise.analytics.similar_homes.model_file import (
    FILE,
    Provenance,
    facts_of,
)
from wattwise_dev.benchmark.progress import Progress

from .survey_file import Survey, SurveyError
from .training import TrainingError, train

_SURVEY = (
    "U.S. Energy Information Administration, Residential Energy Consumption Survey "
    "(RECS) 2015, public-use microdata"
)
_LICENCE = "public domain (work of the U.S. Government); EIA asks to be named"


def main() -> int:
    """Train, and write what was learned; 1 when the homes cannot be learned from."""
    options = _options()
    say = Progress.begin()
    try:
        survey = Survey.read(options.input)
        for complaint in survey.complaints:
            say(f"{options.input.name}, {complaint}")
        # Sums of several threads depend on how many there are.
        with threadpool_limits(limits=1):
            model = train(survey.homes, options.seed)
    except (SurveyError, TrainingError) as error:
        say(f"Cannot learn from these homes: {error}")
        return 1
    provenance = Provenance(
        options.survey,
        options.licence,
        len(survey.homes),
        "scripts/train-groups",
        options.seed,
    )
    facts = facts_of(model, provenance)
    lines = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in facts.items())
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    options.output.write_text(text, encoding="utf-8")
    say(f"{len(survey.homes)} homes; {options.output}: {len(text):,} bytes")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/train-groups",
        description=(
            "Learns what homes use, and which are alike. See docs/group-training.md."
        ),
    )
    parser.add_argument(
        "--input",
        type=Path,
        required=True,
        metavar="FILE",
        help="homes of a survey: CSV, gzipped or not, with the columns of the docs",
    )
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument(
        "--survey", default=_SURVEY, help="who asked them (default: %(default)s)"
    )
    parser.add_argument(
        "--licence", default=_LICENCE, help="of the survey (default: %(default)s)"
    )
    parser.add_argument(
        "--output", type=Path, default=FILE, metavar="FILE", help="default: in place"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
