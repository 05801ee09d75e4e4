"""The versions of a fitted model: what became of their forecasts decides which speaks."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date
import logging
from math import sqrt
from statistics import mean, stdev
from typing import Any, Final

import numpy as np

from .daily_losses import PairedLosses, daily_losses
from .drift import DRIFT_DAYS, drifts
from .model import FittedModel, State
from .models.persistence import PersistenceEnsemble
from .past import Past
from .prediction import Prediction
from .record import Outcome, Record

_LOGGER: Final = logging.getLogger(__name__)

# Versions kept: the one that speaks, the one before it, and one on probation.
_KEPT: Final = 3
# Days of outcomes that decide between two of them, at the most; and at the least, if
# the difference is clear, and if it is not.
_JUDGED_DAYS: Final = 28
_CLEAR_DAYS: Final = 3
_PROBATION_DAYS: Final = 7
# Standard errors that make a difference clear.
_CLEAR: Final = 2.5
# By how much an older one has to be better to speak again [natural log of the loss]: of
# two that are alike, the one that knows more days.
_BETTER: Final = 0.01
# Days after which a drifting model is fitted once more.
_DRIFT_REST: Final = 7
# What of a version is kept over a restart [bytes]; a larger one is fitted again.
_LARGEST_STATE: Final = 64 * 1024
# Versions speak of the day that begins: of later ones they are no other.
_LEAD: Final = 0


@dataclass(frozen=True, slots=True)
class Version:
    """A model as it was fitted to the days before `day` (proleptic Gregorian ordinal)."""

    day: int
    model: FittedModel


@dataclass(frozen=True, slots=True)
class VersionReport:
    """What is told of a version: `loss` [kWh] is its mean pinball loss of an hour.

    `judged_days` are the last days it comes from; both are unknown of a version whose
    forecasts have no outcome yet.
    """

    day: int
    speaks: bool
    judged_days: int
    loss: float | None
    explained: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return it in plain words, without more digits than mean anything."""
        return {
            "from": date.fromordinal(self.day).isoformat(),
            "speaks": self.speaks,
            "judged_days": self.judged_days,
            "loss_kwh": None if self.loss is None else round(self.loss, 4),
            "learned": {name: round(v, 3) for name, v in self.explained.items()},
        }


