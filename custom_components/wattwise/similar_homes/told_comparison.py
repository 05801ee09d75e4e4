"""A comparison with similar homes as people and templates read it."""

from enum import StrEnum
from typing import Any

from ..analytics.similar_homes.comparison import (
    Comparison,
    ExpectedYear,
    Placement,
    UseRange,
    WhatIf,
)
from ..analytics.similar_homes.year_use import YearUse
from ..rounding import percent


class ComparisonStatus(StrEnum):
    """What a comparison still waits for."""

    UNANSWERED = "unanswered"
    """Nobody said anything of the home."""
    NO_AVERAGE = "no_average"
    """Nobody knows what homes of the country use."""
    UNMEASURED_ROOF = "unmeasured_roof"
    """The home feeds in, and no meter tells what it makes: so not what it uses either."""
    LEARNING = "learning"
    """Too few days of the home's own use are known."""
    ESTIMATED = "estimated"
    """Its year is estimated from less than a year."""
    MEASURED = "measured"


def comparison_status(found: Comparison) -> ComparisonStatus:
    """Return what a comparison waits for."""
    if not found.answered:
        return ComparisonStatus.UNANSWERED
    if found.expected is None:
        return ComparisonStatus.NO_AVERAGE
    if found.has_unmeasured_roof:
        return ComparisonStatus.UNMEASURED_ROOF
    if found.use is None:
        return ComparisonStatus.LEARNING
    if not found.use.is_measured:
        return ComparisonStatus.ESTIMATED
    return ComparisonStatus.MEASURED


def told_comparison(found: Comparison) -> dict[str, Any]:
    """Return all of a comparison."""
    expected, use, placement = found.expected, found.use, found.placement
    return {
        "status": comparison_status(found).value,
        "unanswered": list(found.unanswered),
        "group": found.group.value if found.group else None,
        "expected": told_expected(expected) if expected else None,
        "explained_by": _told_effects(found),
        "use": told_use(use) if use else None,
        "place": told_placement(placement) if placement else None,
        "not_explained": (
            {
                "kwh": round(use.kwh - expected.year.kwh),
                "percent": round((use.kwh / expected.year.kwh - 1) * 100),
            }
            if use and expected
            else None
        ),
    }


def told_what_if(found: WhatIf) -> dict[str, Any]:
    """Return what other answers would change."""
    expected = found.comparison.expected
    return {
        "group": found.comparison.group.value if found.comparison.group else None,
        "expected": told_expected(expected) if expected else None,
        "change_percent": (
            None if found.factor is None else round((found.factor - 1) * 100)
        ),
        "change_kwh": None if found.change_kwh is None else round(found.change_kwh),
        "own_use_kwh": None if found.use_kwh is None else round(found.use_kwh),
    }


def told_expected(expected: ExpectedYear) -> dict[str, Any]:
    """Return what similar homes use: of 100 of them 80 lie between low and high."""
    return {
        **_told_range(expected.year),
        "efficient_below_kwh": round(expected.efficient_kwh),
        "country_average_kwh": round(expected.level.average_kwh),
        "country_average_source": expected.level.source,
        "months": [
            {"month": number, **_told_range(month)}
            for number, month in enumerate(expected.months, 1)
        ],
    }


def told_use(use: YearUse) -> dict[str, Any]:
    """Return the home's own use of a year, and what it rests on."""
    return {
        "kwh": round(use.kwh),
        "low_kwh": round(use.low_kwh),
        "high_kwh": round(use.high_kwh),
        "days_known": use.days,
        "measured": use.is_measured,
    }


def told_placement(placement: Placement) -> dict[str, Any]:
    """Return how many of 100 similar homes use less."""
    return {
        "percentile": told_percentile(placement.percentile),
        "low": told_percentile(placement.low),
        "high": told_percentile(placement.high),
        "efficient_fifth": {True: "yes", False: "no", None: "not_sure"}[
            placement.is_efficient
        ],
    }


def told_percentile(share: float) -> int:
    """Return a percentile as people read it: nobody is sure to be the first or last."""
    return round(min(max(share * 100, 1.0), 99.0))


def _told_range(use: UseRange) -> dict[str, int]:
    return {
        "kwh": round(use.kwh),
        "low_kwh": round(use.low_kwh),
        "high_kwh": round(use.high_kwh),
    }


def _told_effects(found: Comparison) -> list[dict[str, Any]]:
    """Return what each answer does to the expectation, beside the average home."""
    year = found.expected.year.kwh if found.expected else None
    effects: list[dict[str, Any]] = [
        {
            "question": effect.question,
            "percent": percent(effect.factor - 1),
            "kwh": None if year is None else round(year * (1 - 1 / effect.factor)),
        }
        for effect in found.effects
    ]
    if year is not None:
        effects += [
            {
                "question": one.question,
                "percent": percent(one.kwh / max(year - one.kwh, 1.0)),
                "kwh": round(one.kwh),
            }
            for one in found.added
        ]
    return effects
