"""Whether a home would save by using some of its energy while its roof feeds in."""

from datetime import date, timedelta, tzinfo
from typing import Final

from .advice import Advice, AdviceKind
from .days import DAYS_OF_A_YEAR, Hours, complete_days, newest
from .flexible_load import bursts, movable

LEAST_DAYS: Final = 28
LATELY_DAYS: Final = 56
# An hour that feeds in less leaves no room for an appliance, one that feeds in next to
# nothing is not one of the sun.
_ROOM_FROM_KWH: Final = 0.5
_NO_SUN_BELOW_KWH: Final = 0.05
# Clouds come while the machine runs.
_USABLE_SHARE: Final = 0.8
_LEAST_KWH: Final = 100.0
_LEAST_WORTH_KWH: Final = 50.0
# What is fed in is taken to be paid with so much of the price, where nobody says.
UNKNOWN_FEED_IN_SHARE: Final = 0.5


def solar_hours(
    bought: Hours,
    sold: Hours,
    zone: tzinfo,
    today: date,
    price: float | None,
    feed_in_price: float | None,
) -> Advice | None:
    """Move bursts of what is bought to hours of the same day in which energy is sold.

    `bought` and `sold` are what the grid gave and took [kWh], by hours. The year is the
    last one: days of which nothing is known count as if nothing could be moved. A kWh
    moved saves the price less what it would have been paid with. Needs four of the last
    eight weeks.
    """
    known = {start: bought[start] for start in bought.keys() & sold.keys()}
    begin = today - timedelta(days=DAYS_OF_A_YEAR)
    days = complete_days(known, zone, begin, today)
    if len(newest(days, today, LATELY_DAYS)) < LEAST_DAYS:
        return None
    moved = fed_in = 0.0
    sunny = 0
    for used in days.values():
        without_sun = {
            start: energy
            for start, energy in bursts(used).items()
            if sold[start] < _NO_SUN_BELOW_KWH
        }
        room = sum(sold[start] for start in used if sold[start] >= _ROOM_FROM_KWH)
        can_move = min(movable(used, without_sun), _USABLE_SHARE * room)
        moved += can_move
        sunny += can_move > 0.0
        fed_in += sum(sold[start] for start in used)
    if moved < _LEAST_KWH:
        return None
    evidence = {
        "days": float(len(days)),
        "days_with_room": float(sunny),
        "fed_in_kwh": fed_in,
        "moved_kwh_per_year": moved,
    }
    money = None
    if price is not None:
        paid = price * UNKNOWN_FEED_IN_SHARE if feed_in_price is None else feed_in_price
        money = moved * (price - paid)
        if money <= 0.0 or money < _LEAST_WORTH_KWH * price:
            return None
        evidence |= {"price": price, "feed_in_price": paid}
    return Advice(
        AdviceKind.SOLAR_HOURS,
        evidence,
        size=moved,
        priority=4,
        saving_kwh_per_year=moved,
        saving_money_per_year=money,
    )
