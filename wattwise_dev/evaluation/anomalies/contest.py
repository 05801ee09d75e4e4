"""Events in households, and who found them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
import statistics
from typing import Any, Final

import numpy as np

from custom_components.wattwise.analytics.anomalies.hour_series import HourSeries
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


@dataclass(frozen=True, slots=True)
class Score:
    """What one contestant reached in one home.

    `delays` [h] are those from the begin of an event to the end of the first hour that
    was flagged for it, of the `put` events of each kind that were found.
    """

    home: str
    false_alarms: int
    months: float
    put: dict[EventKind, int]
    delays: dict[EventKind, list[int]]


@dataclass(slots=True)
class Standing:
    """What one contestant reached in all homes."""

    name: str
    scores: list[Score] = field(default_factory=list)

    def recall(self, kind: EventKind) -> float:
        """Share of the events that were found."""
        put = sum(score.put[kind] for score in self.scores)
        return sum(len(score.delays[kind]) for score in self.scores) / put

    def delay(self, kind: EventKind) -> float | None:
        """Median hours until an event was found, of those that were."""
        delays = [delay for score in self.scores for delay in score.delays[kind]]
        return statistics.median(delays) if delays else None

    @property
    def false_alarms(self) -> float:
        """False alarms per home and month."""
        months = sum(score.months for score in self.scores)
        return sum(score.false_alarms for score in self.scores) / months

    @property
    def worst_home(self) -> float:
        """False alarms per month of the home that has most."""
        return max(score.false_alarms / score.months for score in self.scores)

    def as_dict(self) -> dict[str, Any]:
        """Return all figures."""
        return {
            "name": self.name,
            "false_alarms_per_home_month": self.false_alarms,
            "false_alarms_of_the_worst_home": self.worst_home,
            "events": {
                kind.value: {
                    "put": sum(score.put[kind] for score in self.scores),
                    "recall": self.recall(kind),
                    "delay_hours": self.delay(kind),
                }
                for kind in EventKind
            },
            "homes": {
                score.home: {
                    "false_alarms_per_month": score.false_alarms / score.months,
                    "recall": {
                        kind.value: len(score.delays[kind]) / score.put[kind]
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
            score = Score(
                name,
                asked.alarms_since(FIRST_DAY),
                (series.days - FIRST_DAY) / DAYS_OF_A_MONTH,
                dict.fromkeys(EventKind, 0),
                {kind: [] for kind in EventKind},
            )
            for event in events:
                score.put[event.kind] += 1
                said = asked.flags_of(event.put_into(series), event.begin)
                # An hour flagged anyway is no merit, unless something else is told.
                before = flags[:, event.begin : event.end]
                new = np.flatnonzero((said & ~before).any(axis=0))
                if new.size:
                    score.delays[event.kind].append(int(new[0]) + 1)
            standing.scores.append(score)
        told = standings[0].scores[-1]
        say(
            f"{name} ({number} of {len(homes)}): {len(events)} events, wattwise found "
            f"{sum(map(len, told.delays.values()))}, "
            f"{told.false_alarms / told.months:.2f} false alarms a month"
        )
    return standings
