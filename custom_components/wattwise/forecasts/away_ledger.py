"""On which local days a home was empty, counted from when people went and came."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from homeassistant.util import dt as dt_util

type Span = tuple[datetime, datetime]

_A_DAY: Final = timedelta(days=1)
# Home Assistant starts now and then, and knows nothing meanwhile.
_WHOLE: Final = 0.97


class AwayLedger:
    """Counts how long nobody was at home, day by day.

    A day is one away if that was so for more than half of it. Times of which nothing is
    known count for neither side.
    """

    def __init__(self) -> None:
        """Begin without knowing anything."""
        # What is known until when, and what was so since then.
        self.until: datetime | None = None
        self.away: bool | None = None
        # When the absence began that lasts now.
        self.since: datetime | None = None
        self._seconds: dict[date, float] = {}

    def note(self, moment: datetime, away: bool | None) -> None:
        """Note what is so from a moment on.

        One before the last moment means that the clock was set back: nothing is counted.
        """
        if self.until is not None and self.away:
            for day, seconds in _by_days([(self.until, moment)]):
                self._seconds[day] = self._seconds.get(day, 0.0) + seconds
        if self.since and moment < self.since:
            self.since = None
        if away:
            self.since = self.since or moment
        elif away is False:
            self.since = None
        self.until, self.away = moment, away

    def days(self, today: date) -> frozenset[date]:
        """Return the days away that are over."""
        return frozenset(
            day
            for day, seconds in self._seconds.items()
            if day < today and seconds > _length(day) / 2
        )

    def empty_days(self, today: date) -> list[Span]:
        """Return the days that are over and on which nobody came, the newest last."""
        return [
            (dt_util.start_of_local_day(day), dt_util.start_of_local_day(day + _A_DAY))
            for day, seconds in sorted(self._seconds.items())
            if day < today and seconds > _WHOLE * _length(day)
        ]

    def forget_before(self, oldest: date, today: date) -> None:
        """Drop what is long ago, and days that were not days away."""
        kept = self.days(today)
        self._seconds = {
            day: seconds
            for day, seconds in self._seconds.items()
            if day >= today or (day >= oldest and day in kept)
        }

    def as_dict(self) -> dict[str, Any]:
        """Return everything in the words of JSON."""
        return {
            "until": self.until and self.until.isoformat(),
            "away": self.away,
            "since": self.since and self.since.isoformat(),
            "seconds": {day.isoformat(): s for day, s in self._seconds.items()},
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Take back what `as_dict` gave; raises if it is damaged.

        AttributeError, KeyError, TypeError or ValueError.
        """
        ledger = cls()
        ledger.until, ledger.since = (
            datetime.fromisoformat(kept[key]) if kept[key] else None
            for key in ("until", "since")
        )
        away = kept["away"]
        ledger.away = None if away is None else bool(away)
        ledger._seconds = {
            date.fromisoformat(day): float(seconds)
            for day, seconds in kept["seconds"].items()
        }
        return ledger


def days_covered(spans: Iterable[Span], now: datetime, days: int) -> frozenset[date]:
    """Return the days from today on that spans cover for the most part.

    Of today only what is left of it counts.
    """
    today = dt_util.as_local(now).date()
    end = dt_util.start_of_local_day(today + timedelta(days))
    wanted = [
        (max(begin, now), min(until, end))
        for begin, until in spans
        if begin < end and until > now
    ]
    covered: dict[date, float] = {}
    for day, seconds in _by_days(_joined(wanted)):
        covered[day] = covered.get(day, 0.0) + seconds
    left = (dt_util.start_of_local_day(today + timedelta(1)) - now).total_seconds()
    return frozenset(
        day
        for day, seconds in covered.items()
        if seconds > (left if day == today else _length(day)) / 2
    )


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans without what several of them cover."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return joined


def _by_days(spans: Iterable[Span]) -> Iterator[tuple[date, float]]:
    """Yield how many seconds of spans lie in each local day."""
    for begin, end in spans:
        at = begin
        while at < end:
            day = dt_util.as_local(at).date()
            midnight = dt_util.start_of_local_day(day + timedelta(1))
            until = min(end, midnight)
            # A comparison of times of one zone would ignore its change of clocks.
            yield day, until.timestamp() - at.timestamp()
            at = dt_util.as_utc(until)


def _length(day: date) -> float:
    """Return the seconds of a local day."""
    begin, end = (
        dt_util.start_of_local_day(day + timedelta(more)).timestamp() for more in (0, 1)
    )
    return end - begin
