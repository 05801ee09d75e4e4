"""Whether more is drawn than was agreed."""

from custom_components.wattwise.alerting.supply.overload import OverloadWatch


def tell(watch: OverloadWatch, seconds: range, watts: float) -> bool:
    """Let the same be drawn for some seconds; return what is said then."""
    for second in seconds:
        watch.update(second * 1000, watts)
    return watch.overloaded


def test_overload() -> None:
    """More than the contract for half a minute is told, a kettle's start is not."""
    watch = OverloadWatch(6_900.0)
    assert not tell(watch, range(10), 6_000)
    assert not tell(watch, range(10, 40), 7_500)
    assert tell(watch, range(40, 42), 7_500)
    # Just below the contract it has not ended.
    assert tell(watch, range(42, 200), 6_700)
    assert tell(watch, range(200, 260), 2_000)
    assert not tell(watch, range(260, 262), 2_000)


def test_what_is_fed_in_is_no_overload() -> None:
    """A roof may give more than the contract supplies."""
    assert not tell(OverloadWatch(6_900.0), range(100), -9_000)


def test_a_restart_in_the_middle() -> None:
    """What was there before is there until it has been over for a minute."""
    watch = OverloadWatch(6_900.0, overloaded=True)
    assert watch.overloaded
    assert tell(watch, range(60), 900)
    assert not tell(watch, range(60, 62), 900)
