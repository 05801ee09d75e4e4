"""Every fault does what its record says, and nothing else."""

from collections.abc import Callable
import math

import pytest

from wattwise_dev.simulator import SimulatorError
from wattwise_dev.simulator.faults import FAULTS, faults_possible, inject
from wattwise_dev.simulator.sample import Sample

from .conftest import STEP_S
from .faulty_meter import COUNTERS, FAMILY, changed, faulty, number


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_reproducible(clean: list[Sample], name: str) -> None:
    """The same seed makes the same faults, another one makes others."""
    one, record = faulty(clean, name)
    again, _ = faulty(clean, name)
    other, other_record = faulty(clean, name, seed=1)
    assert repr(one) == repr(again)
    assert repr(one) != repr(other)
    assert all(event.times for event in record)
    assert [e.start_s for e in record] != [e.start_s for e in other_record]
    assert all(event.fault == name and event.meter == "grid" for event in record)


@pytest.mark.parametrize(("name", "level"), [("reset", 0.0), ("swap", None)])
def test_new_levels(clean: list[Sample], name: str, level: float | None) -> None:
    """Counters go on from the recorded level, one for one."""
    samples, (event,) = faulty(clean, name)
    assert level is None or event.amount == level
    assert event.channels == COUNTERS
    changes = changed(clean, samples)
    assert min(changes) == event.times[0]
    start = clean[[s.due_s for s in clean].index(event.times[0])]
    for original, sample in zip(clean, samples, strict=True):
        for channel in COUNTERS:
            expected = number(original, channel)
            if original.due_s >= event.times[0]:
                assert event.amount is not None
                expected += event.amount - number(start, channel)
            assert number(sample, channel) == pytest.approx(expected, abs=2e-6)


def test_repeated_resets_start_at_zero_each_time(clean: list[Sample]) -> None:
    """A later event builds on the level that an earlier one left."""
    stretched = [
        Sample(s.due_s + n * 60, s.time_s, s.values) for n, s in enumerate(clean)
    ]
    first, last = stretched[0].due_s, stretched[0].due_s + 90 * 86_400
    samples, record = inject(iter(stretched * 1), ["reset"], "grid", first, last)
    assert len(record) == 3
    seen = {s.due_s: s for s in samples}
    for event in record:
        if event.times:
            assert number(seen[event.times[0]], "energy_import") == 0


def test_single_samples_of_counters(clean: list[Sample]) -> None:
    """A dip lasts for one sample and is 0.1 kWh deep."""
    samples, record = faulty(clean, "dip")
    differences = changed(clean, samples)
    assert differences == {event.times[0]: set(COUNTERS) for event in record}
    index = {sample.due_s: n for n, sample in enumerate(clean)}
    for event in record:
        n = index[event.times[0]]
        for channel in COUNTERS:
            fallen = number(samples[n], channel) - number(clean[n], channel)
            assert fallen == pytest.approx(-0.1)


def test_zero_after_a_restart(clean: list[Sample]) -> None:
    """Some samples are missing, then one has counters at zero."""
    samples, record = faulty(clean, "zero")
    silent = {
        s.due_s
        for s in clean
        for event in record
        if event.start_s <= s.due_s <= event.end_s
    }
    assert silent
    rest = [sample for sample in clean if sample.due_s not in silent]
    assert changed(rest, samples) == {event.times[0]: set(COUNTERS) for event in record}
    for sample in samples:
        if any(sample.due_s in event.times for event in record):
            assert number(sample, "energy_import") == 0


