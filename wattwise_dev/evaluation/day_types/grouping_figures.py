"""How real a home's day types are: apart, the same a fortnight later, and foreseeable."""

from dataclasses import dataclass
import math
from typing import Final

import numpy as np
from sklearn.metrics import silhouette_score  # type: ignore[import-untyped]

from custom_components.wattwise.analytics.clustering.k_means import k_means, nearest
from custom_components.wattwise.analytics.day_types.day_parts import (
    mean_powers,
    on_scale,
    usual_power,
)
from custom_components.wattwise.analytics.day_types.expected_type import outlook
from custom_components.wattwise.analytics.day_types.learned_types import (
    LearnedTypes,
    learn,
)
from custom_components.wattwise.analytics.day_types.number_of_types import in_common
from custom_components.wattwise.analytics.forecasting.past import Past

from .days_of_a_home import days_known

# Types that somebody would take who does not look at the home.
BLIND: Final = 4
# The hours of today after which its type is asked for.
HOURS: Final = (0, 6, 12, 18)
TOMORROW: Final = "tomorrow"
FIRST_DAY: Final = 84
NIGHTS: Final = 14


@dataclass(frozen=True, slots=True)
class Foresight:
    """How well the type of days was told: `right` and `said` are shares.

    `by_share` is how often the type that is the most frequent of the home is right; losses
    are mean negative log probabilities.
    """

    asked: int
    right: float
    said: float
    loss: float
    by_share: float
    loss_by_share: float


@dataclass(frozen=True, slots=True)
class GroupingFigures:
    """What was measured of the types of one home.

    `kept` is the share of the days that have the type of a fortnight before when all is
    learned anew, by its name; `blind_kept` the same of BLIND groups, matched as well as
    can be; `kept_if_matched` that of the types without their names.
    """

    home: str
    names: tuple[str, ...]
    stability: float
    silhouette: float | None
    blind_silhouette: float
    kept: float
    kept_if_matched: float
    blind_kept: float
    foresight: dict[str, Foresight]


def measure_grouping(home: str, past: Past) -> GroupingFigures | None:
    """Learn the types of a home every fortnight, and look; None with too few days."""
    types: LearnedTypes | None = None
    labels: np.ndarray | None = None
    blind: np.ndarray | None = None
    kept, matched, blind_kept = [], [], []
    told: dict[str, list[tuple[float, bool, float, float, bool]]] = {}
    for day in range(FIRST_DAY, past.days - 1, NIGHTS):
        days = days_known(past, day)
        found = learn(days, types)
        if found is None:
            continue
        whole = past.measured[:day]
        anew, blindly = found.labels(whole), _blind_labels(whole)
        if types is not None and labels is not None and blind is not None:
            then = labels >= 0
            names, earlier = np.array(found.names), np.array(types.names)
            same = names[anew[: len(labels)][then]] == earlier[labels[then]]
            kept.append(float(same.mean()))
            matched.append(_kept_share(labels[then], anew[: len(labels)][then]))
            known = (blind >= 0) & (blindly[: len(blind)] >= 0)
            blind_kept.append(_kept_share(blind[known], blindly[: len(blind)][known]))
        types, labels, blind = found, anew, blindly
        _ask(types, past, day, told)
    if types is None or not kept:
        return None
    return GroupingFigures(
        home,
        tuple(name.value for name in types.names),
        types.stability,
        *_silhouettes(types, past),
        float(np.mean(kept)),
        float(np.mean(matched)),
        float(np.mean(blind_kept)),
        {when: _foresight(asked) for when, asked in told.items()},
    )


def _ask(
    types: LearnedTypes,
    past: Past,
    learned: int,
    told: dict[str, list[tuple[float, bool, float, float, bool]]],
) -> None:
    """Ask for the type of some days of the fortnight after types were learned."""
    shares = {one.name: one.share for one in types.types}
    usual = max(shares, key=shares.__getitem__)
    if len(shares) < 2:
        return
    for day in range(learned, min(learned + NIGHTS, past.days - 1), 3):
        truth = types.labels(past.measured[day : day + 2])
        for hour in HOURS:
            said = outlook(types, days_known(past, day, hour))
            asked = [(f"{hour} h", said.today, truth[0])]
            if hour == 0:
                asked.append((TOMORROW, said.tomorrow, truth[1]))
            for when, expected, label in asked:
                if expected is None or label < 0:
                    continue
                name = types.names[label]
                told.setdefault(when, []).append(
                    (
                        expected.chances[name],
                        expected.name is name,
                        expected.probability,
                        shares[name],
                        usual is name,
                    )
                )


def _foresight(asked: list[tuple[float, bool, float, float, bool]]) -> Foresight:
    def loss(chances: list[float]) -> float:
        return float(np.mean([-math.log(max(chance, 1e-6)) for chance in chances]))

    return Foresight(
        len(asked),
        float(np.mean([one[1] for one in asked])),
        float(np.mean([one[2] for one in asked])),
        loss([one[0] for one in asked]),
        float(np.mean([one[4] for one in asked])),
        loss([one[3] for one in asked]),
    )


def _blind_labels(energy: np.ndarray) -> np.ndarray:
    """Return the groups of days (days, 24) by their plain hours; -1 in days with gaps."""
    labels = np.full(len(energy), -1, dtype=np.int64)
    whole = ~np.isnan(energy).any(axis=1)
    lately = energy[whole][-365:]
    groups = k_means(lately, BLIND, seed=len(lately), starts=1)
    labels[whole] = nearest(energy[whole], groups.centers)
    return labels


def _kept_share(before: np.ndarray, after: np.ndarray) -> float:
    """Return the share of days in the group that is most like theirs of before."""
    count = int(max(before.max(), after.max())) + 1
    common = in_common(before, after, count)
    partner: dict[int, int] = {}
    for at in np.argsort(-common, axis=None):
        one, other = divmod(int(at), count)
        if one not in partner and other not in partner.values():
            partner[one] = other
    return float(np.mean([partner[int(one)] for one in before] == after))


def _silhouettes(types: LearnedTypes, past: Past) -> tuple[float | None, float]:
    """Return those of the types on their scale, and of blind groups on plain hours."""
    days = past.measured[-365:]
    labels = types.labels(days)
    known = labels >= 0
    powers = on_scale(mean_powers(days[known]), usual_power(days[known]))
    silhouette = None
    if len(set(labels[known].tolist())) > 1:
        silhouette = float(silhouette_score(powers, labels[known]))
    blind = _blind_labels(days)
    whole = blind >= 0
    return silhouette, float(silhouette_score(days[whole], blind[whole]))
