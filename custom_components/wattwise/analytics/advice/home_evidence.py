"""What advice for a home rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    # They compute with numpy, which is not loaded before it is needed.
    from .contracted_power import Peaks
    from .days import Hours

# People read a handful.
MOST: Final = 5
# Of the last 28 days; with fewer there is no advice at all.
LEAST_DAYS: Final = 20


@dataclass(frozen=True, slots=True)
class HomeEvidence:
    """What is known of a home until `today`, a day of its own clock in `zone`.

    Energy [kWh], prices per kWh, and power factors are by the start of the hour [s since
    the epoch]; what is not known is left out. `appliances` and `roofs` are by the keys of
    their meters, `phases` the mean currents of three phases [A]. `peaks` are the means of
    quarters of an hour at the grid connection [W], by their starts [ms since the epoch].
    """

    zone: tzinfo
    today: date
    consumption: Hours = field(default_factory=dict)
    bought: Hours = field(default_factory=dict)
    sold: Hours = field(default_factory=dict)
    prices: Hours = field(default_factory=dict)
    appliances: Mapping[str, Hours] = field(default_factory=dict)
    roofs: Mapping[str, Hours] = field(default_factory=dict)
    power_factors: Hours = field(default_factory=dict)
    phases: Mapping[int, tuple[float, float, float]] = field(default_factory=dict)
    peaks: Peaks = ()
    highest_w: float | None = None
    """The highest power from the grid that was read in the last year."""
    contracted_w: float | None = None
    price: float | None = None
    """What a kWh cost lately."""
    feed_in_price: float | None = None
