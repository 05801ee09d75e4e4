"""Whether a home should look for what runs day and night."""

from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from typing import Final

from .advice import Advice, AdviceKind
from .base_load import base_load
from .days import HOURS_OF_A_YEAR, Hours, complete_days, newest
from .home_evidence import LEAST_DAYS

WEEKS_4: Final = 28
# As much as this and 40 % of all a home uses is high: it would be among the upper
# quarter of the homes of Low Carbon London.
HIGH_W: Final = 200.0
HIGH_SHARE: Final = 0.4
# What homes that were told of their idle load saved of it without buying anything: Home
# Energy Analytics, 1,239 homes in Mountain View, California.
EASILY_SAVED: Final = 0.066

# What has come since last year [W], and as a share of what was there.
RISEN_W: Final = 40.0
RISEN_SHARE: Final = 0.25
# A home in which less was running was empty, or its meter did not work.
_NOBODY_THERE_W: Final = 20.0
# Of what has come, some has come to stay.
_RISE_TAKEN_BACK: Final = 0.5
_A_YEAR: Final = timedelta(days=364)
_SEASON: Final = timedelta(days=14)
# A meter that contributes less is not worth naming.
_NAMED_W: Final = 20.0


def standby(
    consumption: Hours,
    meters: Mapping[str, Hours],
    zone: tzinfo,
    today: date,
    price: float | None,
) -> Advice | None:
    """Find a base load that is high, or higher than a year before.

    `consumption` is the home's energy and `meters` that of its appliance meters [kWh] by
    hours. The base load of four weeks is the median of their days' three quietest hours.
    It is compared with that of the same weeks and a fortnight on either side a year
    before; without those it must be high by itself. Needs 20 of the last 28 days.
    """
    year_ago = today - _A_YEAR
    days = complete_days(
        consumption, zone, year_ago - timedelta(days=WEEKS_4) - _SEASON, today
    )
    lately = newest(days, today, WEEKS_4)
    if len(lately) < LEAST_DAYS:
        return None
    now_w = base_load(days, lately)
    used = sum(sum(days[day].values()) for day in lately) / len(lately)
    evidence = {"days": float(len(lately)), "base_load_w": now_w}
    subject, named_w = _largest_part(meters, zone, today)
    if subject:
        evidence["meter_w"] = named_w
    then = newest(days, year_ago + _SEASON, WEEKS_4 + 2 * _SEASON.days)
    if len(then) >= LEAST_DAYS:
        before_w = base_load(days, then)
        rise = now_w - before_w
        if (
            before_w >= _NOBODY_THERE_W
            and rise >= RISEN_W
            and rise >= RISEN_SHARE * before_w
        ):
            return _advice(
                AdviceKind.STANDBY_RISING,
                evidence | {"base_load_a_year_ago_w": before_w},
                rise,
                rise * _RISE_TAKEN_BACK,
                price,
                subject,
            )
    share = now_w * 24 / 1000 / used if used else 0.0
    if now_w < HIGH_W or share < HIGH_SHARE:
        return None
    return _advice(
        AdviceKind.STANDBY,
        evidence | {"share": share},
        now_w,
        now_w * EASILY_SAVED,
        price,
        subject,
    )


def _advice(
    kind: AdviceKind,
    evidence: dict[str, float],
    size: float,
    saved_w: float,
    price: float | None,
    subject: str | None,
) -> Advice:
    saved = saved_w * HOURS_OF_A_YEAR / 1000
    return Advice(
        kind,
        evidence,
        size=size,
        priority=5,
        saving_kwh_per_year=saved,
        saving_money_per_year=None if price is None else saved * price,
        subject=subject,
    )


def _largest_part(
    meters: Mapping[str, Hours], zone: tzinfo, today: date
) -> tuple[str | None, float]:
    """Return the appliance meter with the largest base load [W], if it is worth naming."""
    bases: dict[str, float] = {}
    for key, hours in meters.items():
        days = complete_days(hours, zone, today - timedelta(days=WEEKS_4), today)
        if len(days) >= LEAST_DAYS:
            bases[key] = base_load(days, days)
    if not bases:
        return None, 0.0
    largest = max(bases, key=lambda key: bases[key])
    return (largest, bases[largest]) if bases[largest] >= _NAMED_W else (None, 0.0)
