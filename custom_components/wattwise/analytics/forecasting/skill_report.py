"""How good the forecasts were that were issued, beside those that everybody could make."""

import numpy as np

from .expectation import SkillReport
from .forecaster import FINAL
from .models.persistence import PersistenceEnsemble
from .past import Past
from .record import Outcome, Record
from .scores import bias, coverage, daily_errors, mean_absolute_error, skill


def skill_report(record: Record, past: Past, days: int) -> SkillReport | None:
    """Score the last `days` whole days; None if none of them was forecast."""
    final = {o.age: o for o in record.outcomes(FINAL, past, 0, days)}
    name = PersistenceEnsemble.name
    reference = {o.age: o for o in record.outcomes(name, past, 0, days)}
    ages = sorted(final.keys() & reference.keys())
    if not ages:
        return None
    ours, theirs = [final[age] for age in ages], [reference[age] for age in ages]
    measured = np.stack([o.measured for o in ours])
    mae = _median_error(ours)
    mean = np.stack([o.prediction.mean for o in ours])
    usual = float(np.nanmean(np.abs(measured)))
    return SkillReport(
        len(ages),
        mae,
        mae / usual if usual else None,
        _known(daily_errors(measured, mean)[0]),
        _known(bias(measured, mean)),
        coverage(
            measured,
            np.stack([o.prediction.quantiles[0] for o in ours]),
            np.stack([o.prediction.quantiles[-1] for o in ours]),
        ),
        skill(mae, _median_error(theirs, of_mean=True)),
    )


def _median_error(outcomes: list[Outcome], *, of_mean: bool = False) -> float:
    """Return the error of medians; of the reference it is that of its one value."""
    said = [o.prediction.mean if of_mean else o.prediction.median for o in outcomes]
    return mean_absolute_error(np.stack([o.measured for o in outcomes]), np.stack(said))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
