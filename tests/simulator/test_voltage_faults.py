"""Voltage events: levels, durations, and what happens to the rest of a sample."""

from itertools import pairwise

import pytest

from wattwise_dev.simulator.sample import Sample

from .faulty_meter import COUNTERS, changed, faulty, number


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("sag", (0.40, 0.85)),
        ("swell", (1.12, 1.25)),
        ("low", (0.82, 0.89)),
        ("high", (1.11, 1.14)),
    ],
)
def test_voltage_events(
    clean: list[Sample], name: str, shares: tuple[float, float]
) -> None:
    """Voltages take the recorded level; loads keep their power."""
    samples, record = faulty(clean, name)
    differences = changed(clean, samples)
    assert set(differences) == {time for event in record for time in event.times}
    before = {sample.due_s: sample for sample in clean}
    after = {sample.due_s: sample for sample in samples}
    for event in record:
        assert event.amount is not None
        assert shares[0] <= event.amount <= shares[1]
        for time in event.times:
            for phase in (1, 2, 3):
                volts = number(after[time], f"voltage_l{phase}")
                assert volts == pytest.approx(230 * event.amount, abs=2)
                assert volts * number(
                    after[time], f"current_l{phase}"
                ) == pytest.approx(
                    number(before[time], f"voltage_l{phase}")
                    * number(before[time], f"current_l{phase}"),
                    abs=0.5,
                )
    assert all(
        name.startswith(("voltage", "current"))
        for names in differences.values()
        for name in names
    )


def test_events_last_as_long_as_recorded(clean: list[Sample]) -> None:
    """Long events touch every sample of their time."""
    _, record = faulty(clean, "low", "high", "fluctuation")
    for event in record:
        inside = [s.due_s for s in clean if event.start_s <= s.due_s <= event.end_s]
        assert event.times == inside
        assert len(inside) > 5


def test_fluctuation(clean: list[Sample]) -> None:
    """The voltage goes up and down by turns."""
    samples, record = faulty(clean, "fluctuation")
    before = {sample.due_s: number(sample, "voltage_l1") for sample in clean}
    after = {sample.due_s: number(sample, "voltage_l1") for sample in samples}
    for event in record:
        signs = [after[time] > before[time] for time in event.times]
        assert all(one != other for one, other in pairwise(signs))
        for time in event.times:
            assert 0.03 < abs(after[time] / before[time] - 1) < 0.052


def test_interruption(clean: list[Sample]) -> None:
    """Nothing flows, and counters never get back what was not used."""
    samples, (event, *_) = faulty(clean, "interruption")
    counters_before = None
    for sample, original in zip(samples, clean, strict=True):
        counters = [number(sample, channel) for channel in COUNTERS]
        if sample.due_s in event.times:
            assert number(sample, "power") == number(sample, "frequency") == 0
            assert number(sample, "voltage_l2") < 3
            assert counters == counters_before
        elif sample.due_s < event.start_s:
            assert sample.values == original.values
        else:
            assert counters == pytest.approx(
                [
                    number(original, channel) + event.shift[channel]
                    for channel in COUNTERS
                ]
            )
            break
        counters_before = counters
    assert min(event.shift.values()) < 0
