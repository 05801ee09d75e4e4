"""The benchmark of keeping readings: what is measured, in which order."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from ..load import MeasurementError
from ..progress import Say
from .asking import Answers
from .bare_tables import ask_bare_tables, fill_bare_tables
from .durable_rates import Rate, measure_rates
from .filling import FILE, Filled, fill
from .heap import heap_of_a_home
from .meters import simulate_meters
from .plan import Plan
from .questions import ask_history
from .recorder_filling import (
    Recorded,
    create_recorder,
    import_hours,
    record_states,
)
from .recorder_questions import ask_recorder
from .space import Space
from .span import RAW, span_of
from .watch import Cost, watched

# What was measured last lies this long ago: the current hour is never over.
_MARGIN: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that was measured."""

    idle: Cost
    rates: dict[int, Rate]
    filled: Filled
    answers: dict[str, Answers]
    bare_answers: dict[str, Answers]
    recorder_empty: Space
    recorded: Recorded
    recorder_answers: dict[str, Answers]


async def measure(folder: Path, plan: Plan, say: Say) -> Measured:
    """Measure everything, each part in a new process; the folder is new and stays."""
    say("Simulating what three meters measured ...")
    end = datetime.now(UTC).replace(microsecond=0) - _MARGIN
    measurements = await asyncio.to_thread(simulate_meters, folder, plan, end)
    span = span_of(plan, end)
    idle = await apart(_idle, plan)
    say("Appending live readings, in turn with bare sqlite3 ...")
    rates = await apart(measure_rates, folder, measurements, plan)
    say("Booking all readings as an import ...")
    filled = await apart(fill, folder, measurements, say)
    say("Asking bare tables, then the history ...")
    bare = folder / "bare-tables.db"
    await asyncio.to_thread(fill_bare_tables, bare, measurements, span)
    bare_answers = await apart(ask_bare_tables, bare, span, plan)
    answers = await apart(ask_history, folder / FILE, span, plan)
    if answers[RAW].rows != bare_answers[RAW].rows:
        raise MeasurementError(
            f"The history has {answers[RAW].rows} readings"
            f" where {bare_answers[RAW].rows} were booked"
        )
    say("Recording the same with Home Assistant's recorder ...")
    recorder = folder / "recorder"
    await asyncio.to_thread(recorder.mkdir)
    start_ms = span.recorder_ms
    empty = await apart(create_recorder, recorder)
    recorded = await apart(record_states, recorder, measurements, start_ms)
    await apart(import_hours, recorder, measurements, start_ms)
    say("Asking the recorder ...")
    recorder_answers = {
        name: await apart(ask_recorder, recorder, name, span, plan.warm)
        for name in answers
    }
    return Measured(
        idle, rates, filled, answers, bare_answers, empty, recorded, recorder_answers
    )


async def _idle(plan: Plan) -> Cost:
    async with watched() as cost:
        await asyncio.sleep(plan.idle_s)
    return cost


async def apart[**P, R](
    function: Callable[P, Coroutine[Any, Any, R]], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Run a coroutine function in a new process, as large as a home's."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return await loop.run_in_executor(
            pool, partial(_run, function, *args, **kwargs)
        )


def _run[**P, R](
    function: Callable[P, Coroutine[Any, Any, R]], *args: P.args, **kwargs: P.kwargs
) -> R:
    with heap_of_a_home():
        return asyncio.run(function(*args, **kwargs))
