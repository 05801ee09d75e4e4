"""Makes events of hours that were unusual: one for what hangs together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final, Self

import numpy as np

from ..forecasting.local_days import HOUR, Floats
from .anomaly import Anomaly, AnomalyKind
from .hour_series import HOURS_OF_A_DAY, Flags, HourSeries
from .scales import SCALES

# Hours without anything unusual that end an event.
QUIET_HOURS: Final = 24
# What explains an event, if several kinds speak of it: what says most of it first.
_MOST_SPECIFIC: Final = (
    AnomalyKind.OUTAGE,
    AnomalyKind.STUCK,
    AnomalyKind.AWAY_USE,
    AnomalyKind.STANDBY_RISING,
    AnomalyKind.LEFT_ON,
    AnomalyKind.LOW_USE,
    AnomalyKind.UNUSUAL_DAY,
    AnomalyKind.UNUSUAL_HOUR,
)
# The kinds that each row of what is judged speaks for, and how many hours the last of
# them, use while everybody is away, looks at.
_SIGHTS: Final = (*(scale.kind for scale in SCALES), AnomalyKind.AWAY_USE)
_HOURS_AWAY: Final = 2
# Hours from which a higher base load is no longer something that was left on.
_LASTING_HOURS: Final = 48
# Whole days before an event whose same hours say what was expected of it: as many as
# can be found among so many.
_LIKE_DAYS: Final = 56
_LEAST_LIKE: Final = 5
_KNOWN_SHARE: Final = 0.75
_EXPECTED: Final = (0.1, 0.5, 0.9)


type LevelOf = Callable[[Floats], float]


class Sign(Enum):
    """What an alarm says, most generally."""

    MORE = auto()
    LESS = auto()
    METER = auto()


_SIGNS: Final = dict.fromkeys(_MOST_SPECIFIC, Sign.MORE) | {
    AnomalyKind.LOW_USE: Sign.LESS,
    AnomalyKind.OUTAGE: Sign.METER,
    AnomalyKind.STUCK: Sign.METER,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of each hour of a series.

    `ratios` (kinds of sight, hours) say how unusual it is in units of the threshold: NaN
    where it is not beyond it. The first rows are `SCALES`, the last one is use while
    everybody is away. `ignored` hours say nothing of what is expected.
    """

    series: HourSeries
    ratios: Floats
    ignored: Flags
    risen: int | None = None
    """The hour since which the base load is known to be higher."""

    @property
    def flags(self) -> Flags:
        """Which hours are unusual in any sight (hours)."""
        return np.asarray((~np.isnan(self.ratios)).any(axis=0))

    def until(self, hour: int) -> Self:
        """Return what was known when an hour ended."""
        end = hour + 1
        series = HourSeries(
            self.series.zone, self.series.begin, self.series.energy[:end]
        )
        return replace(
            self,
            series=series,
            ratios=self.ratios[:, :end],
            ignored=self.ignored[:end],
        )

    def only(self, rows: Flags) -> Self:
        """Return what some of the sights see."""
        return replace(self, ratios=np.where(rows[:, None], self.ratios, np.nan))


@dataclass(frozen=True, slots=True)
class Episode:
    """Unusual hours that hang together, `first` to `last`, as the sights of one sign see them."""

    seen: Judged
    first: int
    last: int


def _mean(stretch: Floats) -> float:
    return float(np.nanmean(stretch))


def flagged_runs(flags: Flags) -> Iterator[tuple[int, int]]:
    """First and last hour of each run, of which the breaks are short."""
    at = np.flatnonzero(flags)
    if at.size:
        breaks = np.flatnonzero(np.diff(at) > QUIET_HOURS)
        firsts = np.concatenate([[0], breaks + 1])
        lasts = np.concatenate([breaks, [at.size - 1]])
        for first, last in zip(firsts, lasts, strict=True):
            yield int(at[first]), int(at[last])


def episodes_of(judged: Judged) -> list[Episode]:
    """Part unusual hours by their sign and where they hang together, the newest last.

    More than expected, less than expected and faults of the meter have nothing to do with
    each other, however near: an alarm of one must not hide that of another. Only what a
    fault of the meter explains is part of it.
    """
    faults = list(_episodes(judged, Sign.METER))
    explained = judged.ratios.copy()
    for fault in faults:
        _explain(explained, fault)
    rest = replace(judged, ratios=explained)
    found = [*faults, *_episodes(rest, Sign.MORE), *_episodes(rest, Sign.LESS)]
    return sorted(found, key=lambda one: (one.last, one.first))


def by_sign(seen: Flags) -> Flags:
    """Say by which signs hours are unusual: (signs, hours), from `seen` (scales, hours)."""
    signs = [_SIGNS[scale.kind] for scale in SCALES]
    return np.stack([seen[[one is sign for one in signs]].any(axis=0) for sign in Sign])


def _episodes(judged: Judged, sign: Sign) -> Iterator[Episode]:
    rows = np.array([_SIGNS[kind] is sign for kind in _SIGHTS])
    base = np.array([kind is AnomalyKind.STANDBY_RISING for kind in _SIGHTS])
    # A base load that is known to be higher is so for weeks, and explains nothing else.
    parts = (rows,) if judged.risen is None else (rows & ~base, rows & base)
    for part in parts:
        seen = judged.only(part)
        for first, last in flagged_runs(seen.flags):
            yield Episode(seen, first, last)


