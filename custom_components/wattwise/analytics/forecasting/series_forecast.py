"""The forecast of one series, for who has readings and wants numbers.

What goes in and comes out are times and floats: nobody outside has to know how days
are laid into rows.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
import io
import math
from typing import Final
import zipfile
import zlib

import numpy as np
from numpy.typing import NDArray

from .expectation import Outlook, SkillReport
from .first_days import OWN_DAYS, FirstDays
from .forecaster import Forecaster
from .local_days import DayRows, Floats, LocalClock
from .outlook import make_outlook, today_of
from .past import DAYS_AHEAD, Calendar, Past
from .registry import default_models
from .skill_report import skill_report

# The share of a day that must be known for it to count as measured.
_MEASURED_SHARE: Final = 0.75
# After so many days without a reading, a home begins anew.
_FORGOTTEN_DAYS: Final = 60


class SeriesForecast:
    """Learns from a series by the midnights, and forecasts at any time.

    All of it is work for an executor; not safe for use by several threads at once.
    """

    def __init__(
        self, zone: tzinfo, step: int = 3600, *, like_others: bool = False
    ) -> None:
        """Forecast slots of `step` seconds by the clock of a time zone.

        `like_others` is what a home consumes: other homes tell of its first days.
        """
        self._like_others = like_others
        self._clock = LocalClock(zone, step)
        self._forecaster = Forecaster(default_models())
        self._rows: DayRows | None = None
        self._past: Past | None = None

    @property
    def days_known(self) -> int:
        """Days that were measured for the most part."""
        return int(_measured(self._past.measured).sum()) if self._past else 0

    def take(
        self, slots: Mapping[int, float], now: datetime, free: Collection[date] = ()
    ) -> None:
        """Take what is known: kWh by the start of the slot [s since the epoch].

        Slots that are missing are gaps. What is not over at `now` is left out; `free`
        are public holidays, those to come among them.
        """
        over = now.timestamp() - self._clock.step
        known = {s: e for s, e in slots.items() if s <= over and math.isfinite(e)}
        if not known:
            self._rows = self._past = None
            return
        rows = DayRows.from_slots(
            np.array(list(known), dtype=np.int64),
            np.array(list(known.values()), dtype=np.float64),
            self._clock,
        )
        rows = _without_what_is_long_ago(rows, self._clock.date_of(now))
        days = (self._clock.date_of(now) - rows.first).days
        whole = np.full((days, rows.energy.shape[1]), np.nan)
        kept = rows.energy[:days]
        whole[: len(kept)] = kept
        dates = [rows.first + timedelta(index) for index in range(days + DAYS_AHEAD)]
        calendar = Calendar(
            np.array([day.weekday() for day in dates], dtype=np.int64),
            np.array([day in free for day in dates], dtype=np.int64),
        )
        self._rows = rows
        self._past = Past(whole, calendar, first_day=rows.first.toordinal())

    def learn(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Relive the midnights since the last time; raises CancelledError."""
        if self._past and self.days_known:
            self._forecaster.advance(self._past, cancelled)

    def outlook(self, now: datetime) -> Outlook | None:
        """Forecast from `now` on; None while there is nothing to go by.

        A series that is like others' is forecast from its first hour, by the typical day
        of other homes; any other one from its first whole day.
        """
        if not self._past or not self._rows:
            return None
        forecaster = self._forecaster
        if self.days_known < OWN_DAYS and self._like_others:
            forecaster = FirstDays(today_of(self._rows, self._past))
        elif not self.days_known:
            return None
        said = make_outlook(forecaster, self._past, self._rows, self._clock, now)
        return replace(said, days_known=self.days_known)

    def report(self, days: int) -> SkillReport | None:
        """Score what was issued for the last whole days; None if nothing was."""
        if not self._past:
            return None
        return skill_report(self._forecaster.record, self._past, days)

    def state(self) -> bytes:
        """Return what was issued, to be kept over a restart."""
        file = io.BytesIO()
        arrays = {
            key: value.astype(np.float32) if key.endswith(".values") else value
            for key, value in self._forecaster.state().items()
        }
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        return file.getvalue()

    def restore(self, state: bytes) -> None:
        """Take back what `state` gave; ValueError if it is damaged or of another kind."""
        try:
            with np.load(io.BytesIO(state), allow_pickle=False) as arrays:
                self._forecaster.restore(
                    {key: arrays[key].astype(np.float64) for key in arrays.files}
                )
        except (
            OSError,
            KeyError,
            IndexError,
            EOFError,
            ValueError,
            zipfile.BadZipFile,
            zlib.error,
        ) as err:
            msg = f"not a record of forecasts: {err}"
            raise ValueError(msg) from err


def _measured(rows: Floats) -> NDArray[np.bool_]:
    """Tell of each day (days, slots) whether it was measured for the most part."""
    return np.asarray((~np.isnan(rows)).mean(axis=1) >= _MEASURED_SHARE)


def _without_what_is_long_ago(rows: DayRows, today: date) -> DayRows:
    """Drop the days before the last long time without a reading."""
    known = np.flatnonzero((~np.isnan(rows.energy)).any(axis=1))
    silent = np.diff(np.append(known, (today - rows.first).days))
    long = np.flatnonzero(silent > _FORGOTTEN_DAYS)
    if not long.size:
        return rows
    # The last day is kept, lest there be no row at all.
    first = int(known[min(int(long[-1]) + 1, len(known) - 1)])
    return DayRows(rows.first + timedelta(first), rows.energy[first:])
