"""Who is where: the daily routines that make one household differ from another."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Protocol

import numpy as np

from .randomness import FloatArray

_DAY_BEGINS_H: Final = 4.0
_SATURDAY: Final = 5


class Meal(StrEnum):
    """What is cooked."""

    BREAKFAST = "breakfast"
    LUNCH = "lunch"
    DINNER = "dinner"


@dataclass(slots=True)
class Presence:
    """A day's plan of a household; times in seconds since the living day began."""

    home: FloatArray
    """Share of the people who are in, by minute."""
    awake: FloatArray
    """Share of the people who are in and up, by minute."""
    showers: list[int]
    meals: list[tuple[int, Meal]]
    arrivals: list[int]
    """When the house fills again."""

    @classmethod
    def empty(cls, minutes: int) -> Presence:
        """Return a plan in which nobody is in."""
        return cls(np.zeros(minutes), np.zeros(minutes), [], [], [])

    def stay(self, start_h: float, end_h: float, share: float = 1.0) -> None:
        """Let a share of the people be in from one clock hour to another."""
        _add(self.home, start_h, end_h, share)

    def be_up(self, start_h: float, end_h: float, share: float = 1.0) -> None:
        """Let a share of the people be up between two clock hours, while in."""
        _add(self.awake, start_h, end_h, share)

    def settle(self) -> Presence:
        """Nobody can be up at home who is out."""
        self.home = np.clip(self.home, 0, 1)
        self.awake = np.minimum(np.clip(self.awake, 0, 1), self.home)
        return self


class Routine(Protocol):
    """How a household spends its days."""

    def plan(self, day: date, minutes: int, rng: np.random.Generator) -> Presence:
        """Return the plan of a living day of so many minutes."""


@dataclass(frozen=True, slots=True)
class DayWorker:
    """Up at half past six, at work from eight to five; weekends mostly at home."""

    def plan(self, day: date, minutes: int, rng: np.random.Generator) -> Presence:
        """Return the plan of a living day."""
        plan = Presence.empty(minutes)
        to_bed = rng.normal(23.0, 0.35)
        if day.weekday() < _SATURDAY:
            up, leave = rng.normal(6.6, 0.12), rng.normal(7.75, 0.08)
            back = rng.normal(17.2, 0.3)
            plan.stay(4, leave)
            plan.stay(back, 29)
            plan.meals = [(_second(up + 0.6), Meal.BREAKFAST)]
        else:
            up = rng.normal(8.7, 0.5)
            leave = rng.uniform(10, 14.5)
            back = leave + rng.uniform(1.0, 5.0)
            plan.stay(4, leave)
            plan.stay(back, 29)
            plan.meals = [(_second(up + 0.7), Meal.BREAKFAST)]
            if leave > 13:
                plan.meals.append((_second(rng.normal(12.5, 0.2)), Meal.LUNCH))
        plan.be_up(up, leave)
        plan.be_up(back, to_bed)
        plan.showers = [_second(up + 0.15)]
        plan.meals.append((_second(max(back + 0.8, rng.normal(19, 0.4))), Meal.DINNER))
        plan.arrivals = [_second(back)]
        return plan.settle()


@dataclass(frozen=True, slots=True)
class Office:
    """Occupied from eight to six on weekdays, cleaned twice a week, else empty."""

    def plan(self, day: date, minutes: int, rng: np.random.Generator) -> Presence:
        """Return the plan of a living day."""
        plan = Presence.empty(minutes)
        if day.weekday() < _SATURDAY:
            for _ in range(10):
                come, go = rng.normal(8.2, 0.35), rng.normal(17.4, 0.45)
                lunch = rng.normal(12.5, 0.3)
                out = rng.uniform(0.4, 0.8)
                if rng.random() < 0.12:
                    continue
                for start, end in ((come, lunch), (lunch + out, go)):
                    plan.stay(start, end, 0.1)
                    plan.be_up(start, end, 0.1)
            if day.weekday() in {1, 3}:
                cleaned = rng.normal(18.6, 0.2)
                plan.stay(cleaned, cleaned + 1.2, 0.1)
                plan.be_up(cleaned, cleaned + 1.2, 0.1)
            plan.meals = [(_second(rng.normal(12.4, 0.2)), Meal.LUNCH)]
            plan.arrivals = [_second(8)]
        return plan.settle()


