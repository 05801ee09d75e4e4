"""How the energy of an hour divides into its quarters or halves.

Hours are what is forecast, scored and calibrated; a finer forecast is the same one,
divided. What is expected of the parts adds up to what is expected of the hour.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from statistics import NormalDist
from typing import Final, Self

import numpy as np

from .expectation import Expected, ExpectedSlot, Outlook
from .local_days import HOUR, QUARTER, DayRows, Floats, LocalClock
from .weighted_quantiles import weighted_quantiles

# Days that are looked at, and how fast they fade [days].
SHARES_DAYS: Final = 56
_FADING: Final = 28.0
# A day off says little of how an hour of a working day divides, and the other way.
_OTHER_DAYS: Final = 0.4
# How much energy an hour may have had to be like the one that is expected: the width of
# a bell over its logarithm, and the weight of all others.
_ALIKE: Final = 0.25
_UNLIKE: Final = 1e-3
# Hours as uneven as homes have them, in units of a smooth division: they count like this
# many days, until there are more of the home's own.
_PRETENDED_DAYS: Final = 3.0
_LEAST_DAYS: Final = 3
_PRETENDED: Final = {
    2: np.array([0.6, 0.85, 0.96, 1.04, 1.15, 1.4]),
    4: np.array([0.43, 0.75, 0.9, 1.04, 1.22, 1.66]),
}
# Where nothing flowed on so many of the last days, nothing will: the sun is not up.
_DARK_DAYS: Final = 5
_DARK_AGE: Final = 14
# An hour's energy has so many parts that are equally likely; within each, shares are
# multiplied with energies of so many levels in turn, lest all of them be the same few.
_BANDS: Final = 10
_TURNS: Final = 20
_NORMAL: Final = NormalDist()
_SCORES: Final = np.array(
    [
        _NORMAL.inv_cdf((index + 0.5) / (_BANDS * _TURNS))
        for index in range(_BANDS * _TURNS)
    ]
)


@dataclass(frozen=True, slots=True)
class _Samples:
    """Hours of the past that begin at one time of day.

    `energy` (n) is that of the hour [kWh], `shares` (n, parts) how it divided, `weights`
    (n) how much it counts; `dark` (parts) are parts in which nothing flows any more.
    """

    energy: Floats
    shares: Floats
    weights: Floats
    dark: np.ndarray


class HourShares:
    """What a series did within its hours of the last weeks."""

    def __init__(
        self, clock: LocalClock, rows: DayRows | None, free: Collection[date]
    ) -> None:
        """Look at days of parts, by the series' own clock; see `learn`."""
        self._clock = clock
        self._rows = rows
        self._free = frozenset(free)

    @classmethod
    def learn(
        cls,
        slots: Mapping[int, float],
        zone: tzinfo,
        step: int = QUARTER,
        free: Collection[date] = (),
    ) -> Self:
        """Learn from kWh by the start [s since the epoch] of parts of `step` seconds.

        Parts that are missing are gaps: their hour tells nothing. Without any, hours
        are divided smoothly; with a step of an hour they stay whole. `free` are public
        holidays. ValueError for a step that does not divide the hour.
        """
        clock = LocalClock(zone, step)
        rows = None
        if slots:
            rows = DayRows.from_slots(
                np.array(list(slots), dtype=np.int64),
                np.array(list(slots.values()), dtype=np.float64),
                clock,
            )
            old = max(len(rows.energy) - SHARES_DAYS, 0)
            rows = DayRows(rows.first + timedelta(old), rows.energy[old:])
        return cls(clock, rows, free)

    @property
    def step(self) -> int:
        """Length of the parts that are known [s]: nothing shorter can be told."""
        return self._clock.step

    @property
    def is_learned(self) -> bool:
        """Whether enough days are known for habits to be more than a guess."""
        if self._rows is None:
            return False
        told = (~np.isnan(self._rows.energy)).any(axis=1)
        return int(told.sum()) >= _LEAST_DAYS

    def divide(self, outlook: Outlook, step: int) -> Outlook:
        """Return an hourly outlook in parts of `step` seconds, or as short as is known.

        Sums stay as they are. ValueError if it is not one of hours.
        """
        if outlook.step != HOUR:
            msg = f"slots of {outlook.step} s are not hours"
            raise ValueError(msg)
        parts = HOUR // max(step, self.step)
        if parts <= 1:
            return outlook
        levels = {
            slot.start: slot.energy.mean for slot in (*outlook.two_days, *outlook.slots)
        }
        samples: dict[tuple[int, int], _Samples | None] = {}

        def divided(slots: tuple[ExpectedSlot, ...]) -> tuple[ExpectedSlot, ...]:
            found: list[ExpectedSlot] = []
            for slot in slots:
                when = self._when(slot.start)
                if when not in samples:
                    samples[when] = self._samples(*when, parts)
                smooth = _smooth(levels, slot.start, parts)
                energies = _divide(slot.energy, smooth, samples[when])
                found += [
                    ExpectedSlot(slot.start + index * HOUR // parts, energy)
                    for index, energy in enumerate(energies)
                ]
            return tuple(found)

        return replace(
            outlook,
            step=HOUR // parts,
            slots=divided(outlook.slots),
            two_days=divided(outlook.two_days),
        )

    def _when(self, start: int) -> tuple[int, int]:
        """Return at which part of the local day an hour begins, and the day's class."""
        day = self._clock.date_of(datetime.fromtimestamp(start, UTC))
        place = self._clock.places(np.array([start]), day)
        return int(place.slot[0]), self._class_of(day)

    def _class_of(self, day: date) -> int:
        """Return 0 for a working day, 1 for a Saturday, 2 for a Sunday or holiday."""
        return 2 if day in self._free else max(day.weekday() - 4, 0)

    def _samples(self, first: int, day_class: int, parts: int) -> _Samples | None:
        """Return the hours that began at one part of a day; None if there are none."""
        if self._rows is None:
            return None
        days = len(self._rows.energy)
        known = HOUR // self.step
        line = np.append(self._rows.energy.ravel(), np.full(known, np.nan))
        starts = np.arange(days) * self._clock.slots_of_a_day + first
        fine = line[starts[:, None] + np.arange(known)]
        fine = fine.reshape(days, parts, known // parts).sum(axis=2)
        energy = fine.sum(axis=1)
        age = days - np.arange(days)
        # What flows both ways has no shares.
        told = (energy > 0) & (fine >= 0).all(axis=1)
        if not told.any():
            return None
        same = [
            self._class_of(self._rows.first + timedelta(day)) == day_class
            for day in range(days)
        ]
        weights = np.exp(-age / _FADING) * np.where(same, 1.0, _OTHER_DAYS)
        late = fine[told & (age <= _DARK_AGE)]
        dark = (late == 0).all(axis=0) & (len(late) >= _DARK_DAYS)
        return _Samples(
            energy[told], fine[told] / energy[told, None], weights[told], dark
        )


def _smooth(levels: Mapping[int, float], start: int, parts: int) -> Floats:
    """Return shares (parts) of an hour that rises or falls as its neighbours say.

    A slope through the hour's mean, no steeper than to the nearer of the two neighbours
    (a limited reconstruction as in van Leer 1979): what it makes of hours above zero is
    above zero.
    """
    here = levels[start]
    before = here - levels.get(start - HOUR, here)
    after = levels.get(start + HOUR, here) - here
    even = np.full(parts, 1 / parts)
    if here <= 0 or before * after <= 0:
        return even
    slope = np.sign(after) * min(
        abs(before + after) / 2, 2 * abs(before), 2 * abs(after), 2 * here
    )
    middles = (np.arange(parts) + 0.5) / parts - 0.5
    return np.asarray(even + slope / here * middles / parts)


def _divide(hour: Expected, smooth: Floats, samples: _Samples | None) -> list[Expected]:
    """Return what is expected of the parts of an hour.

    Their quantiles are those of the product of two distributions: of the hour's energy,
    and of the shares of hours that had about as much.
    """
    parts = len(smooth)
    levels = np.array(sorted(hour.quantiles))
    if hour.quantiles[levels[0]] < 0:
        # A balance of two flows: how each of them divides is not known.
        return [_scaled(hour, float(share)) for share in smooth]
    if samples is not None and samples.dark.any() and not samples.dark.all():
        smooth = np.where(samples.dark, 0.0, smooth)
        smooth = smooth / smooth.sum()
    energies = _energies(hour)
    shares = np.minimum(_PRETENDED[parts][:, None] * smooth, 1.0)
    weights = np.full((_BANDS, len(shares)), _PRETENDED_DAYS / len(shares))
    mean = smooth
    if samples is not None:
        own = float(samples.weights.sum())
        alike = samples.weights * _alike(energies.mean(axis=1), samples.energy)
        alike *= own / alike.sum(axis=1, keepdims=True)
        shares = np.concatenate([shares, samples.shares])
        weights = np.concatenate([weights, alike], axis=1)
        mean = _mean_shares(smooth, samples, own)
    turn = np.arange(len(shares)) * 7 % _TURNS
    products = (energies[:, turn, None] * shares).reshape(-1, parts)
    counts = np.repeat(weights.reshape(-1, 1), parts, axis=1)
    quantiles = weighted_quantiles(products, counts, levels)
    return [
        Expected(
            hour.mean * float(mean[part]),
            dict(zip(map(float, levels), map(float, quantiles[:, part]), strict=True)),
        )
        for part in range(parts)
    ]


def _mean_shares(smooth: Floats, samples: _Samples, own: float) -> Floats:
    """Return how hours divide on average, by the energy that flowed in them."""
    flowed = samples.weights * samples.energy
    typical = flowed @ samples.shares / flowed.sum()
    mean = (own * typical + _PRETENDED_DAYS * smooth) / (own + _PRETENDED_DAYS)
    if samples.dark.any() and not samples.dark.all():
        mean = np.where(samples.dark, 0.0, mean)
    return np.asarray(mean / mean.sum())


def _energies(hour: Expected) -> Floats:
    """Return equally likely energies (bands, turns) [kWh] of an hour.

    What `Expected.at` says of their levels, all at once.
    """
    levels = sorted(hour.quantiles)
    scores = np.array([_NORMAL.inv_cdf(level) for level in levels])
    values = np.array([hour.quantiles[level] for level in levels])
    high = np.clip(np.searchsorted(scores, _SCORES), 1, len(levels) - 1)
    rise = np.diff(values) / np.diff(scores)
    found = values[high - 1] + rise[high - 1] * (_SCORES - scores[high - 1])
    return np.asarray(np.maximum(found, 0.0).reshape(_BANDS, _TURNS))


def _scaled(hour: Expected, share: float) -> Expected:
    quantiles = {level: value * share for level, value in hour.quantiles.items()}
    return Expected(hour.mean * share, quantiles)


def _alike(expected: Floats, had: Floats) -> Floats:
    """Return how alike hours are (expected, had) by their energy [kWh]."""
    least = 0.01 * float(had.mean())
    distance = np.log(expected + least)[:, None] - np.log(had + least)
    return np.asarray(np.exp(-0.5 * (distance / _ALIKE) ** 2) + _UNLIKE)
