"""The file with what was learned from the survey: `model.json`, shipped."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
import json
from pathlib import Path
from typing import Any, Final

from .reference_model import ReferenceModel, Target

FILE: Final = Path(__file__).with_name("model.json")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a model comes from."""

    survey: str
    licence: str
    homes: int
    trained_by: str
    seed: int


@cache
def shipped_model() -> ReferenceModel:
    """Read the file, once; blocking."""
    return model_of(json.loads(FILE.read_text(encoding="utf-8")))


def model_of(facts: Mapping[str, Any]) -> ReferenceModel:
    """Return the model of what `facts_of` made."""
    return ReferenceModel(
        features=tuple(facts["features"]),
        means=tuple(facts["means"]),
        scales=tuple(facts["scales"]),
        penalties=tuple(facts["penalties"]),
        moments=tuple(tuple(row) for row in facts["moments"]),
        ln_kwh=_target(facts["ln_kwh"]),
        variance=facts["variance"],
        heating_share=_target(facts["heating_share"]),
        cooling_share=_target(facts["cooling_share"]),
        places=tuple((heating, cooling) for heating, cooling in facts["places"]),
        sum_weight=facts["sum_weight"],
        centers={name: tuple(center) for name, center in facts["centers"].items()},
        residuals={name: tuple(row) for name, row in facts["residuals"].items()},
    )


def facts_of(model: ReferenceModel, provenance: Provenance) -> dict[str, Any]:
    """Return a model as what a JSON file holds, rounded to what counts."""
    return {
        "provenance": {
            "survey": provenance.survey,
            "licence": provenance.licence,
            "homes": provenance.homes,
            "trained_by": provenance.trained_by,
            "seed": provenance.seed,
        },
        "features": list(model.features),
        "means": _rounded(model.means),
        "scales": _rounded(model.scales),
        "penalties": _rounded(model.penalties, 8),
        "moments": [_rounded(row) for row in model.moments],
        "ln_kwh": _target_facts(model.ln_kwh),
        "variance": round(model.variance, 6),
        "heating_share": _target_facts(model.heating_share),
        "cooling_share": _target_facts(model.cooling_share),
        "places": [_rounded(place, 1) for place in model.places],
        "sum_weight": model.sum_weight,
        "centers": {name: _rounded(row, 4) for name, row in model.centers.items()},
        "residuals": {name: _rounded(row, 4) for name, row in model.residuals.items()},
    }


def _target(facts: Mapping[str, Any]) -> Target:
    return Target(facts["mean"], tuple(facts["moments"]))


def _target_facts(target: Target) -> dict[str, Any]:
    return {"mean": round(target.mean, 6), "moments": _rounded(target.moments)}


def _rounded(values: tuple[float, ...], digits: int = 6) -> list[float]:
    return [round(value, digits) for value in values]
