"""The forecast of one series, for who has readings and wants numbers.

What goes in and comes out are times and floats: nobody outside has to know how days
are laid into rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
import io
import math
from typing import Any, Final
import zipfile
import zlib

import numpy as np
from numpy.typing import NDArray

from .away_days import AwayDays
from .charging import charging_rows
from .covariates import Covariates
from .expectation import Outlook, SkillReport
from .first_days import FirstDays
from .forecaster import OWN_DAYS, Forecaster
from .local_days import DayRows, Floats, LocalClock
from .nature import Nature
from .outlook import make_outlook, today_of
from .past import DAYS_AHEAD, Calendar, Past
from .registry import AUTOMATIC, chosen_model, default_models
from .skill_report import skill_report
from .sun_so_far import refresh_by_sun
from .weather_rows import weather_rows
from .within_the_day import Refresh, keep_midnight, refresh

# The share of a day that must be known for it to count as measured.
_MEASURED_SHARE: Final = 0.75
# After so many days without a reading, a home begins anew.
_FORGOTTEN_DAYS: Final = 60
_NOTHING_ELSE: Final = Covariates()
_REFRESHED_BY: Final[dict[Nature, Refresh]] = {
    Nature.HOME: refresh,
    Nature.SUN: refresh_by_sun,
    Nature.APPLIANCE: keep_midnight,
}


class SeriesForecast:
    """Learns from a series by the midnights, and forecasts at any time.

    All of it is work for an executor; not safe for use by several threads at once.
    """

    def __init__(
        self,
        zone: tzinfo,
        step: int = 3600,
        *,
        nature: Nature = Nature.HOME,
        choice: str = AUTOMATIC,
    ) -> None:
        """Forecast slots of `step` seconds by the clock of a time zone.

        `choice` is AUTOMATIC or the name of a model. That one forecasts alone, once it
        knows enough days; until then, and if it is not installed, the automatic choice.
        """
        self._nature = nature
        self._clock = LocalClock(zone, step)
        self._forecaster = Forecaster(default_models(), chosen_model(choice))
        self._rows: DayRows | None = None
        self._past: Past | None = None
        self._away: AwayDays | None = None

    @property
    def days_known(self) -> int:
        """Days that were measured for the most part."""
        return int(_measured(self._past.measured).sum()) if self._past else 0

    def take(
        self,
        slots: Mapping[int, float],
        now: datetime,
        covariates: Covariates = _NOTHING_ELSE,
    ) -> None:
        """Take what is known: kWh by the start of the slot [s since the epoch].

        Slots that are missing are gaps. What is not over at `now` is left out. Days on
        which nobody was at home are no habits, and count in no score.
        """
        over = now.timestamp() - self._clock.step
        known = _known(slots, over)
        if not known:
            self._rows = self._past = self._away = None
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
            np.array([day in covariates.free for day in dates], dtype=np.int64),
        )
        self._rows = rows
        self._away = AwayDays(
            whole, np.array([day in covariates.away for day in dates])
        )
        self._past = Past(
            self._away.at_home,
            calendar,
            weather_rows(covariates, self._clock, rows.first, len(dates)),
            rows.first.toordinal(),
            charging_rows(
                _known(covariates.charging, over), self._clock, rows.first, days + 1
            ),
        )

    def learn(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Relive the midnights since the last time; raises CancelledError."""
        if self._past and self.days_known:
            self._forecaster.advance(self._past, cancelled)

    def outlook(self, now: datetime) -> Outlook | None:
        """Forecast from `now` on; None while there is nothing to go by.

        A home is forecast from its first hour, by the typical day of other homes;
        anything else from its first whole day.
        """
        if not self._past or not self._rows:
            return None
        forecaster = self._forecaster
        if self.days_known < OWN_DAYS and self._nature is Nature.HOME:
            forecaster = FirstDays(today_of(self._rows, self._past))
        elif not self.days_known:
            return None
        said = make_outlook(
            forecaster,
            self._past,
            self._rows,
            self._clock,
            now,
            self._away,
            _REFRESHED_BY[self._nature],
        )
        return replace(said, days_known=self.days_known)

    def report(self, days: int) -> SkillReport | None:
        """Score what was issued for the last whole days; None if nothing was."""
        if not self._past:
            return None
        return skill_report(self._forecaster.record, self._past, days)

    def explain(self) -> dict[str, Any]:
        """Return what was learned, by whom, for who looks into it.

        The versions of each model by its name: the day from which each forecasts, its
        loss in the days it was judged by, and what counts in it.
        """
        if not self._past:
            return {}
        return {
            "drifts": self._forecaster.drifts,
            "versions": {
                name: [version.as_dict() for version in versions]
                for name, versions in self._forecaster.versions(self._past).items()
            },
        }

    def state(self) -> bytes:
        """Return what was issued and fitted, to be kept over a restart."""
        file = io.BytesIO()
        arrays = {
            key: _coarse(value) if key.endswith(".values") else value
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


def _known(slots: Mapping[int, float], latest: float) -> dict[int, float]:
    """Return the slots that begin at `latest` at the latest and have a value."""
    return {s: e for s, e in slots.items() if s <= latest and math.isfinite(e)}


def _coarse(values: Floats) -> NDArray[np.float32]:
    """Return values with four digits: more are not forecast, and would fill the disk."""
    bits = values.astype(np.float32).view(np.uint32)
    # Half of what the 10 bits that are dropped can hold, so that it is rounded.
    rounded = (bits + np.uint32(1 << 9)) & ~np.uint32((1 << 10) - 1)
    return rounded.view(np.float32)


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
