"""Our models on the households: each in a process of its own, which tells its memory."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
import multiprocessing
import time
from typing import Final

from wattwise_dev.benchmark.progress import Say

from .contestants import Contestant, contestant
from .cost import Cost
from .divided_hours import DIVIDED
from .household import Household
from .issued import Issued, published
from .peak_memory import PeakMemory
from .plan import Plan

# Homes are told one by one only where that takes long.
_QUIET_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """What a model said of each household, and what that cost."""

    name: str
    issued: list[Issued]
    cost: Cost


def run_apart(
    name: str, households: Sequence[Household], plan: Plan, say: Say
) -> Entry:
    """Ask a model in a new process, which ends with it."""
    forked = multiprocessing.get_context("forkserver")
    # Importing takes seconds: it is done once, for all processes to come.
    forked.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(max_workers=1, mp_context=forked) as pool:
        return pool.submit(run_here, name, households, plan, say).result()


def run_here(name: str, households: Sequence[Household], plan: Plan, say: Say) -> Entry:
    """Ask a model for all that the plan wants."""
    memory, whole = PeakMemory(), Cost()
    issued, told = [], time.monotonic()
    for number, household in enumerate(households, start=1):
        if time.monotonic() - told > _QUIET_SECONDS:
            say(f"{name}: home {number} of {len(households)}")
            told = time.monotonic()
        said, cost = _forecasts(name, household, plan)
        issued.append(said)
        whole.add(cost)
    whole.memory_mib = memory.mib()
    return Entry(name, issued, whole)


def _forecasts(name: str, household: Household, plan: Plan) -> tuple[Issued, Cost]:
    asked, cost = _beginner(name), Cost()
    origins = plan.origins_of(household)
    said = Issued.nothing(origins, household.past.slots)
    for index, day in enumerate(origins):
        if plan.history is not None:
            # What was learned at an earlier origin came from days before its history.
            cost.add(asked.cost)
            asked = _beginner(name)
        prediction = asked.forecast(plan.known(household, day), plan.lead)
        if prediction is not None:
            said.values[index] = published(prediction)
    cost.add(asked.cost)
    return said, cost


def _beginner(name: str) -> Contestant:
    """Return one that knows nothing yet."""
    return DIVIDED[name]() if name in DIVIDED else contestant(name)