class Shift(StrEnum):
    """The three shifts of a plant that never stops."""

    EARLY = "early"
    LATE = "late"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class ShiftWorker:
    """Early, late and night weeks in turn, with weekends off."""

    def shift(self, day: date) -> Shift | None:
        """Return the shift that starts on a day."""
        if day.weekday() >= _SATURDAY:
            return None
        week = (day.toordinal() - 1) // 7
        return tuple(Shift)[week % 3]

    def plan(self, day: date, minutes: int, rng: np.random.Generator) -> Presence:
        """Return the plan of a living day."""
        plan = Presence.empty(minutes)
        after_night = self.shift(day - timedelta(days=1)) is Shift.NIGHT
        # The night shift of the day before ends in this living day.
        in_from = rng.normal(6.6, 0.1) if after_night else 4.0
        match self.shift(day):
            case Shift.EARLY:
                up, leave, back, to_bed = 4.6, 5.4, 14.7, 21.6
            case Shift.LATE:
                up, leave, back, to_bed = 8.5, 13.3, 22.7, 25.2
            case Shift.NIGHT:
                up, leave, back, to_bed = 14.2, 21.3, 29.0, 29.0
            case None:
                up, leave, to_bed = 9.0, rng.uniform(11, 16), 23.7
                back = leave + rng.uniform(1, 4)
        up += rng.normal(0, 0.15) if up > 5 else abs(rng.normal(0, 0.05))
        if after_night:
            up = max(up, 13.5 + rng.normal(0, 0.3))
            leave = max(leave, up + 1)
            back = max(back, leave + 1)
        leave, back = leave + rng.normal(0, 0.06), back + rng.normal(0, 0.2)
        plan.stay(in_from, leave)
        plan.stay(back, 29)
        if after_night:
            plan.be_up(in_from, in_from + 0.9)
        plan.be_up(up, leave)
        plan.be_up(back, to_bed + rng.normal(0, 0.2))
        plan.showers = [_second(up + 0.15)]
        plan.meals = [(_second(up + 0.5), Meal.BREAKFAST)]
        supper = back + 0.7 if back < 21 else leave - 1.8
        plan.meals.append((_second(supper), Meal.DINNER))
        plan.arrivals = [_second(back)]
        return plan.settle()


@dataclass(frozen=True, slots=True)
class Family:
    """Two adults, one of them at home half of the day, and two children at school."""

    def plan(self, day: date, minutes: int, rng: np.random.Generator) -> Presence:
        """Return the plan of a living day."""
        plan = Presence.empty(minutes)
        school_day = day.weekday() < _SATURDAY
        up = rng.normal(6.4, 0.1) if school_day else rng.normal(8.3, 0.4)
        to_bed = rng.normal(22.9, 0.3)
        returns: list[float] = []
        if school_day:
            # Worker, part-time worker, and two children.
            for leave, back in ((7.4, 17.6), (8.0, 12.8), (7.5, 13.6), (7.6, 15.2)):
                out, home = leave + rng.normal(0, 0.1), back + rng.normal(0, 0.25)
                plan.stay(4, out, 0.25)
                plan.stay(home, 29, 0.25)
                returns.append(home)
        else:
            plan.stay(4, 29, 0.25)
            out = rng.uniform(9.5, 15)
            home = out + rng.uniform(1, 5)
            plan.stay(4, out, 0.75)
            plan.stay(home, 29, 0.75)
            returns.append(home)
        plan.be_up(up, to_bed)
        awake_children = rng.normal(20.6, 0.2)
        plan.be_up(awake_children, to_bed, -0.5)
        plan.showers = [_second(up + n * 0.3 + 0.1) for n in range(2)]
        plan.showers += [_second(rng.normal(19.7, 0.4)) for _ in range(2)]
        plan.meals = [
            (_second(up + 0.5), Meal.BREAKFAST),
            (_second(rng.normal(13.3, 0.3)), Meal.LUNCH),
            (_second(rng.normal(18.6, 0.35)), Meal.DINNER),
        ]
        plan.arrivals = [_second(home) for home in returns]
        return plan.settle()


def _second(hour: float) -> int:
    """Return the second of the living day at a clock hour (over 24: next morning)."""
    return int((hour - _DAY_BEGINS_H) * 3600)


def _add(minutes: FloatArray, start_h: float, end_h: float, share: float) -> None:
    """Add a share to the minutes between two clock hours."""
    start = max(0, int((start_h - _DAY_BEGINS_H) * 60))
    end = max(start, int((end_h - _DAY_BEGINS_H) * 60))
    minutes[start:end] += share
