"""The benchmark of forecasts tells what they cost, and they do not cost too much."""

from wattwise_dev.benchmark.forecast.benchmark import findings
from wattwise_dev.benchmark.forecast.measuring import made_up_energy, measure_here


def test_forecasts_are_quick() -> None:
    """Who makes them three times as slow sees it here.

    The limits are three times what a busy machine needs for half a year.
    """
    costs = measure_here(180)
    assert costs.cheapest_seconds < 0.01
    assert costs.fit_and_ask_seconds < 0.8
    assert costs.lesson_seconds < 9
    assert costs.hour_seconds < 0.2
    assert costs.restore_seconds < 0.1
    assert costs.fit_and_ask_mib is None or costs.fit_and_ask_mib < 80
    assert costs.lesson_mib is None or costs.lesson_mib < 150
    assert costs.state_bytes < 1_200_000
    told = findings(costs)
    assert all(figure.met is not False for figure in told.figures)


def test_the_home_is_the_same_every_time() -> None:
    """Figures of two runs are about the same readings."""
    assert (made_up_energy(30) == made_up_energy(30)).all()
