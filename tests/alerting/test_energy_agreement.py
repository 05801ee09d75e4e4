"""Power and counters that tell of the same energy, or do not."""

import json

import pytest

from custom_components.wattwise.alerting.health.energy_agreement import (
    Disagreement,
    EnergyAgreement,
)
from custom_components.wattwise.metering.quantity import Channel

IMPORT, EXPORT = Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT
BEGIN_MS = 1_781_000_000_000
HOLD_MS = 300_000


class Home:
    """A meter that reports each 10 seconds."""

    def __init__(self, step_wh: float = 1.0) -> None:
        """Show counters in steps of so many watt hours."""
        self.agreement = EnergyAgreement(HOLD_MS)
        self._step_wh = step_wh
        self._at_s = 0
        self._wh = {IMPORT: 5_000_000.0, EXPORT: 2_000_000.0}

    def run(
        self, hours: float, shown_w: float, *, import_w: float, export_w: float = 0.0
    ) -> Disagreement | None:
        """Show a power while the counters count others; return what is said."""
        for _ in range(int(hours * 360)):
            self._at_s += 10
            time_ms = BEGIN_MS + self._at_s * 1000
            self.agreement.update(time_ms, shown_w)
            for channel, watts in ((IMPORT, import_w), (EXPORT, export_w)):
                self._wh[channel] += watts / 360
                shown_wh = self._wh[channel] // self._step_wh * self._step_wh
                self.agreement.note_counter(channel, time_ms, shown_wh)
        return self.agreement.disagreement

    def restart(self, hours: float, *, import_w: float) -> None:
        """Count on for hours in which nobody listens, and go on from what was kept."""
        kept = json.loads(json.dumps(self.agreement.state()))
        self.agreement = EnergyAgreement(HOLD_MS)
        self.agreement.restore(kept)
        self.pass_unheard(hours, import_w=import_w)

    def pass_unheard(self, hours: float, *, import_w: float) -> None:
        """Count on for hours in which nothing is told."""
        self._at_s += int(hours * 3600)
        self._wh[IMPORT] += hours * import_w


@pytest.mark.parametrize("step_wh", [0.001, 1.0, 100.0, 1000.0])
@pytest.mark.parametrize("watts", [40.0, 400.0, 5000.0])
def test_they_agree(step_wh: float, watts: float) -> None:
    """Neither coarse counters nor little power are a contradiction."""
    home = Home(step_wh)
    for _ in range(20):
        assert home.run(5, watts, import_w=watts) is None


def test_a_counter_that_stands() -> None:
    """A kWh flowed, and the counter did not move; it ends soon after it does."""
    home = Home()
    assert home.run(3, 1000, import_w=1000) is None
    assert home.run(2.2, 1000, import_w=0) is Disagreement.COUNTER_STANDS
    assert home.run(0.05, 1000, import_w=1000) is Disagreement.COUNTER_STANDS
    assert home.run(2.5, 1000, import_w=1000) is None


def test_power_that_stands() -> None:
    """The counter counts, and the power shows next to nothing."""
    home = Home()
    assert home.run(3, 1000, import_w=1000) is None
    assert home.run(2.2, 3, import_w=1000) is Disagreement.POWER_STANDS
    assert home.run(2.5, 1000, import_w=1000) is None


def test_it_does_not_flap() -> None:
    """A counter told half an hour late is no counter that stands."""
    home = Home()
    home.run(3, 2000, import_w=2000)
    for _ in range(6):
        assert home.run(0.4, 2000, import_w=0) is None
        assert home.run(0.4, 2000, import_w=4000) is None


def test_a_roof_on_one_phase() -> None:
    """Where phases count by themselves both counters move, and the sum is nothing."""
    home = Home()
    home.run(3, 1000, import_w=1000)
    assert home.run(6, 0.0, import_w=2000, export_w=2000) is None


def test_export_is_counted_too() -> None:
    """What is fed in has a counter of its own, which may stand."""
    home = Home()
    home.run(3, -2000, import_w=0, export_w=2000)
    assert home.run(2, -2000, import_w=0, export_w=0) is Disagreement.COUNTER_STANDS


def test_a_counter_that_never_moved_is_not_judged() -> None:
    """A meter for one way only has a second counter that stands for ever."""
    home = Home()
    assert home.run(8, -2000, import_w=0, export_w=0) is None


def test_power_that_is_not_told_does_not_stand() -> None:
    """A meter that tells its counter only, from now on, contradicts nothing."""
    home = Home()
    home.run(3, 1000, import_w=1000)
    begin_ms = BEGIN_MS + 3 * 3_600_000
    for number in range(1000):
        home.agreement.note_counter(
            IMPORT, begin_ms + number * 10_000, 5_003_000.0 + number * 10
        )
        assert home.agreement.disagreement is None


def test_gaps_and_resets_begin_anew() -> None:
    """What the counter counted while no power was told, or before it fell, is left out."""
    home = Home()
    home.run(3, 500, import_w=500)
    home.agreement.interrupt()
    home.agreement.note_counter(IMPORT, BEGIN_MS + 10**8, 9_000_000.0)
    home.agreement.update(BEGIN_MS + 10**8 + 10_000, 500.0)
    home.agreement.note_counter(IMPORT, BEGIN_MS + 10**8 + 10_000, 9_000_001.0)
    assert home.agreement.disagreement is None
    home.agreement.note_counter(IMPORT, BEGIN_MS + 2 * 10**8, 5.0)
    assert home.agreement.disagreement is None


def test_a_restart_forgets_no_contradiction() -> None:
    """It goes on, a counter that stands on is found again, and it ends as ever."""
    home = Home()
    home.run(3, 1000, import_w=1000)
    assert home.run(2.2, 1000, import_w=0) is Disagreement.COUNTER_STANDS
    home.restart(0.5, import_w=0)
    assert home.run(0.5, 1000, import_w=0) is Disagreement.COUNTER_STANDS
    assert home.run(5, 1000, import_w=0) is Disagreement.COUNTER_STANDS
    home.restart(0.5, import_w=1000)
    assert home.run(0.5, 1000, import_w=1000) is None


def test_what_is_counted_while_nobody_listens() -> None:
    """After a restart, and after a gap, the counter is far ahead: it contradicts nothing."""
    home = Home()
    home.run(3, 1000, import_w=1000)
    home.restart(30, import_w=1000)
    assert home.run(3, 1000, import_w=1000) is None
    home.agreement.interrupt()
    home.pass_unheard(30, import_w=1000)
    for _ in range(30):
        assert home.run(0.1, 1000, import_w=1000) is None


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"disagreement": "moon", "steps": 7},
        {"steps": {"energy_import": "x", "b": [1.0]}},
        {"disagreement": ["x"], "steps": {"energy_import": ["a", -1.0, None]}},
    ],
)
def test_nonsense_that_was_kept(kept: dict[str, object]) -> None:
    """What cannot be a state is left out."""
    home = Home()
    home.agreement.restore(kept)
    assert home.agreement.state() == EnergyAgreement(HOLD_MS).state()
    assert home.run(5, 1000, import_w=1000) is None
