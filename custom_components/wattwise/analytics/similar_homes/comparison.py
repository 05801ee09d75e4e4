"""A home beside homes like it: what is expected of it, and where its own use lies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from math import exp, hypot, log, sqrt
from typing import Final

from .added_use import AddedUse, added_use
from .climate import Climate
from .country_levels import Level, level_factor
from .expected_use import Effect, ExpectedUse, HouseholdGroup, percentile
from .household_profile import HouseholdProfile
from .local_expectation import effects_here, expect_here, level_for_ratios
from .seasons import Seasons, seasons_of
from .year_use import Z_80, Usual, YearUse, month_range, year_use

# The part of similar homes that is told apart as using the least.
EFFICIENT: Final = 0.2
_LOW: Final = 0.1
_HIGH: Final = 0.9
# Of a year's use: the rest is used on days of no weather, too.
_MOST_WEATHER: Final = 0.95
# Whatever is taken off for what a home does not have, so much is left.
_LEAST_LEFT: Final = 0.2
SIX_QUESTIONS: Final = (
    "dwelling",
    "floor_area_m2",
    "occupants",
    "heating",
    "hot_water",
    "air_conditioning",
)


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """All that a comparison rests on."""

    profile: HouseholdProfile
    climate: Climate
    latitude: float
    country: str | None
    """ISO 3166 alpha-2."""
    average_kwh: float | None
    """What homes there use in a year, where the household knows better."""
    today: date
    days: Mapping[date, float] = field(default_factory=dict)
    """Energy [kWh] by the local day; what a metered car took is not in it."""
    away: Collection[date] = ()
    """Days on which nobody was at home."""
    unmetered_car: float = 1.0
    """The part of these days [0..1] on which no meter told what a car took."""
    has_unmeasured_roof: bool = False
    """Whether the home feeds in what nothing measures: nobody knows what it uses."""


@dataclass(frozen=True, slots=True)
class UseRange:
    """Use [kWh] that 80 of 100 similar homes lie in the middle of."""

    kwh: float
    low_kwh: float
    high_kwh: float


@dataclass(frozen=True, slots=True)
class ExpectedYear:
    """What similar homes use in a year of the home's climate, at the country's level."""

    year: UseRange
    months: tuple[UseRange, ...]
    """January first."""
    efficient_kwh: float
    """A fifth of similar homes uses less."""
    level: Level


@dataclass(frozen=True, slots=True)
class Placement:
    """How much of similar homes uses less [0..1], and between what that may lie."""

    percentile: float
    low: float
    high: float

    @property
    def is_efficient(self) -> bool | None:
        """Whether the home is of the fifth that uses the least; None: not sure."""
        if self.high <= EFFICIENT:
            return True
        return None if self.low <= EFFICIENT else False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A home beside similar homes; what is not known is None."""

    unanswered: tuple[str, ...]
    """Those of the six questions that were skipped."""
    group: HouseholdGroup | None
    """None until it is known what the home is, and what heats it."""
    effects: tuple[Effect, ...]
    """Of the answers, that which moves the expectation the most first."""
    added: tuple[AddedUse, ...]
    expected: ExpectedYear | None
    """None without any answer, and without the level of the country."""
    use: YearUse | None
    placement: Placement | None
    has_unmeasured_roof: bool = False
    """Why its use is not known."""

    @property
    def answered(self) -> bool:
        """Whether any of the six questions is answered."""
        return len(self.unanswered) < len(SIX_QUESTIONS)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would be expected with other answers."""

    comparison: Comparison
    factor: float | None
    """From what is expected now; None where one of the two is not known."""
    change_kwh: float | None
    use_kwh: float | None
    """What the home itself would use, if it changed as similar homes differ."""


def compare(facts: HomeFacts) -> Comparison:
    """Return a home beside homes with the same answers."""
    profile, climate, country = facts.profile, facts.climate, facts.country
    unanswered = tuple(
        question for question in SIX_QUESTIONS if getattr(profile, question) is None
    )
    skipped = frozenset(unanswered)
    level = level_factor(country, facts.average_kwh, skipped)
    by_level = level or level_for_ratios(country, skipped)
    similar = expect_here(country, by_level, profile, climate)
    added = added_use(
        profile,
        unmetered_car=facts.unmetered_car,
        factor=level.factor if level else 1.0,
    )
    scale = _Scale(sum(one.kwh for one in added))
    seasons = _seasons(facts, similar, scale)
    answered = len(unanswered) < len(SIX_QUESTIONS)
    is_comparable = answered and level is not None
    usual = _usual(similar, scale) if is_comparable else None
    days = {} if facts.has_unmeasured_roof else facts.days
    use = year_use(days, facts.today, seasons, usual, facts.away)
    return Comparison(
        unanswered,
        _group(profile, similar),
        _effects(facts, by_level) if answered else (),
        added,
        _expected(similar, scale, seasons, level) if answered and level else None,
        use,
        _placement(similar, scale, use) if use and is_comparable else None,
        facts.has_unmeasured_roof,
    )


def what_if(facts: HomeFacts, profile: HouseholdProfile) -> WhatIf:
    """Return what would be expected of a home with other answers."""
    now, then = compare(facts), compare(replace(facts, profile=profile))
    if not (now.expected and then.expected):
        return WhatIf(then, None, None, None)
    before, after = now.expected.year.kwh, then.expected.year.kwh
    use_kwh = now.use.kwh * after / before if now.use else None
    return WhatIf(then, after / before, after - before, use_kwh)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From the use of similar homes to that with what is added, and back."""

    added_kwh: float

    def here(self, kwh: float) -> float:
        return max(kwh + self.added_kwh, _LEAST_LEFT * kwh)

    def without(self, kwh: float) -> float:
        if self.added_kwh < 0:
            # The inverse of what is at least left.
            return min(kwh - self.added_kwh, kwh / _LEAST_LEFT)
        # A car may have stayed at home: what is left then is little, but not nothing.
        return max(kwh - self.added_kwh, _LEAST_LEFT * kwh)


