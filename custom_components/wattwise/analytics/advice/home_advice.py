"""All advice there is for a home, the most worthwhile first."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from .advice import Advice, AdviceKind
from .appliance_efficiency import appliance_efficiency
from .cheap_hours import cheap_hours
from .contracted_power import contract_too_large, contract_too_small
from .days import complete_days
from .home_evidence import HomeEvidence
from .phase_balance import phase_balance
from .power_factor import power_factor
from .roof_output import roof_output
from .solar_hours import UNKNOWN_FEED_IN_SHARE, solar_hours
from .standby import standby

_LATELY_DAYS: Final = 28
# An hour that feeds in more is one of the roof: the currents are not those of loads.
_DRAWS_ONLY_KWH: Final = 0.05

# Both move the same machines: it can be done once.
_SAME_LOAD: Final = {AdviceKind.CHEAP_HOURS, AdviceKind.SOLAR_HOURS}


def days_known(home: HomeEvidence) -> int:
    """Return of how many of the last 28 days what the home used is known."""
    begin = home.today - timedelta(days=_LATELY_DAYS)
    known = home.consumption.keys() | home.bought.keys()
    hours = dict.fromkeys(known, 0.0)
    return len(complete_days(hours, home.zone, begin, home.today))


def find_advice(home: HomeEvidence) -> list[Advice]:
    """Return all advice for a home, the most worthwhile first. Takes some seconds."""
    return ranked(found for found in _all(home) if found is not None)


def ranked(found: Iterable[Advice]) -> list[Advice]:
    """Put advice in order: by the money it saves, then by priority.

    Of two pieces that move the same loads only the better one is kept.
    """
    kept: list[Advice] = []
    for advice in sorted(
        found, key=lambda a: (-(a.saving_money_per_year or 0.0), -a.priority, a.key)
    ):
        moves = advice.kind in _SAME_LOAD
        if not moves or not any(other.kind in _SAME_LOAD for other in kept):
            kept.append(advice)
    return kept


def _all(home: HomeEvidence) -> Iterator[Advice | None]:
    zone, today, price = home.zone, home.today, _price(home)
    yield cheap_hours(home.bought, home.prices, zone, today)
    yield solar_hours(home.bought, home.sold, zone, today, price, home.feed_in_price)
    yield standby(home.consumption, home.appliances, zone, today, price)
    yield power_factor(home.bought, _of_loads(home, home.power_factors), zone, today)
    yield phase_balance(_of_loads(home, home.phases), zone, today)
    if home.contracted_w:
        yield contract_too_small(home.peaks, home.contracted_w, zone, today)
        yield contract_too_large(
            home.peaks, home.highest_w, home.contracted_w, zone, today
        )
    for key, hours in home.appliances.items():
        yield appliance_efficiency(key, hours, zone, today, price)
    for key, hours in home.roofs.items():
        yield roof_output(key, hours, zone, today, _worth(home))


def _of_loads[Value](
    home: HomeEvidence, values: Mapping[int, Value]
) -> dict[int, Value]:
    """Return the values of hours in which next to nothing was fed in."""
    return {
        start: value
        for start, value in values.items()
        if home.sold.get(start, 0.0) < _DRAWS_ONLY_KWH
    }


def _price(home: HomeEvidence) -> float | None:
    """Return what a kWh costs; where people are paid to use it, nothing is saved."""
    return home.price if home.price is not None and home.price > 0.0 else None


def _worth(home: HomeEvidence) -> float | None:
    """Return what a kWh from the roof brings at the least."""
    if home.feed_in_price is not None:
        return max(0.0, home.feed_in_price)
    price = _price(home)
    return None if price is None else price * UNKNOWN_FEED_IN_SHARE
