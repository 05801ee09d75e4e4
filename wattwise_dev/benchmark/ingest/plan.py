"""How much is sent, and how long is waited, in a full run and in a quick one."""

from dataclasses import dataclass
from typing import Final

from custom_components.wattwise.request_rate import BURST, SUSTAINED_PER_SECOND

METERS: Final = 3
# A meter that has been away sends its backlog in batches of this many values.
BATCH_VALUES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Plan:
    """The sizes of a run."""

    coarse_days: int
    """History at 15 minutes that is there before."""
    fine_days: int
    """History at 10 seconds that follows it."""
    uptime_s: float
    """How long Home Assistant runs before anything is measured."""
    memory_samples: int
    idle_s: float
    """How long the idle event loop is watched."""
    single_s: float
    """How long single readings are sent."""
    singles_per_second: float
    """By each meter."""
    batches: int
    """Sent by one meter, one after the other."""
    batches_at_once: int
    """Sent by each of all meters at the same time."""
    rest_s: float
    """Between two sorts of batches; a meter that has used its burst up needs it."""
    late_batches: int
    """Sent by one meter that has reported something newer before."""
    large_batches: int
    """Of a thousand items with all channels each."""
    set_ups: int
    """Cold, then warm."""


FULL: Final = Plan(
    coarse_days=335,
    fine_days=30,
    uptime_s=60,
    memory_samples=10,
    idle_s=15,
    single_s=30,
    singles_per_second=12,
    batches=100,
    batches_at_once=60,
    rest_s=BURST / SUSTAINED_PER_SECOND,
    late_batches=50,
    large_batches=15,
    set_ups=5,
)
QUICK: Final = Plan(
    coarse_days=30,
    fine_days=1,
    uptime_s=10,
    memory_samples=3,
    idle_s=3,
    single_s=5,
    singles_per_second=12,
    batches=20,
    batches_at_once=10,
    rest_s=0,
    late_batches=10,
    large_batches=3,
    set_ups=2,
)