def test_wrong_unit(clean: list[Sample]) -> None:
    """While it lasts, counters are a thousand times too high."""
    samples, record = faulty(clean, "wh_as_kwh")
    differences = changed(clean, samples)
    assert set(differences) == {time for event in record for time in event.times}
    for original, sample in zip(clean, samples, strict=True):
        if original.due_s in differences:
            assert number(sample, "energy_import") == pytest.approx(
                1000 * number(original, "energy_import")
            )


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("nan", lambda value: isinstance(value, float) and math.isnan(value)),
        ("none", lambda value: value is None),
        ("garbage", lambda value: isinstance(value, str) or abs(value) > 1e6),
    ],
)
def test_wrong_values(
    clean: list[Sample], name: str, wrong: Callable[[object], bool]
) -> None:
    """One value of one sample is what it should not be."""
    samples, record = faulty(clean, name)
    assert changed(clean, samples) == {
        event.times[0]: set(event.channels) for event in record
    }
    after = {sample.due_s: sample for sample in samples}
    for event in record:
        (channel,) = event.channels
        assert wrong(after[event.times[0]].values[channel])


def test_outage(clean: list[Sample]) -> None:
    """The recorded samples are missing, and the counters know nothing of it."""
    samples, record = faulty(clean, "outage")
    lost = {time for event in record for time in event.times}
    assert samples == [sample for sample in clean if sample.due_s not in lost]
    for event in record:
        assert len(event.times) * STEP_S >= 5 * 60 - STEP_S


def test_duplicate(clean: list[Sample]) -> None:
    """A sample comes twice in a row."""
    samples, record = faulty(clean, "duplicate")
    twice = {event.times[0] for event in record}
    expected = [s for s in clean for _ in range(2 if s.due_s in twice else 1)]
    assert samples == expected


def test_disorder(clean: list[Sample]) -> None:
    """A sample comes after later ones; none is lost."""
    samples, record = faulty(clean, "disorder")
    assert sorted(samples, key=lambda s: s.due_s) == clean
    position = {sample.due_s: n for n, sample in enumerate(samples)}
    for event in record:
        assert event.amount is not None
        late = event.times[0]
        overtaken_by = [s.due_s for s in samples[: position[late]] if s.due_s > late]
        assert len(overtaken_by) == event.amount


def test_wrong_clocks(clean: list[Sample]) -> None:
    """Time stamps lie ahead by as much as recorded, or in 1970."""
    samples, record = faulty(clean, "future")
    ahead = {event.times[0]: event.amount for event in record}
    assert {
        s.due_s: s.time_s - s.due_s for s in samples if s.time_s != s.due_s
    } == ahead
    samples, record = faulty(clean, "clock_1970")
    unset = [s.due_s for s in samples if s.iso_time.startswith("1970-01-0")]
    assert unset == [time for event in record for time in event.times]
    assert len([s for s in samples if s.time_s == s.due_s]) + len(unset) == len(clean)


def test_all_faults_together(clean: list[Sample]) -> None:
    """Faults can be combined; a year of them is no problem either."""
    samples, record = faulty(clean, *FAULTS)
    assert {event.fault for event in record} == set(FAULTS)
    assert 0.5 * len(clean) < len(samples) < len(clean)
    first = clean[0].due_s
    _, record = inject(iter(clean), FAULTS, "grid", first, first + 400 * 86_400)
    assert len(record) > 5000


def test_a_year_of_events_is_taken_one_by_one(clean: list[Sample]) -> None:
    """Thousands of events do not nest."""
    spread = [
        Sample(sample.due_s + n * 6000, sample.time_s, sample.values)
        for n, sample in enumerate(clean)
    ]
    first, last = spread[0].due_s, spread[-1].due_s
    samples, record = inject(iter(spread), ["duplicate"], "grid", first, last)
    assert len(list(samples)) == len(spread) + len(record)
    assert len(record) > 1000


def test_only_the_grid_has_a_voltage() -> None:
    """Voltage faults of an appliance are not possible; unknown ones are errors."""
    assert faults_possible(["sag", "dip"], FAMILY, "ac") == ("dip",)
    assert faults_possible(["sag", "dip"], FAMILY, "grid") == ("sag", "dip")
    with pytest.raises(SimulatorError, match=r"'gremlin'.*sag, swell"):
        faults_possible(["gremlin"], FAMILY, "grid")
    with pytest.raises(SimulatorError, match="'gremlin'"):
        inject([], ["gremlin"], "grid", 0, 1)
