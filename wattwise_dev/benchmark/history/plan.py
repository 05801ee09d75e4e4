"""How much is kept and asked for, in a full run and in a quick one."""

from dataclasses import dataclass
from typing import Final

# Readings in one commit.
BATCH_SIZES: Final = (1, 100, 1_000)
DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Plan:
    """The sizes of a run."""

    coarse_days: int
    """History at 15 minutes that is there before."""
    fine_days: int
    """History at 10 seconds that is booked as an import, by each meter."""
    rounds: int
    """How often bare SQLite and the history take turns in being measured."""
    commits: dict[int, int]
    """In each round, by the readings in one."""
    idle_s: float
    """How long the idle event loop is watched."""
    recorder_days: int
    """The last days, whose states the recorder is given too."""
    raw_days: int
    """Of the readings that are read one by one."""
    voltage_days: int
    """Of the hours whose voltages are asked for."""
    cold: int
    """How often each question is asked of a file just opened."""
    warm: int
    """How often it is asked again."""


FULL: Final = Plan(
    coarse_days=336,
    fine_days=29,
    rounds=4,
    commits={1: 150, 100: 75, 1_000: 30},
    idle_s=5,
    recorder_days=7,
    raw_days=7,
    voltage_days=29,
    cold=3,
    warm=20,
)
QUICK: Final = Plan(
    coarse_days=20,
    fine_days=1,
    rounds=2,
    commits={1: 50, 100: 20, 1_000: 10},
    idle_s=1,
    recorder_days=1,
    raw_days=1,
    voltage_days=1,
    cold=2,
    warm=5,
)
