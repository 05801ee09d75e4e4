"""Asks everybody for the same strangers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import combinations
from typing import Any, Final

import numpy as np
from sklearn.cluster import KMeans  # type: ignore[import-untyped]
from sklearn.metrics import (  # type: ignore[import-untyped]
    davies_bouldin_score,
    silhouette_score,
)

from custom_components.wattwise.analytics.clustering.k_means import Floats, k_means
from custom_components.wattwise.analytics.clustering.stability import adjusted_rand
from custom_components.wattwise.analytics.similar_homes.household_profile import (
    HouseholdProfile,
)
from custom_components.wattwise.analytics.similar_homes.reference_model import (
    ReferenceModel,
)
from wattwise_dev.benchmark.progress import Say
from wattwise_dev.group_training.training import GROUPS, train

from .bootstrap_stability import bootstrap_stability
from .contestants import (
    Grouping,
    all_homes,
    asked,
    boosted_trees,
    one_hot_groups,
    our_groups,
    positions,
    prototype_groups,
)
from .homes import MeasuredHome, Split, ln_kwh
from .said import Said, Scores, r_squared, score

OURS: Final = "six questions, electric heaters"
# Groups of samples are compared with each other: so many.
_ROUNDS: Final = 10
_SEEDS: Final = 20


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """How good groups are."""

    groups: float
    r2: float
    """Of ln kWh, by the mean of the group."""
    silhouette: float
    davies_bouldin: float
    stability: float
    """Mean adjusted Rand index of groups of bootstrap samples; NaN: not measured."""
    smallest: float
    """Share of the homes in the smallest group."""


@dataclass(frozen=True, slots=True)
class Inertia:
    """Ours through scikit-learn's, over seeds."""

    mean: float
    worst: float


@dataclass(frozen=True, slots=True)
class Results:
    """Means over the splits."""

    scores: Mapping[str, Scores]
    spreads: Mapping[str, Scores]
    """Standard deviations over the splits."""
    groups: Mapping[str, GroupFigures]
    learned_anew: float
    """Agreement of groups of models that learned all from samples of the homes."""
    inertia: Inertia

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def compete(all_splits: Sequence[Split], seed: int, say: Say) -> Results:
    """Measure on every split; what takes long, on the first one."""
    scores: dict[str, list[Scores]] = {}
    groups: dict[str, list[GroupFigures]] = {}
    first: ReferenceModel | None = None
    for number, split in enumerate(all_splits):
        model = _taught(split.known, seed)
        first = first or model
        use = ln_kwh(split.strangers)
        groupings = _groupings(model, split, seed)
        said = _all_said(model, split, groupings, seed)
        for name, one in said.items():
            scores.setdefault(name, []).append(score(one, use, said[OURS].expected))
        for grouping in groupings:
            figures = _figures(grouping, split, use, seed)
            groups.setdefault(grouping.name, []).append(figures)
        say(f"split {number + 1} of {len(all_splits)}: R2 {scores[OURS][-1].r2:.3f}")
    if first is None:
        raise ValueError("no split, nothing to measure")
    learned_anew = _learned_anew(all_splits[0], seed)
    say("groups of models that learned anew are compared")
    inertia = _inertia(positions(first, all_splits[0].known))
    return Results(
        {name: _mean(many) for name, many in scores.items()},
        {name: _spread(many) for name, many in scores.items()},
        {name: _mean(many) for name, many in groups.items()},
        learned_anew,
        inertia,
    )


def _taught(homes: Sequence[MeasuredHome], seed: int) -> ReferenceModel:
    return train([home.home for home in homes], seed)


def _groupings(model: ReferenceModel, split: Split, seed: int) -> list[Grouping]:
    prototypes = prototype_groups(split, seed)
    return [
        our_groups(model, split),
        one_hot_groups(split, seed),
        *([prototypes] if prototypes else []),
    ]


def _all_said(
    model: ReferenceModel, split: Split, groupings: Sequence[Grouping], seed: int
) -> dict[str, Said]:
    homes = split.strangers
    four = [
        HouseholdProfile(
            dwelling=home.six.dwelling,
            floor_area_m2=home.six.floor_area_m2,
            occupants=home.six.occupants,
            heating=home.six.heating,
        )
        for home in homes
    ]
    nothing = [HouseholdProfile() for _ in homes]
    return {
        OURS: asked(model, homes, [home.six for home in homes]),
        "with rooms and televisions": asked(model, homes, [h.profile for h in homes]),
        "four questions": asked(model, homes, four),
        "no question, climate alone": asked(model, homes, nothing),
        "gradient boosting": boosted_trees(split, seed),
        **{f"groups: {one.name}": one.said(split) for one in groupings},
        "all homes": all_homes(split),
    }


def _figures(grouping: Grouping, split: Split, use: Floats, seed: int) -> GroupFigures:
    at, labels = grouping.strangers_at, grouping.strangers
    stability = np.nan
    if grouping.divide is not None:
        stability = bootstrap_stability(
            len(grouping.known_at), grouping.divide, seed=seed, rounds=_ROUNDS
        )
    return GroupFigures(
        grouping.groups,
        r_squared(grouping.said(split).expected, use),
        float(silhouette_score(at, labels)),
        float(davies_bouldin_score(at, labels)),
        stability,
        float(np.bincount(labels, minlength=grouping.groups).min() / len(labels)),
    )


def _learned_anew(split: Split, seed: int) -> float:
    """Return how far groups agree whose whole model learned from samples of the homes."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(_ROUNDS):
        drawn = random.integers(len(split.known), size=len(split.known)).tolist()
        model = _taught([split.known[number] for number in drawn], seed)
        found.append(our_groups(model, Split((), split.strangers)).strangers)
    pairs = [adjusted_rand(one, other) for one, other in combinations(found, 2)]
    return float(np.mean(pairs))


def _inertia(points: Floats) -> Inertia:
    ratios = []
    for seed in range(_SEEDS):
        ours = k_means(points, sum(GROUPS), seed=seed, starts=10).inertia
        theirs = KMeans(sum(GROUPS), n_init=10, random_state=seed).fit(points).inertia_
        ratios.append(ours / theirs)
    return Inertia(float(np.mean(ratios)), float(np.max(ratios)))


def _mean[Figures: (Scores, GroupFigures)](many: Sequence[Figures]) -> Figures:
    return _each(many, np.mean)


def _spread[Figures: (Scores, GroupFigures)](many: Sequence[Figures]) -> Figures:
    return _each(many, np.std)


def _each[Figures: (Scores, GroupFigures)](
    many: Sequence[Figures], what: Any
) -> Figures:
    kind = type(many[0])
    return kind(
        *(
            float(what([getattr(one, field.name) for one in many]))
            for field in fields(kind)
        )
    )
