"""Learns a reference model from homes of a survey."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.clustering.k_means import (
    Floats,
    Integers,
    k_means,
    nearest,
)
from custom_components.wattwise.analytics.similar_homes.expected_use import (
    HouseholdGroup,
)
from custom_components.wattwise.analytics.similar_homes.group_kinds import APARTMENTS
from custom_components.wattwise.analytics.similar_homes.home_features import (
    questions_of,
)
from custom_components.wattwise.analytics.similar_homes.reference_model import (
    AXES,
    BASE_QUESTIONS,
    LEVELS,
    ReferenceModel,
    Target,
)

from .group_names import named_groups
from .robust_ridge import RobustRidge
from .survey_file import SurveyHome
from .survey_rows import FEATURES, SurveyRows

GROUPS: Final = (len(HouseholdGroup) - len(APARTMENTS), len(APARTMENTS))
"""Of houses, and of apartments."""
STARTS: Final = 20
# How much the sum of all effects counts beside the two axes: with less, groups tell less of
# the use; with more, other homes of the same country would make other groups.
SUM_WEIGHT: Final = 1.45
_FOLDS: Final = 10
_FEWEST: Final = 400


class TrainingError(Exception):
    """These homes cannot be learned from; the message is one line for a person."""


_NAMES: Final = tuple(FEATURES)
_PENALTIES: Final = np.array(list(FEATURES.values()))
_BASE: Final = np.array([questions_of(name) <= BASE_QUESTIONS for name in FEATURES])


def train(homes: Sequence[SurveyHome], seed: int) -> ReferenceModel:
    """Return what the homes teach of which everything is known.

    The same homes and seed give the same model. TrainingError where they are too few,
    or make groups that no names fit.
    """
    rows = SurveyRows.of(homes, seed)
    if len(rows) < _FEWEST:
        raise TrainingError(
            f"{len(rows)} complete homes are too few, {_FEWEST} are not"
        )
    base = rows.features[:, _BASE]
    ridge = RobustRidge.fit(base, rows.ln_kwh, _PENALTIES[_BASE])
    at = positions(ridge, base)
    centers = centers_of(at, rows.is_apartment, seed)
    labels = divided(at, rows.is_apartment, centers)
    names = named_groups(labels, rows)
    off = _residuals_of_strangers(base, rows.ln_kwh, seed)
    weights = ridge.weights / ridge.weights.sum()
    means = weights @ rows.features
    scales = np.sqrt(weights @ (rows.features - means) ** 2)
    scales = np.where(scales > 0, scales, 1.0)
    standard = (rows.features - means) / scales
    correlations = standard.T @ (weights[:, None] * standard)
    heating = _heating_shares(rows, ridge)
    middle = float(weights @ rows.ln_kwh)
    return ReferenceModel(
        features=_NAMES,
        means=_numbers(means),
        scales=_numbers(scales),
        penalties=_numbers(_PENALTIES / ridge.weights.sum()),
        moments=tuple(
            _numbers(row[: number + 1]) for number, row in enumerate(correlations)
        ),
        ln_kwh=_target(rows.ln_kwh, standard, weights),
        variance=float(weights @ (rows.ln_kwh - middle) ** 2),
        heating_share=_target(heating, standard, weights),
        cooling_share=_target(rows.cooling, standard, weights),
        places=rows.places,
        sum_weight=SUM_WEIGHT,
        centers={
            name: _numbers(np.vstack(centers)[number]) for number, name in names.items()
        },
        residuals={
            name: _quantiles(off[labels == number], float(np.median(off)))
            for number, name in names.items()
        },
    )


def centers_of(at: Floats, is_apartment: Integers, seed: int) -> tuple[Floats, Floats]:
    """Return the middles of the groups of houses, and of those of apartments.

    Houses and apartments are grouped by themselves: nobody's home is called what it is
    not. `at` (homes, axes) are `positions`, `is_apartment` (homes,) is 1 or 0.
    """
    houses, apartments = (
        k_means(
            at[is_apartment == kind], GROUPS[kind], seed=seed, starts=STARTS
        ).centers
        for kind in (0, 1)
    )
    return houses, apartments


def divided(
    at: Floats, is_apartment: Integers, centers: tuple[Floats, Floats]
) -> Integers:
    """Return the group of each home: houses first."""
    labels = np.zeros(len(at), dtype=np.int64)
    for kind, begin in ((0, 0), (1, GROUPS[0])):
        of_kind = is_apartment == kind
        labels[of_kind] = begin + nearest(at[of_kind], centers[kind])
    return labels


def positions(ridge: RobustRidge, base: Floats) -> Floats:
    """Return where homes stand among others: (homes, axes)."""
    own = [questions_of(name) for name in np.array(_NAMES)[_BASE].tolist()]
    shares = np.array(
        [[len(asked & axis) / len(asked) for axis in AXES] for asked in own]
    )
    at: Floats = ridge.standardised(base) @ (ridge.coefficients[:, None] * shares)
    at[:, -1] *= SUM_WEIGHT
    return at


def _residuals_of_strangers(base: Floats, ln_kwh: Floats, seed: int) -> Floats:
    """Return how far each home is off a regression that never saw it."""
    folds: Integers = np.random.default_rng(seed).permutation(len(ln_kwh)) % _FOLDS
    off = np.empty(len(ln_kwh))
    for fold in range(_FOLDS):
        strangers = folds == fold
        ridge = RobustRidge.fit(base[~strangers], ln_kwh[~strangers], _PENALTIES[_BASE])
        off[strangers] = ln_kwh[strangers] - ridge.of(base[strangers])
    return off


def _quantiles(off: Floats, median: float) -> tuple[float, ...]:
    """Return the quantiles of a group about the `median` of all homes.

    Else a home that grows would use less where it comes to another group.
    """
    return tuple(
        median if level == 0.5 else float(np.quantile(off, level)) for level in LEVELS
    )


def _heating_shares(rows: SurveyRows, ridge: RobustRidge) -> Floats:
    """Return what part of the use is heat, guessed where the survey does not tell.

    Where heaters stand beside another heating, it is what homes use more for having
    them. Where something else stands beside electric heating, it is as in homes that
    heat with electricity alone.
    """
    base = rows.features[:, _BASE]
    without = base.copy()
    for column, name in enumerate(np.array(_NAMES)[_BASE].tolist()):
        if "heaters" in name.split("*"):
            without[:, column] = 0.0
    more = ridge.of(base) - ridge.of(without)
    shares = np.where(
        np.isnan(rows.heating), 1 - np.exp(-np.maximum(more, 0)), rows.heating
    )
    is_electric = rows.features[:, _NAMES.index("electric_heat")] > 0
    told = is_electric & ~np.isnan(rows.heating)
    guessed = is_electric & ~told
    alone = RobustRidge.fit(base[told], rows.heating[told], _PENALTIES[_BASE])
    shares[guessed] = np.clip(alone.of(base[guessed]), 0, 1)
    return shares


def _target(values: Floats, standard: Floats, weights: Floats) -> Target:
    mean = float(weights @ values)
    return Target(mean, _numbers(standard.T @ (weights * (values - mean))))


def _numbers(values: Floats) -> tuple[float, ...]:
    return tuple(values.tolist())
