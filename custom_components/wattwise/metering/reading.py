"""A reading, and why one may be refused."""

from dataclasses import dataclass
from enum import StrEnum

from .quantity import Channel


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one channel of a meter at one moment.

    `time_ms` is UTC in milliseconds since the epoch; `value` is in the base unit of
    the channel's quantity. `index` is the position in what the sender sent, so that
    an answer can name it.
    """

    channel: Channel
    time_ms: int
    value: float
    index: int = 0


class Refusal(StrEnum):
    """Why a reading was not taken into the history."""

    NOT_A_NUMBER = "not_a_number"
    ERROR_VALUE = "error_value"
    """The number by which the meter says that it does not know."""
    UNKNOWN_UNIT = "unknown_unit"
    MALFORMED = "malformed"
    INVALID_TIME = "invalid_time"
    CLOCK_NOT_SET = "clock_not_set"
    FUTURE_TIME = "future_time"
    OUT_OF_RANGE = "out_of_range"
    NEGATIVE_ENERGY = "negative_energy"
    MORE_THAN_POSSIBLE = "more_than_possible"
    CONFLICTING_VALUE = "conflicting_value"
    COUNTER_FELL = "counter_fell"
    COUNTER_JUMPED = "counter_jumped"
    OUT_OF_SEQUENCE = "out_of_sequence"
    ALREADY_COVERED = "already_covered"
    TOO_FAST = "too_fast"
    """More came than could be read."""


@dataclass(frozen=True, slots=True)
class RefusedReading:
    """A reading that was not taken, and why."""

    index: int
    channel: Channel | None
    reason: Refusal
    value: float | None = None
    time_ms: int | None = None
