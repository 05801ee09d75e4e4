"""scripts/evaluate load-shapes: what the arguments ask for."""

import argparse
from collections.abc import Sequence
import csv
from dataclasses import fields
import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from custom_components.wattwise.analytics.load_shapes.archetypes import (
    Archetypes,
    shipped_archetypes,
)
from custom_components.wattwise.analytics.load_shapes.load_shape import (
    LoadShape,
    ShapeKind,
)
from wattwise_dev.benchmark.progress import Say
from wattwise_dev.evaluation.errors import EvaluationError
from wattwise_dev.evaluation.household import Household
from wattwise_dev.evaluation.reading import read_households
from wattwise_dev.evaluation.report import write_json

from .shape_figures import shape_figures
from .shape_home import ShapeHome, shape_home, wholes
from .shape_report import as_text
from .training import SEED, train

# As for anomalies: homes with more hours than this without use have zeros for gaps.
_ZEROS: Final = 0.2
_DIGITS: Final = 4


def evaluate_load_shapes(options: argparse.Namespace, say: Say) -> None:
    """Measure the kinds of load shapes, or learn them from the homes."""
    homes = _usable(read_households(options, say), say)
    if options.archetypes:
        if len(homes) < len(ShapeKind):
            raise EvaluationError(f"{len(ShapeKind)} kinds need as many homes")
        _write_archetypes(options.archetypes, train(wholes(homes)), homes)
        say(f"kinds of {len(homes)} homes are in {options.archetypes}")
        return
    archetypes = shipped_archetypes()
    if options.output:
        _write_kinds(options.output, homes, archetypes)
        say(f"the kinds of {len(homes)} homes are in {options.output}")
    figures = shape_figures(homes, archetypes)
    path = options.input or options.homes
    title = f"{path.name}: {len(homes)} home(s)"
    print(as_text(title, figures))
    if options.json:
        write_json(options.json, {"title": title, **figures.as_dict()})


def _usable(homes: Sequence[Household], say: Say) -> list[ShapeHome]:
    usable = []
    for home in homes:
        zeros = float((home.measured == 0).mean())
        if zeros > _ZEROS:
            say(f"{home.name} is left out: {zeros:.0%} zeros")
        elif found := shape_home(home):
            usable.append(found)
        else:
            say(f"{home.name} is left out: too little is known of a half of its days")
    if not usable:
        raise EvaluationError("no home is left")
    return usable


def _write_archetypes(
    path: Path, archetypes: Archetypes, homes: Sequence[ShapeHome]
) -> None:
    found = [archetypes.kind_of(home.whole).kind for home in homes]
    facts: dict[str, Any] = {
        "learned_from": {
            "homes": len(homes),
            "days": int(np.median([home.whole.days for home in homes])),
            "seed": SEED,
            "of_a_kind": {kind.value: found.count(kind) for kind in ShapeKind},
        },
        **_rounded(archetypes.as_dict()),
    }
    path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    """Return the same with few digits: more would tell of single homes, and no better."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, _DIGITS)


def _write_kinds(
    path: Path, homes: Sequence[ShapeHome], archetypes: Archetypes
) -> None:
    names = [field.name for field in fields(LoadShape)]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["home", "kind", "also", *names])
        for home in homes:
            found = archetypes.kind_of(home.whole)
            rows.writerow(
                [
                    home.name,
                    found.kind.value,
                    found.also.value if found.also else "",
                    *(getattr(home.whole, name) for name in names),
                ]
            )
