"""The live readings of a channel, in the order of their times."""

import pytest

from custom_components.wattwise.alerting.feed import Feed

HOLD_MS = 300_000


class Notes:
    """Notes what it is told."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.told: list[float | str] = []

    def update(self, time_ms: int, value: float) -> None:
        """Note a value."""
        self.told.append(value)

    def interrupt(self) -> None:
        """Note a gap."""
        self.told.append("gap")


@pytest.mark.parametrize(
    ("times", "told"),
    [
        # In order, the last one just held.
        ([0, 10, 310], [0, 1, 2]),
        # A gap of more than five minutes.
        ([0, 10, 311], [0, 1, "gap", 2]),
        # Told twice, and told late.
        ([0, 10, 10, 5, 20], [0, 1, 4]),
        # A late one does not move the clock back: 300 is no gap after 10.
        ([0, 10, 0, 300], [0, 1, 3]),
        # The meter's clock was set back an hour, and goes on from there.
        ([3600, 3610, 10, 20], [0, 1, "gap", 2, 3]),
        # A power cut, and a clock that began at nothing until it was set.
        ([7200, 0, 10, 7300], [0, "gap", 1, 2, "gap", 3]),
    ],
)
def test_order(times: list[int], told: list[float | str]) -> None:
    """Late readings are left out, gaps are told, and each value comes once."""
    notes = Notes()
    feed = Feed(HOLD_MS, [notes])
    for value, second in enumerate(times):
        feed.take(second * 1000, value)
    assert notes.told == told
