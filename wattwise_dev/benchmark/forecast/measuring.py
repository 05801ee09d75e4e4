"""Measures forecasting in a process of its own, on one thread."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import multiprocessing
import os
import time
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.forecasting.model import FittedModel, Model
from custom_components.wattwise.analytics.forecasting.models.persistence import (
    PersistenceEnsemble,
)
from custom_components.wattwise.analytics.forecasting.past import (
    DAYS_AHEAD,
    Calendar,
    Past,
)
from custom_components.wattwise.analytics.forecasting.registry import default_models
from custom_components.wattwise.analytics.forecasting.series_forecast import (
    SeriesForecast,
)
from wattwise_dev.evaluation.peak_memory import PeakMemory

# Of several tries the shortest one: what others did on the machine is not measured.
_TRIES: Final = 5
_BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class ForecastCosts:
    """Seconds of a processor, memory and sizes; memory is None where it is not told."""

    days: int
    cheapest_seconds: float
    fit_and_ask_seconds: float
    fit_and_ask_mib: float | None
    lesson_seconds: float
    lesson_mib: float | None
    night_seconds: float
    hour_seconds: float
    restore_seconds: float
    state_bytes: int


def measure(days: int) -> ForecastCosts:
    """Measure a home of so many days in a new process, which ends with it."""
    for name in _THREADS:
        os.environ[name] = "1"
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawned) as pool:
        return pool.submit(measure_here, days).result()


def measure_here(days: int) -> ForecastCosts:
    """Measure in this process: memory is that beyond what it holds already."""
    energy = made_up_energy(days)
    past = _past(energy)
    # What is read and compiled once is not what a forecast costs.
    _ask(default_models(), past.until(20))
    memory = PeakMemory()
    fit_and_ask = _shortest(lambda: _ask(default_models(), past))
    fit_and_ask_mib = memory.mib()
    cheapest = _shortest(lambda: _ask([PersistenceEnsemble()], past))

    slots = {
        int(_BEGIN.timestamp()) + 3600 * hour: float(kwh)
        for hour, kwh in enumerate(energy.ravel())
    }
    midnight = _BEGIN + timedelta(days=days - 1)
    series, memory = SeriesForecast(UTC), PeakMemory()
    series.take(slots, midnight)
    lesson = _once(series.learn)
    lesson_mib = memory.mib()
    night = _once(lambda: _live(series, slots, midnight + timedelta(days=1)))
    now = midnight + timedelta(days=1, hours=10)
    hour = _shortest(lambda: _look_out(series, slots, now))
    state = series.state()
    restore = _shortest(lambda: SeriesForecast(UTC).restore(state))
    return ForecastCosts(
        days,
        cheapest,
        fit_and_ask,
        fit_and_ask_mib,
        lesson,
        lesson_mib,
        night,
        hour,
        restore,
        len(state),
    )


def made_up_energy(days: int) -> np.ndarray:
    """Return the energy [kWh] of each hour (days, 24) of a home with dinner at seven."""
    rng = np.random.default_rng(1)
    evening = np.exp(-(((np.arange(24) - 19) / 2.5) ** 2))
    level = np.exp(rng.normal(0, 0.25, (days, 1)))
    bursts = rng.gamma(0.5, 0.4, (days, 24))
    return np.asarray(0.1 + level * (0.6 * evening + bursts * (0.2 + evening)))


def _past(energy: np.ndarray) -> Past:
    weekday = np.arange(len(energy) + DAYS_AHEAD) % 7
    return Past(
        energy, Calendar(weekday, np.zeros_like(weekday)), first_day=_BEGIN.toordinal()
    )


def _ask(models: list[Model], past: Past) -> None:
    """Fit what has to be fitted, and forecast 48 hours from any moment of a day."""
    # What a model has worked out of a past is not there at another midnight.
    past = past.until(past.days)
    for model in models:
        if isinstance(model, FittedModel):
            model.fit(past)
        for lead in range(DAYS_AHEAD):
            model.predict(past, lead)


def _live(series: SeriesForecast, slots: dict[int, float], now: datetime) -> None:
    series.take(slots, now)
    series.learn()


def _look_out(series: SeriesForecast, slots: dict[int, float], now: datetime) -> None:
    series.take(slots, now)
    series.outlook(now)


def _once(work: Callable[[], None]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _shortest(work: Callable[[], None]) -> float:
    return min(_once(work) for _ in range(_TRIES))
