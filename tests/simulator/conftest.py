"""What the tests of the simulator share."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from wattwise_dev.simulator import Chunk, Household, household_named, simulate
from wattwise_dev.simulator.sample import Sample, samples_of


def utc(text: str) -> datetime:
    """Return a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Of the samples that faults are brought into.
START, END = utc("2026-01-10"), utc("2026-01-14")
STEP_S = 60


def run(
    household: Household,
    start: str,
    days: float,
    step_s: int = 60,
    seed: int = 0,
    meters: Collection[str] | None = None,
    *,
    early: bool = False,
) -> Chunk:
    """Return a simulation in one piece.

    `early` lets the counters start with it, so that no days before have to be made.
    """
    begin = utc(start)
    if early:
        household = replace(household, counters_start=begin.date())
    end = begin + timedelta(days=days)
    return joined(list(simulate(household, begin, end, step_s, seed, meters)))


def joined(chunks: list[Chunk]) -> Chunk:
    """Return chunks as one."""
    return Chunk(
        np.concatenate([chunk.times for chunk in chunks]),
        {
            key: np.concatenate([chunk.values[key] for chunk in chunks])
            for key in chunks[0].values
        },
    )


@pytest.fixture(name="clean", scope="session")
def clean_fixture() -> list[Sample]:
    """Return four days of the family's grid meter."""
    family = household_named("family")
    chunks = simulate(family, START, END, STEP_S, meters=["grid"])
    return list(samples_of(chunks, "grid"))