def _explain(ratios: Floats, fault: Episode) -> None:
    """Take away what is seen of a fault of the meter by looking at the home."""
    kind, begin, end, _ = _told(fault)
    for row, of in enumerate(_SIGHTS):
        sign = _SIGNS[of]
        # Values that do not move may be high or low; nothing used is never much.
        if sign is Sign.LESS or (sign is Sign.MORE and kind is AnomalyKind.STUCK):
            ratios[row, begin : end + _reach(row)] = np.nan


def _reach(row: int) -> int:
    """How many hours back a sight looks, with that in which it is."""
    return SCALES[row].reach if row < len(SCALES) else _HOURS_AWAY


def anomalies_of(judged: Judged) -> tuple[Anomaly, ...]:
    """Return one anomaly for each episode, the newest last."""
    return tuple(map(anomaly_of, episodes_of(judged)))


def anomaly_of(episode: Episode) -> Anomaly:
    """Tell what an episode was."""
    judged = episode.seen
    kind, begin, end, score = _told(episode)
    if kind is AnomalyKind.STANDBY_RISING and end - begin < _LASTING_HOURS:
        kind = AnomalyKind.LEFT_ON
    low, expected, high = expected_of(judged.series, judged.ignored, begin, end)
    return Anomaly(
        kind,
        start=float(judged.series.starts[begin]),
        end=float(judged.series.starts[end] + HOUR),
        score=round(score, 3),
        energy=_whole(judged.series.energy[begin : end + 1]),
        expected=expected,
        expected_low=low,
        expected_high=high,
    )


def _told(episode: Episode) -> tuple[AnomalyKind, int, int, float]:
    """Return the kind of an episode, its first and last hour, and how unusual it was."""
    judged, first, last = episode.seen, episode.first, episode.last
    ratios = judged.ratios[:, first : last + 1]
    speaking = np.asarray((~np.isnan(ratios)).any(axis=1)).tolist()
    kind = min(
        (kind for kind, speaks in zip(_SIGHTS, speaking, strict=True) if speaks),
        key=_MOST_SPECIFIC.index,
    )
    rows = [
        index for index, one in enumerate(_SIGHTS) if one is kind and speaking[index]
    ]
    own = np.flatnonzero((~np.isnan(ratios[rows])).any(axis=0)) + first
    begin = min(_begin(judged, row, own) for row in rows)
    if kind is AnomalyKind.STANDBY_RISING and judged.risen is not None:
        begin = min(begin, judged.risen)
    end = int(own[-1])
    return kind, begin, end, float(np.nanmax(ratios[rows]))


def _begin(judged: Judged, row: int, own: np.ndarray) -> int:
    """Find the hour in which what one scale saw began."""
    seen = own[~np.isnan(judged.ratios[row, own])]
    first = int(seen[0])
    if row >= len(SCALES):
        return max(0, first + 1 - _HOURS_AWAY)
    scale = SCALES[row]
    if scale.kind in {AnomalyKind.STUCK, AnomalyKind.OUTAGE}:
        run = scale.measure(judged.series.energy[: first + 1], scale.width)[-1]
        return max(0, first + 1 - int(run))
    if scale.width == 1:
        return first
    return _change(judged, max(0, first + 1 - scale.width), first)


def _change(judged: Judged, low: int, high: int) -> int:
    """Find where the level changed within hours low to high.

    The most likely place of a change by what the newest hours are off: where the sum of
    what is beyond half of that is largest (Page 1954).
    """
    local = judged.series.rows(judged.series.energy)
    day = judged.series.place.day[low]
    before = local[max(0, day - 28) : day]
    known = ~np.isnan(before).all(axis=0)
    usual = np.full(HOURS_OF_A_DAY, np.nan)
    usual[known] = np.nanmedian(before[:, known], axis=0)
    off = judged.series.energy - usual[judged.series.place.slot]
    off = np.nan_to_num(off[low : high + 1])
    shift = off[-min(6, len(off)) :].mean()
    if shift == 0.0:
        return low
    beyond = np.cumsum((off * np.sign(shift) - abs(shift) / 2)[::-1])
    return high - int(np.argmax(beyond))


def expected_of(
    series: HourSeries, ignored: Flags, begin: int, end: int, level_of: LevelOf = _mean
) -> tuple[float, float, float]:
    """Quantiles of what the same hours of the days before used [kWh].

    Of whole stretches, because quantiles of hours do not add up to those of a stretch.
    Hours are those of the clock on the wall. `level_of` makes a level [kW] of a stretch.
    """
    habit = np.where(ignored, np.nan, series.energy)
    line = series.rows(habit).ravel()
    at = series.place.day * HOURS_OF_A_DAY + series.place.slot
    low, high = int(at[begin]), int(at[end]) + 1
    length = high - low
    nearest = -(-length // HOURS_OF_A_DAY)
    like = list[float]()
    for days in range(nearest, _LIKE_DAYS + 1):
        back = days * HOURS_OF_A_DAY
        if low < back:
            break
        stretch = line[low - back : high - back]
        if (~np.isnan(stretch)).mean() >= _KNOWN_SHARE:
            like.append(level_of(stretch) * (end - begin + 1))
    if len(like) < _LEAST_LIKE:
        before = line[:low]
        level = level_of(before) if (~np.isnan(before)).any() else 0.0
        like = [level * (end - begin + 1)]
    quantiles = np.quantile(like, _EXPECTED)
    return float(quantiles[0]), float(quantiles[1]), float(quantiles[2])


def _whole(energy: Floats) -> float:
    """Energy of a stretch of which most is known [kWh]."""
    known = energy[~np.isnan(energy)]
    return float(known.mean() * len(energy)) if known.size else 0.0
