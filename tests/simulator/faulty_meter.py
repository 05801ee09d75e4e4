"""A grid meter with faults, and how it differs from one without."""

from wattwise_dev.simulator import household_named
from wattwise_dev.simulator.faults import FaultEvent, inject
from wattwise_dev.simulator.sample import Sample

from .conftest import END, START

FAMILY = household_named("family")
COUNTERS = ("energy_import", "energy_export")


def faulty(
    clean: list[Sample], *names: str, seed: int = 0
) -> tuple[list[Sample], list[FaultEvent]]:
    """Return the samples with faults, and their record."""
    first, last = int(START.timestamp()), int(END.timestamp())
    samples, record = inject(iter(clean), names, "grid", first, last, seed)
    return list(samples), record


def number(sample: Sample, channel: str) -> float:
    """Return a value that has to be a number."""
    value = sample.values[channel]
    assert isinstance(value, float)
    return value


def changed(clean: list[Sample], samples: list[Sample]) -> dict[int, set[str]]:
    """Return which channels differ, by time, where no sample is missing."""
    assert [s.due_s for s in clean] == [s.due_s for s in samples]
    differences = {}
    for before, after in zip(clean, samples, strict=True):
        assert before.time_s == after.time_s
        assert before.values.keys() == after.values.keys()
        names = {
            name
            for name, value in before.values.items()
            if repr(after.values[name]) != repr(value)
        }
        if names:
            differences[before.due_s] = names
    return differences
