"""Evaluate forecasts and anomalies: python -m wattwise_dev.evaluation SUBJECT --help."""

import argparse
from collections.abc import Sequence
import os
import sys

from wattwise_dev.benchmark.progress import Progress, Say

from .anomalies.command import evaluate_anomalies
from .arguments import arguments
from .chosen import chosen_homes, chosen_models
from .contest import Entry, run_apart
from .day_types.command import evaluate_day_types
from .errors import EvaluationError
from .figures import standings
from .forecast_file import write_forecasts
from .groups.command import evaluate_groups
from .household import Household
from .load_shapes.command import evaluate_load_shapes
from .month_end import evaluate_bill
from .other_people import OTHER_PEOPLES, ask_others
from .part_of_year import evaluate_part_of_year
from .plan import Plan
from .reading import read_households
from .report import as_text, write_csv, write_json
from .together import evaluate_together
from .within_day import as_text as within_day_text, measure_within_day


def main(command_line: list[str] | None = None) -> int:
    """Do what the arguments ask for; 1 where it cannot be done."""
    options = arguments(command_line)
    # Times are compared for one thread, and the machine has other things to do.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    try:
        say = Progress.begin()
        if options.subject == "anomalies":
            evaluate_anomalies(options, say)
        elif options.subject == "day-types":
            evaluate_day_types(options, say)
        elif options.subject == "bill":
            evaluate_bill(options, say)
        elif options.subject == "together":
            evaluate_together(options, say)
        elif options.subject == "part-of-year":
            evaluate_part_of_year(options, say)
        elif options.subject == "groups":
            evaluate_groups(options, say)
        elif options.subject == "load-shapes":
            evaluate_load_shapes(options, say)
        else:
            _evaluate(options, say)
    except EvaluationError as err:
        print(f"scripts/evaluate: {err}", file=sys.stderr)
        return 1
    return 0


def _evaluate(options: argparse.Namespace, say: Say) -> None:
    models = chosen_models(options.models)
    if options.within_day and options.lead:
        raise EvaluationError("--within-day is about the day that begins: no --lead")
    pool = read_households(options, say)
    names = [home.name for home in pool]
    scored = set(chosen_homes(options.score, names))
    homes = [home for home in pool if home.name in scored]
    plan = Plan(options.lead, options.after, options.origins, options.history)
    for home in homes:
        say(
            f"{home.name}: {home.past.days} days from {home.first}, "
            f"{len(plan.origins_of(home))} origins"
        )
    title = _title(options, homes, plan)
    if options.within_day:
        within = measure_within_day(homes, plan, say)
        print(within_day_text(title, within))
        if options.json:
            facts = {"title": title, "within_day": [home.as_dict() for home in within]}
            write_json(options.json, facts)
        return
    entries = [_entry(model, homes, pool, plan, say) for model in models]
    if options.output:
        rows = write_forecasts(options.output, entries[0], homes, plan)
        say(f"{rows} rows of {entries[0].name} are in {options.output}")
    figures = standings(entries, homes, plan)
    print(as_text(title, figures))
    if options.json:
        facts = {"title": title, "models": [standing.as_dict() for standing in figures]}
        write_json(options.json, facts)
    if options.csv:
        write_csv(options.csv, figures)


def _entry(
    model: str,
    homes: Sequence[Household],
    pool: Sequence[Household],
    plan: Plan,
    say: Say,
) -> Entry:
    say(f"{model} ...")
    if model in OTHER_PEOPLES:
        return ask_others(model, homes, pool, plan)
    return run_apart(model, homes, plan, say)


def _title(options: argparse.Namespace, homes: Sequence[Household], plan: Plan) -> str:
    path = options.input or options.homes
    known = "all days" if plan.history is None else f"{plan.history} days"
    day = "the day that begins" if plan.lead == 0 else "the day after"
    return (
        f"{path.name}: {len(homes)} home(s), slots of {options.step} min, at each "
        f"midnight {day}, from {known} before it"
    )


if __name__ == "__main__":
    sys.exit(main())