class ModelVersions:
    """One fitted model, as often as it was fitted and is worth keeping.

    Each version forecasts each day that begins, under its own name in the record. The
    first one speaks at once. A later one speaks once it was not worse, on days that
    neither had seen, than the one that does; if it turns out to be worse after all, the
    other one speaks again.
    """

    def __init__(self, blank: FittedModel) -> None:
        """Begin without a version; `blank` was never fitted, and never will be."""
        self._blank = blank
        self._versions: list[Version] = []
        self._speaking: int | None = None
        self._again: int | None = None
        self.drifts = 0

    @property
    def name(self) -> str:
        """The name of the model, under which the version that speaks is on record."""
        return self._blank.name

    @property
    def minimum_days(self) -> int:
        """Whole days the model needs."""
        return self._blank.minimum_days

    def speaking(self, today: int) -> Version | None:
        """Return the version that speaks; what learned from later days is not asked."""
        known = self._known(today)
        for version in known:
            if version.day == self._speaking:
                return version
        # A past that grew may have days before those of any version that spoke.
        return known[-1] if known else None

    def learn(self, past: Past, record: Record) -> None:
        """Decide which version speaks, and fit a new one if it is time to."""
        today = past.first_day + past.days
        self._judge(past, record)
        if past.days < self.minimum_days:
            return
        if self._again is not None:
            self._fit_again(past)
        known = self._known(today)
        if known:
            age = today - known[-1].day
            drifted = age >= _DRIFT_REST and self._has_drifted(past, record)
            if age < self._blank.refit_days and not drifted:
                return
            if drifted:
                self.drifts += 1
                _LOGGER.debug(
                    "%s became worse in the last days: it learns anew", self.name
                )
        self._add(past, today)

    def predict(self, past: Past, lead: int) -> Prediction | None:
        """Forecast by the version that speaks; None without any."""
        version = self.speaking(past.first_day + past.days)
        return version.model.predict(past, lead) if version else None

    def issue(self, past: Past, record: Record) -> None:
        """Put what each version says of the day that begins on record."""
        today = past.first_day + past.days
        known, speaks = self._known(today), self.speaking(today)
        spoken = record.issued(self.name, today, _LEAD)
        if len(known) < 2 or spoken is None:
            return
        for version in known:
            said = spoken if version is speaks else version.model.predict(past, _LEAD)
            record.issue(self._name_of(version), today, _LEAD, said)

    def forget(self, record: Record) -> None:
        """Take what versions said that are kept no more off the record."""
        kept = {self._name_of(version) for version in self._versions}
        for name in record.models:
            if name.startswith(f"{self.name}@") and name not in kept:
                record.forget(name)

    def report(self, past: Past, record: Record) -> list[VersionReport]:
        """Tell of all versions, the oldest first."""
        speaks = self.speaking(past.first_day + past.days)
        reports = []
        for version in self._versions:
            losses = daily_losses(self._outcomes(version, past, record))
            reports.append(
                VersionReport(
                    version.day,
                    version is speaks,
                    len(losses),
                    float(losses.mean()) if losses.size else None,
                    version.model.explain(),
                )
            )
        return reports

    def state(self) -> State:
        """Return what has to be kept over a restart: at most _KEPT * _LARGEST_STATE."""
        days = [version.day for version in self._versions]
        kept: State = {
            "days": np.array(days, dtype=np.float64),
            "speaking": np.array([self._speaking or 0, self.drifts], dtype=np.float64),
        }
        for version in self._versions:
            state = version.model.state()
            if sum(array.nbytes for array in state.values()) <= _LARGEST_STATE:
                kept |= {f"{version.day}/{key}": value for key, value in state.items()}
        return kept

    def restore(self, state: State) -> None:
        """Go on from what `state` gave.

        A version that is too large to be kept, or was made by another release, is
        fitted again, to the same days, when `learn` is called.
        """
        self._versions, self._again = [], None
        speaking, self.drifts = (int(number) for number in state["speaking"])
        self._speaking = speaking or None
        for day in [int(day) for day in state["days"]]:
            prefix = f"{day}/"
            model = deepcopy(self._blank)
            try:
                model.restore(
                    {
                        key.removeprefix(prefix): value
                        for key, value in state.items()
                        if key.startswith(prefix)
                    }
                )
            except ValueError as err:
                _LOGGER.debug("%s of day %d is not kept: %s", self.name, day, err)
                if day == self._speaking:
                    self._again = day
                continue
            self._versions.append(Version(day, model))

    def _known(self, today: int) -> list[Version]:
        return [version for version in self._versions if version.day <= today]

    def _name_of(self, version: Version) -> str:
        return f"{self.name}@{version.day}"

    def _add(self, past: Past, day: int) -> None:
        model = deepcopy(self._blank)
        model.fit(past)
        self._versions.append(Version(day, model))
        self._versions.sort(key=lambda version: version.day)
        if self._speaking is None or len(self._versions) == 1:
            self._speaking = day
        while len(self._versions) > _KEPT:
            silent = [v for v in self._versions if v.day not in {day, self._speaking}]
            self._versions.remove(silent[0])

    def _fit_again(self, past: Past) -> None:
        """Fit the version that spoke before the restart to the days it was fitted to."""
        day, self._again = self._again, None
        days = (day or 0) - past.first_day
        if self.minimum_days <= days <= past.days:
            self._add(past.until(days), past.first_day + days)

    def _outcomes(self, version: Version, past: Past, record: Record) -> list[Outcome]:
        name, days = self._name_of(version), _JUDGED_DAYS
        if len(self._versions) == 1:
            # Who is alone is on record under the name of the model.
            name, days = self.name, past.first_day + past.days - version.day
        return record.outcomes(name, past, _LEAD, min(days, _JUDGED_DAYS))

    def _judge(self, past: Past, record: Record) -> None:
        """Let the version speak that did best on the days that it and the others told."""
        today = past.first_day + past.days
        incumbent = self.speaking(today)
        if incumbent is None or (self._speaking or 0) > today:
            return
        mine = self._outcomes(incumbent, past, record)
        best, least = incumbent, 0.0
        for version in self._known(today):
            if version is incumbent:
                continue
            losses = PairedLosses.of(self._outcomes(version, past, record), mine)
            ratio = _better_by(losses, newer=version.day > incumbent.day)
            if ratio is not None and (best is incumbent or ratio < least):
                best, least = version, ratio
        if best is not incumbent:
            _LOGGER.debug(
                "%s: the version of day %d takes over from that of day %d",
                self.name,
                best.day,
                incumbent.day,
            )
        self._speaking = best.day

    def _has_drifted(self, past: Past, record: Record) -> bool:
        model, reference = (
            record.outcomes(name, past, _LEAD, DRIFT_DAYS)
            for name in (self.name, PersistenceEnsemble.name)
        )
        return drifts(model, reference)


def _better_by(losses: PairedLosses, *, newer: bool) -> float | None:
    """Return the mean log ratio of losses if it is reason enough to take over.

    The sum of the losses has to agree: a version that is a little better on most days
    and beside itself on one is not the better one.
    """
    if len(losses) < _CLEAR_DAYS or losses.ours.sum() > losses.theirs.sum():
        return None
    ratios = losses.log_ratios()
    ratio, error = mean(ratios), stdev(ratios) / sqrt(len(ratios))
    if ratio + _CLEAR * error < -_BETTER:
        return ratio
    if len(ratios) < _PROBATION_DAYS or ratio > (0.0 if newer else -_BETTER):
        return None
    return ratio
