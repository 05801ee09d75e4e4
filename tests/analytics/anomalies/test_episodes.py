"""What hangs together is one alarm, and hides nothing that has another reason."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.anomalies.anomaly import AnomalyKind
from custom_components.wattwise.analytics.anomalies.episodes import (
    QUIET_HOURS,
    Judged,
    anomalies_of,
    flagged_runs,
)
from custom_components.wattwise.analytics.anomalies.hour_series import HourSeries
from custom_components.wattwise.analytics.anomalies.scales import SCALES

from .homes import BEGIN, HOUR, LONDON

DAYS = 40
# Noon of the 30th day.
NOON = 24 * 30 + 12
ROWS = {scale.name: row for row, scale in enumerate(SCALES)}
AWAY_USE = len(SCALES)


def home() -> np.ndarray:
    """Return the hours of a home that is never quite the same."""
    return 0.3 + 0.1 * np.random.default_rng(2).random(24 * DAYS)


def told(
    energy: np.ndarray, *sights: tuple[int, int, int]
) -> list[tuple[AnomalyKind, int, int]]:
    """Return the kind, first and last hour of what `sights` make: (row, first, last)."""
    ratios = np.full((len(SCALES) + 1, len(energy)), np.nan)
    for row, first, last in sights:
        ratios[row, first : last + 1] = 1.5
    series = HourSeries(LONDON, int(BEGIN), energy)
    judged = Judged(series, ratios, np.zeros(len(energy), dtype=bool))
    return [
        (one.kind, int((one.start - BEGIN) // HOUR), int((one.end - BEGIN) // HOUR) - 1)
        for one in anomalies_of(judged)
    ]


def test_runs_end_with_a_day_of_quiet() -> None:
    """Breaks of up to a day are none."""
    flags = np.zeros(100, dtype=bool)
    flags[[3, 3 + QUIET_HOURS, 60, 99]] = True
    assert list(flagged_runs(flags)) == [(3, 27), (60, 60), (99, 99)]


@pytest.mark.parametrize("later", [1, 5, QUIET_HOURS])
@pytest.mark.parametrize(
    ("row", "kind"), [(ROWS["hour"], "unusual_hour"), (AWAY_USE, "away_use")]
)
def test_an_outage_hides_nothing_that_is_used_after_it(
    row: int, kind: str, later: int
) -> None:
    """Use within a day of an outage is an alarm of its own."""
    energy = home()
    energy[NOON : NOON + 6] = 0.0
    use = NOON + 6 + later
    energy[use - 1 : use + 1] = 5.0
    sights = (ROWS["nothing"], NOON + 2, NOON + 5), (row, use, use)
    first = use if kind == "unusual_hour" else use - 1
    assert told(energy, *sights) == [
        (AnomalyKind.OUTAGE, NOON, NOON + 5),
        (AnomalyKind(kind), first, use),
    ]


@pytest.mark.parametrize("row", [ROWS["hour"], AWAY_USE])
def test_a_stuck_meter_hides_nothing_that_is_used_after_it(row: int) -> None:
    """What begins once its values move again is told; what begins with it is it."""
    energy = home()
    energy[NOON - 1 : NOON + 24] = energy[NOON - 1]
    use = NOON + 30
    stuck = ROWS["flat"], NOON + 5, NOON + 23
    kinds = [kind for kind, _, _ in told(energy, stuck, (row, use, use))]
    assert len(kinds) == 2
    assert kinds[0] is AnomalyKind.STUCK
    kinds = [kind for kind, _, _ in told(energy, stuck, (row, NOON + 3, NOON + 9))]
    assert kinds == [AnomalyKind.STUCK]


def test_low_use_hides_nothing_that_is_used_after_it() -> None:
    """Days of little and an hour of much after them are two alarms."""
    energy = home()
    energy[NOON : NOON + 60] /= 10
    use = NOON + 60
    energy[use] = 5.0
    kinds = told(energy, (ROWS["low"], NOON + 47, NOON + 70), (ROWS["hour"], use, use))
    assert [kind for kind, _, _ in kinds] == [
        AnomalyKind.UNUSUAL_HOUR,
        AnomalyKind.LOW_USE,
    ]


@pytest.mark.parametrize("seen", ["low", "day", "day_mean", "days_floor"])
def test_a_stuck_meter_is_one_alarm(seen: str) -> None:
    """What looks back at its hours, for days, tells nothing new of them."""
    energy = home()
    energy[NOON - 1 : NOON + 24] = energy[NOON - 1]
    last = NOON + 23 + SCALES[ROWS[seen]].reach - 1
    stuck = ROWS["flat"], NOON + 5, NOON + 23
    found = told(energy, stuck, (ROWS[seen], NOON + 10, last))
    assert found == [(AnomalyKind.STUCK, NOON, NOON + 23)]
    assert len(told(energy, stuck, (ROWS[seen], NOON + 10, last + 1))) == 2


def test_an_outage_is_one_alarm() -> None:
    """The little that is used on the days with it is no alarm of its own."""
    energy = home()
    energy[NOON : NOON + 30] = 0.0
    outage = ROWS["nothing"], NOON + 2, NOON + 29
    found = told(energy, outage, (ROWS["low"], NOON + 12, NOON + 60))
    assert found == [(AnomalyKind.OUTAGE, NOON, NOON + 29)]


def test_the_most_telling_kind_of_a_sign_tells_the_rest() -> None:
    """What was an unusual hour at first is left on later: one alarm."""
    energy = home()
    energy[NOON : NOON + 10] += 1.0
    sights = (ROWS["hour"], NOON, NOON), (ROWS["eight_hours"], NOON + 5, NOON + 9)
    ((kind, first, last),) = told(energy, *sights)
    assert kind is AnomalyKind.LEFT_ON
    assert abs(first - NOON) <= 1
    assert last == NOON + 9
