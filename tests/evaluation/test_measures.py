"""Forecasts are scored by what happened, and gaps by nobody."""

from datetime import date, datetime

import numpy as np
import pytest

from wattwise_dev.evaluation.issued import Issued
from wattwise_dev.evaluation.measures import by_hour, measure
from wattwise_dev.evaluation.pairs import Pairs, pair

from .households import made


def pairs(
    measured: list[float], said: list[list[float]], origin: list[int] | None = None
) -> Pairs:
    """Return pairs of so many slots of one day, or of the days named by origin."""
    count = len(measured)
    return Pairs(
        np.array(origin or [0] * count),
        np.arange(count) % 24,
        np.arange(count) * 3600,
        np.array(measured),
        np.array(said),
    )


def flat(measured: list[float], value: float) -> Pairs:
    """Return pairs of a forecast that always says the same, without a band."""
    return pairs(measured, [[value] * len(measured)] * 4)


def test_figures_by_hand() -> None:
    """Each figure is what its definition says."""
    measured = [1.0, 3.0, 2.0, 2.0]
    said = [[0.0, 1.0, 1.0, 3.0], [1.0, 2.0, 2.0, 4.0], [2.0, 2.5, 3.0, 5.0]]
    own = pairs(measured, [*said, [1.5, 2.5, 2.5, 2.5]], origin=[0, 0, 1, 1])
    figures = measure(own, flat(measured, 0.0), flat(measured, 1.0))

    assert figures.slots == 4
    assert figures.load == 2
    assert figures.mae == pytest.approx((0 + 1 + 0 + 2) / 4)
    assert figures.nmae == pytest.approx(0.75 / 2)
    assert figures.rel_weekly == pytest.approx(0.75 / 2)
    assert figures.rel_persistence == pytest.approx(0.75 / 1)
    assert figures.rmse == pytest.approx(0.5)
    assert figures.rmse_rel == pytest.approx(0.5 / np.sqrt(18 / 4))
    # Totals of 4 and 4, forecast as 4 and 5.
    assert figures.mape_day == pytest.approx(0.125)
    assert figures.wape_day == pytest.approx(1 / 8)
    assert figures.bias == pytest.approx(1 / 8)
    p10 = 0.1 * 1 + 0.1 * 2 + 0.1 * 1 + 0.9 * 1
    p50 = 0.5 * 0 + 0.5 * 1 + 0.5 * 0 + 0.5 * 2
    p90 = 0.1 * 1 + 0.9 * 0.5 + 0.1 * 1 + 0.1 * 3
    assert figures.pinball == pytest.approx((p10 + p50 + p90) / 12 / 2)
    assert figures.coverage == 0.5
    assert figures.width == pytest.approx((2 + 1.5 + 2 + 2) / 4 / 2)


def test_gaps_are_never_scored() -> None:
    """Whatever was said of a gap changes nothing but that its day has no total."""
    nan = float("nan")
    measured = [1.0, nan, 2.0, 2.0]
    figures = [
        measure(
            pairs(measured, [[1.0, wild, 1.0, 1.0]] * 4, origin=[0, 0, 1, 1]),
            flat(measured, 0.0),
            flat(measured, 0.0),
        )
        for wild in (0.0, 1000.0)
    ]
    assert figures[0] == figures[1]
    assert figures[0].slots == 3
    assert figures[0].wape_day == pytest.approx(2 / 4)


def test_all_are_compared_on_the_same_slots() -> None:
    """A model that was asked for some days is compared with the others on these."""
    measured = [1.0] * 4
    nan = float("nan")
    some = pairs(measured, [[2.0, nan, nan, 2.0]] * 4)
    reference = pairs(measured, [[3.0, 9.0, 9.0, 3.0]] * 4)

    assert measure(some, reference, reference).rel_weekly == pytest.approx(0.5)


def test_a_home_that_uses_nothing_has_no_ratios() -> None:
    """Nothing is divided by nothing, and nothing fails."""
    zero = flat([0.0] * 4, 0.0)
    figures = measure(zero, zero, zero)

    assert figures.mae == 0
    assert figures.coverage == 1
    assert figures.as_dict()["rel_weekly"] is None
    assert figures.as_dict()["wape_day"] is None


@pytest.mark.parametrize("lead", [0, 1])
@pytest.mark.parametrize(
    ("first", "hours"), [(date(2013, 3, 24), 23), (date(2013, 10, 20), 25)]
)
def test_days_on_which_the_clock_changes(first: date, hours: int, lead: int) -> None:
    """Each slot that was is scored once, against what the clock then showed."""

    def hour(moment: datetime) -> float:
        return 1.0 + moment.hour

    home = made(10, first, value=hour)
    origins = [7 - lead]
    values = np.tile(1.0 + np.arange(24.0), (1, 4, 1))
    laid = pair(home, Issued(tuple(origins), values), lead)

    assert len(laid.measured) == hours
    np.testing.assert_allclose(laid.said[1], laid.measured)
    assert laid.start[0] == home.midnight(7).timestamp()
    assert measure(laid, laid, laid).mae == pytest.approx(0, abs=1e-9)


def test_hours_of_half_hours() -> None:
    """Two half hours are scored as one hour of the day."""
    laid = flat([0.0, 2.0] * 24, 1.0)
    hours = by_hour(
        Pairs(laid.origin, np.arange(48), laid.start, laid.measured, laid.said), 48
    )
    assert [figures.hour for figures in hours] == list(range(24))
    assert {(figures.mae, figures.load, figures.coverage) for figures in hours} == {
        (1.0, 1.0, 0.0)
    }