def _seasons(facts: HomeFacts, similar: ExpectedUse, scale: _Scale) -> Seasons:
    # What is added does not follow the weather.
    whole = scale.here(similar.median_kwh)
    shares = [part / whole for part in (similar.heating_kwh, similar.cooling_kwh)]
    scaled = min(1.0, _MOST_WEATHER / max(sum(shares), _MOST_WEATHER))
    heating, cooling = (share * scaled for share in shares)
    return seasons_of(
        facts.climate, facts.latitude, heating_share=heating, cooling_share=cooling
    )


def _usual(similar: ExpectedUse, scale: _Scale) -> Usual:
    low, high = (scale.here(_quantile(similar, level)) for level in (_LOW, _HIGH))
    homes_differ = log(high / low) / (2 * Z_80)
    return Usual(scale.here(similar.median_kwh), hypot(homes_differ, similar.off))


def _group(profile: HouseholdProfile, similar: ExpectedUse) -> HouseholdGroup | None:
    if profile.dwelling is None or profile.heating is None:
        return None
    return similar.group


def _effects(facts: HomeFacts, level: Level) -> tuple[Effect, ...]:
    found = effects_here(facts.country, level, facts.profile, facts.climate)
    return tuple(sorted(found, key=lambda one: abs(log(one.factor)), reverse=True))


def _expected(
    similar: ExpectedUse, scale: _Scale, seasons: Seasons, level: Level
) -> ExpectedYear:
    low, efficient, high = (
        scale.here(_quantile(similar, level)) for level in (_LOW, EFFICIENT, _HIGH)
    )
    year = UseRange(scale.here(similar.median_kwh), low, high)
    return ExpectedYear(
        year,
        tuple(
            _month(year, month + 1, share, seasons)
            for month, share in enumerate(seasons.month_shares())
        ),
        efficient,
        level,
    )


def _month(year: UseRange, month: int, share: float, seasons: Seasons) -> UseRange:
    """Return what is expected of a month: homes differ in it more than in a year."""
    less, more = month_range(month, seasons)
    return UseRange(
        year.kwh * share,
        year.kwh * share * exp(-sqrt(log(year.kwh / year.low_kwh) ** 2 + less**2)),
        year.kwh * share * exp(sqrt(log(year.high_kwh / year.kwh) ** 2 + more**2)),
    )


def _placement(similar: ExpectedUse, scale: _Scale, use: YearUse) -> Placement:
    level = Z_80 * similar.off
    below = exp(-sqrt(log(use.kwh / use.low_kwh) ** 2 + level**2))
    above = exp(sqrt(log(use.high_kwh / use.kwh) ** 2 + level**2))
    place, low, high = (
        percentile(similar, scale.without(use.kwh * factor))
        for factor in (1.0, below, above)
    )
    return Placement(place, low, high)


def _quantile(similar: ExpectedUse, level: float) -> float:
    return dict(similar.quantiles_kwh)[level]
