"""scripts/evaluate groups: what the arguments ask for."""

import argparse
from typing import Final

from wattwise_dev.benchmark.progress import Say
from wattwise_dev.evaluation.errors import EvaluationError
from wattwise_dev.evaluation.report import write_json
from wattwise_dev.group_training.survey_file import Survey, SurveyError
from wattwise_dev.group_training.training import TrainingError

from .answers_file import write_answers
from .contest import compete
from .homes import MeasuredHome, splits
from .report import as_text

_FEWEST: Final = 600


def evaluate_groups(options: argparse.Namespace, say: Say) -> None:
    """Tell what is expected of homes, or how good that is of homes never seen."""
    try:
        survey = Survey.read(options.input)
    except SurveyError as err:
        raise EvaluationError(str(err)) from err
    for complaint in survey.complaints:
        say(f"{options.input.name}, {complaint}")
    if options.output:
        write_answers(options.output, survey.homes, more=options.more)
        say(f"{len(survey.homes)} homes are in {options.output}")
        return
    found = (MeasuredHome.of(home) for home in survey.homes)
    homes = [home for home in found if home is not None]
    if len(homes) < _FEWEST:
        raise EvaluationError(
            f"{len(homes)} homes with all answers and their kwh are too few to learn "
            f"from and to ask for: {_FEWEST} are not"
        )
    try:
        results = compete(
            list(splits(homes, options.splits, options.seed)), options.seed, say
        )
    except TrainingError as err:
        raise EvaluationError(str(err)) from err
    title = (
        f"{options.input.name}: {len(homes)} homes, {options.splits} splits, a fifth "
        f"held out, seed {options.seed}"
    )
    print(as_text(title, results))
    if options.json:
        write_json(options.json, {"title": title, **results.as_dict()})
