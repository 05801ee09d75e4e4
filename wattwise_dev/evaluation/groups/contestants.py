"""Who is asked for strangers: our model, and what others would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from sklearn.cluster import KMeans  # type: ignore[import-untyped]
from sklearn.ensemble import HistGradientBoostingRegressor  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from custom_components.wattwise.analytics.clustering.k_means import (
    Floats,
    Integers,
    k_means,
    nearest,
)
from custom_components.wattwise.analytics.similar_homes.expectation import expect_by
from custom_components.wattwise.analytics.similar_homes.expected_use import percentile
from custom_components.wattwise.analytics.similar_homes.group_kinds import (
    is_apartment,
)
from custom_components.wattwise.analytics.similar_homes.home_features import (
    components,
    feature_values,
)
from custom_components.wattwise.analytics.similar_homes.household_profile import (
    HouseholdProfile,
)
from custom_components.wattwise.analytics.similar_homes.reference_model import (
    ReferenceModel,
)
from wattwise_dev.group_training.training import STARTS, centers_of, divided

from .bootstrap_stability import Divide
from .homes import (
    MeasuredHome,
    Split,
    ln_kwh,
    one_hot,
    plain_choices,
    plain_numbers,
)
from .said import TAILS, Said

# As many as are usually taken, and as were found best for the one-hot K-means.
PLAIN_GROUPS: Final = 8
# K-prototypes takes minutes for more.
_PROTOTYPE_ROWS: Final = 1500


@dataclass(frozen=True, slots=True)
class Grouping:
    """Homes in groups: where they stand, and in which group; of both parts of a split."""

    name: str
    known_at: Floats
    known: Integers
    strangers_at: Floats
    strangers: Integers
    divide: Divide | None
    """How `known` are divided by a part of them; None: it takes too long."""

    @property
    def groups(self) -> int:
        """How many there are."""
        return int(self.known.max()) + 1

    def said(self, split: Split) -> Said:
        """Expect of each home what its group uses, and place it there."""
        use = ln_kwh(split.known)
        members = [np.sort(use[self.known == group]) for group in range(self.groups)]
        mean = np.array([one.mean() for one in members])
        tails = np.array([np.quantile(one, TAILS) for one in members])
        place = [
            np.searchsorted(members[group], value) / len(members[group])
            for group, value in zip(
                self.strangers, ln_kwh(split.strangers), strict=True
            )
        ]
        return Said(mean[self.strangers], tails[self.strangers], np.array(place))


def asked(
    model: ReferenceModel,
    homes: Sequence[MeasuredHome],
    profiles: Sequence[HouseholdProfile],
) -> Said:
    """Ask our model for homes, by some of their answers."""
    answers = [
        expect_by(model, profile, home.climate)
        for home, profile in zip(homes, profiles, strict=True)
    ]
    tails = [dict(answer.quantiles_kwh) for answer in answers]
    return Said(
        np.log([answer.median_kwh for answer in answers]),
        np.log([[one[tail] for tail in TAILS] for one in tails]),
        np.array(
            [
                percentile(answer, float(np.exp(home.ln_kwh)))
                for answer, home in zip(answers, homes, strict=True)
            ]
        ),
    )


def our_groups(model: ReferenceModel, split: Split) -> Grouping:
    """Return the groups of our model."""
    names = list(model.centers)

    def of(homes: Sequence[MeasuredHome]) -> tuple[Floats, Integers]:
        at = positions(model, homes)
        groups = [names.index(expect_by(model, h.six, h.climate).group) for h in homes]
        return at, np.array(groups)

    at, known = of(split.known)
    kinds = np.array([_is_apartment(home) for home in split.known], dtype=np.int64)

    def divide(drawn: Integers, seed: int) -> Integers:
        return divided(at, kinds, centers_of(at[drawn], kinds[drawn], seed))

    return Grouping("ours", at, known, *of(split.strangers), divide)


def _is_apartment(home: MeasuredHome) -> bool:
    dwelling = home.profile.dwelling
    return dwelling is not None and is_apartment(dwelling)


def positions(model: ReferenceModel, homes: Sequence[MeasuredHome]) -> Floats:
    """Return where homes stand, where our model groups them."""
    rows = []
    for home in homes:
        known = components(home.six, home.climate, model.places)
        standard = model.standardised(feature_values(model.features, known))
        told = tuple(at for at, value in enumerate(standard) if value is not None)
        values = [value for value in standard if value is not None]
        rows.append(model.position(model.fit(told), values))
    return np.array(rows)


def one_hot_groups(split: Split, seed: int) -> Grouping:
    """Return those of scikit-learn's KMeans on answers as they are.

    Numbers are standardised, choices are not: of the usual ways, that one tells most.
    """
    scaler = StandardScaler().fit(plain_numbers(split.known))
    known, strangers = (
        np.column_stack([scaler.transform(plain_numbers(homes)), one_hot(homes)])
        for homes in (split.known, split.strangers)
    )
    found = KMeans(PLAIN_GROUPS, n_init=10, random_state=seed).fit(known)

    def divide(drawn: Integers, one_seed: int) -> Integers:
        groups = k_means(known[drawn], PLAIN_GROUPS, seed=one_seed, starts=STARTS)
        return nearest(known, groups.centers)

    return Grouping(
        "K-means, one-hot",
        known,
        found.labels_,
        strangers,
        found.predict(strangers),
        divide,
    )


def prototype_groups(split: Split, seed: int) -> Grouping | None:
    """Return those of k-prototypes, from a part of the homes; None: not installed."""
    if find_spec("kmodes") is None:
        return None
    prototypes: Any = import_module("kmodes.kprototypes").KPrototypes
    scaler = StandardScaler().fit(plain_numbers(split.known))
    known, strangers = (
        np.column_stack([scaler.transform(plain_numbers(homes)), plain_choices(homes)])
        for homes in (split.known, split.strangers)
    )
    choices = list(range(plain_numbers(split.known[:1]).shape[1], known.shape[1]))
    found = prototypes(PLAIN_GROUPS, n_init=2, random_state=seed)
    found.fit(known[:_PROTOTYPE_ROWS], categorical=choices)
    return Grouping(
        "k-prototypes",
        known,
        found.predict(known, categorical=choices).astype(np.int64),
        strangers,
        found.predict(strangers, categorical=choices).astype(np.int64),
        None,
    )


def boosted_trees(split: Split, seed: int) -> Said:
    """Ask scikit-learn's gradient boosting: what the answers can tell at best."""
    known, strangers = (
        np.column_stack([plain_numbers(homes), plain_choices(homes)])
        for homes in (split.known, split.strangers)
    )
    use = ln_kwh(split.known)

    def trees(**loss: Any) -> Floats:
        model = HistGradientBoostingRegressor(
            learning_rate=0.04,
            max_iter=250,
            max_leaf_nodes=6,
            min_samples_leaf=15,
            l2_regularization=5,
            random_state=seed,
            **loss,
        )
        said: Floats = model.fit(known, use).predict(strangers)
        return said

    tails = [trees(loss="quantile", quantile=tail) for tail in TAILS]
    return Said(trees(), np.sort(np.column_stack(tails), axis=1), None)


def all_homes(split: Split) -> Said:
    """Expect the same of every home."""
    use = np.sort(ln_kwh(split.known))
    count = len(split.strangers)
    place = np.searchsorted(use, ln_kwh(split.strangers)) / len(use)
    return Said(
        np.full(count, use.mean()), np.tile(np.quantile(use, TAILS), (count, 1)), place
    )
