"""Simulated households: what their meters show, by the second and reproducible."""

from .errors import SimulatorError
from .household import Household, Meter, MeterKind
from .households import HOUSEHOLDS, household_named
from .stream import Chunk, simulate

__all__ = [
    "HOUSEHOLDS",
    "Chunk",
    "Household",
    "Meter",
    "MeterKind",
    "SimulatorError",
    "household_named",
    "simulate",
]
