"""Events in households, and who found them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
import statistics
from typing import Any, Final

import numpy as np

from custom_components.wattwise.analytics.anomalies.hour_series import (
    Flags,
    HourSeries,
)
from custom_components.wattwise.analytics.anomalies.thresholds import DAYS_OF_A_MONTH
from wattwise_dev.benchmark.progress import Say

from .baselines import Forest, RobustZ, ThreeSigma, ThreeSigmaAsIs
from .contestant import Contestant, WattWise
from .events import FIRST_DAY, EventKind, events_of

CONTESTANTS: Final[tuple[type[Contestant], ...]] = (
    WattWise,
    RobustZ,
    ThreeSigma,
    ThreeSigmaAsIs,
    Forest,
)


class Rule(StrEnum):
    """How flags are counted, those of all contestants alike."""

    ANY = "any flag"
    """An hour is flagged or it is not, for whatever reason."""
    BY_SIGN = "by sign"
    """More than expected, less than expected and faults of the meter, each on its own."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What one contestant reached in one home by one rule.

    `delays` [h] are those from the begin of an event to the end of the first hour that
    was flagged for it, of the events of each kind that were found.
    """

    false_alarms: int
    delays: dict[EventKind, list[int]]


@dataclass(frozen=True, slots=True)
class Score:
    """What one contestant reached in one home, of the `put` events of each kind."""

    home: str
    months: float
    put: dict[EventKind, int]
    counted: dict[Rule, Counted]


@dataclass(slots=True)
class Standing:
    """What one contestant reached in all homes."""

    name: str
    scores: list[Score] = field(default_factory=list)

    def recall(self, kind: EventKind, rule: Rule) -> float:
        """Share of the events that were found."""
        put = sum(score.put[kind] for score in self.scores)
        return len(self._delays(kind, rule)) / put

    def delay(self, kind: EventKind, rule: Rule) -> float | None:
        """Median hours until an event was found, of those that were."""
        delays = self._delays(kind, rule)
        return statistics.median(delays) if delays else None

    def false_alarms(self, rule: Rule) -> float:
        """Return false alarms per home and month."""
        months = sum(score.months for score in self.scores)
        return sum(score.counted[rule].false_alarms for score in self.scores) / months

    def worst_home(self, rule: Rule) -> float:
        """Return the false alarms per month of the home that has most."""
        return max(
            score.counted[rule].false_alarms / score.months for score in self.scores
        )

    def _delays(self, kind: EventKind, rule: Rule) -> list[int]:
        return [
            delay for score in self.scores for delay in score.counted[rule].delays[kind]
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return all figures."""
        return {
            "name": self.name,
            "rules": {rule.value: self._by_rule(rule) for rule in Rule},
        }

    def _by_rule(self, rule: Rule) -> dict[str, Any]:
        return {
            "false_alarms_per_home_month": self.false_alarms(rule),
            "false_alarms_of_the_worst_home": self.worst_home(rule),
            "events": {
                kind.value: {
                    "put": sum(score.put[kind] for score in self.scores),
                    "recall": self.recall(kind, rule),
                    "delay_hours": self.delay(kind, rule),
                }
                for kind in EventKind
            },
            "homes": {
                score.home: {
                    "false_alarms_per_month": score.counted[rule].false_alarms
                    / score.months,
                    "recall": {
                        kind.value: len(score.counted[rule].delays[kind])
                        / score.put[kind]
                        for kind in EventKind
                    },
                }
                for score in self.scores
            },
        }


def compete(
    homes: Sequence[tuple[str, HourSeries]], each: int, seed: int, say: Say
) -> list[Standing]:
    """Put the same events into each home for all contestants, and count."""
    standings = [Standing(contestant.name) for contestant in CONTESTANTS]
    for number, (name, series) in enumerate(homes, start=1):
        events = list(events_of(series, each, seed + number))
        for contestant, standing in zip(CONTESTANTS, standings, strict=True):
            asked = contestant(series)
            flags = asked.flags
            flags[:, series.place.day < FIRST_DAY] = False
            alarms = {
                Rule.ANY: asked.alarms_since(FIRST_DAY),
                Rule.BY_SIGN: asked.told_since(FIRST_DAY),
            }
            score = Score(
                name,
                (series.days - FIRST_DAY) / DAYS_OF_A_MONTH,
                dict.fromkeys(EventKind, 0),
                {
                    rule: Counted(alarms[rule], {kind: [] for kind in EventKind})
                    for rule in Rule
                },
            )
            for event in events:
                score.put[event.kind] += 1
                said = asked.flags_of(event.put_into(series), event.begin)
                before = flags[:, event.begin : event.end]
                for rule, counted in score.counted.items():
                    hour = first_new(said, before, rule)
                    if hour is not None:
                        counted.delays[event.kind].append(hour + 1)
            standing.scores.append(score)
        told = standings[0].scores[-1]
        counted = told.counted[Rule.ANY]
        say(
            f"{name} ({number} of {len(homes)}): {len(events)} events, wattwise found "
            f"{sum(map(len, counted.delays.values()))}, "
            f"{counted.false_alarms / told.months:.2f} false alarms a month"
        )
    return standings


def first_new(said: Flags, before: Flags, rule: Rule) -> int | None:
    """Return the first hour that is flagged now and was not before; None without any.

    Both are (signs, hours). An hour flagged anyway is no merit.
    """
    if rule is Rule.ANY:
        said = np.asarray(said.any(axis=0, keepdims=True))
        before = np.asarray(before.any(axis=0, keepdims=True))
    new = np.flatnonzero((said & ~before).any(axis=0))
    return int(new[0]) if new.size else None
