"""When a roof is said to have failed, and when not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
import math
import random

import pytest

from custom_components.wattwise.analytics.anomalies.anomaly import AnomalyKind
from custom_components.wattwise.analytics.anomalies.production_drop import (
    DAYS_NEEDED,
    ProductionDrop,
    production_drop,
)

HOUR = 3600
CLOCK = timezone(timedelta(hours=1))
FIRST = datetime(2025, 3, 1, tzinfo=CLOCK)


@dataclass
class Roof:
    """A roof of 5 kW under a sky of its own, hour by hour since a spring day."""

    seed: int = 1
    hours: dict[float, float] = field(default_factory=dict)
    temperature: dict[int, float] = field(default_factory=dict)
    cloud: dict[int, float] = field(default_factory=dict)
    begin: datetime = FIRST

    def live(
        self,
        days: int,
        *,
        share: float = 1.0,
        cloud: float | None = None,
        celsius: float | None = None,
        until: int = 24,
    ) -> None:
        """Let days pass; `share` is what comes of what could, of the last `until` hours."""
        for day in range(days):
            noon = self.begin + timedelta(hours=12)
            noise = random.Random(f"{self.seed} {noon.date()}")
            covered = noise.betavariate(0.9, 0.8) if cloud is None else cloud
            season = math.sin((noon.timetuple().tm_yday - 80) / 365 * 2 * math.pi)
            for hour in range(24 if day < days - 1 else until):
                start = int((self.begin + timedelta(hours=hour)).timestamp())
                height = math.sin((hour - 6.5 + season) / (12 + 3 * season) * math.pi)
                light = max(0.0, height) if 4 < hour < 21 else 0.0
                covered_now = min(1.0, max(0.0, covered + noise.gauss(0, 0.1)))
                clear = 4.0 * light * (1 + 0.3 * season)
                self.hours[start] = share * clear * (1 - 0.85 * covered_now**1.5)
                self.cloud[start] = min(1.0, max(0.0, covered + noise.gauss(0, 0.1)))
                self.temperature[start] = (
                    10 + 9 * season if celsius is None else celsius
                )
            self.begin += timedelta(days=1)

    def judge(self, *, weather: bool = True) -> ProductionDrop:
        """Return what is said now."""
        return production_drop(
            self.hours,
            CLOCK,
            temperature=self.temperature if weather else {},
            cloud=self.cloud if weather else {},
        )


def roof_of(days: int, seed: int = 1) -> Roof:
    """Return a roof that worked well for some days."""
    roof = Roof(seed)
    roof.live(days)
    return roof


def test_a_young_roof_is_learned() -> None:
    """Nothing is said in the first weeks, whatever happens."""
    roof = roof_of(20)
    roof.live(5, share=0)
    said = roof.judge()
    assert said.drop is None
    assert said.learning is not None
    assert 0 < said.learning.days_known < DAYS_NEEDED == said.learning.days_needed
    nothing = production_drop({}, CLOCK, temperature={}, cloud={})
    assert nothing.drop is None
    assert nothing.learning
    assert nothing.learning.days_known == 0


@pytest.mark.parametrize("weather", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_year_of_any_weather_alarms_nobody(seed: int, weather: bool) -> None:
    """Overcast days and weeks are what a roof knows."""
    roof = roof_of(45, seed)
    alarms = 0
    for _ in range(64):
        roof.live(5)
        alarms += roof.judge(weather=weather).drop is not None
    assert alarms == 0


def test_an_inverter_that_is_off_on_a_fair_day() -> None:
    """It is told at noon of the same day, from the first bright hour on."""
    roof = roof_of(100)
    roof.live(1, share=0, cloud=0.2, until=10)
    assert roof.judge().drop is None
    roof.begin -= timedelta(days=1)
    roof.live(1, share=0, cloud=0.2, until=14)
    said = roof.judge()
    assert said.nothing
    assert not said.maybe_snow
    assert said.drop
    assert said.drop.kind is AnomalyKind.PRODUCTION_DROP
    began = datetime.fromtimestamp(said.drop.start, UTC).astimezone(CLOCK)
    assert began.date() == date(2025, 6, 9)
    assert 7 <= began.hour <= 9
    assert said.drop.end == (roof.begin + timedelta(hours=-10)).timestamp()
    assert said.drop.energy == 0
    assert said.drop.expected_low <= said.drop.expected <= said.drop.expected_high
    assert said.drop.expected == pytest.approx(24, rel=0.3)
    assert said.drop.score >= 1


def test_an_inverter_that_is_off_in_unknown_weather() -> None:
    """Without weather it takes into the second day."""
    roof = roof_of(100)
    roof.live(1, share=0)
    assert roof.judge(weather=False).drop is None
    roof.live(1, share=0)
    said = roof.judge(weather=False)
    assert said.nothing
    assert said.drop


def test_the_first_hour_that_gives_ends_it() -> None:
    """Who switched it on again is not alarmed until the evening."""
    roof = roof_of(100)
    roof.live(3, share=0, cloud=0.1)
    assert roof.judge().drop
    roof.live(1, cloud=0.1)
    assert roof.judge().drop is None


def test_snow_is_waited_for() -> None:
    """Some days of nothing in the frost are snow; a fortnight is told, and why maybe."""
    roof = Roof(begin=datetime(2025, 9, 10, tzinfo=CLOCK))
    roof.live(120, celsius=6.0)
    roof.live(3, share=0, cloud=0.3, celsius=-3.0)
    assert roof.judge().drop is None
    roof.live(12, share=0, cloud=0.3, celsius=-3.0)
    said = roof.judge()
    assert said.drop
    assert said.maybe_snow


@pytest.mark.parametrize("day", [100, 200, 300])
def test_half_of_the_roof_is_gone(day: int) -> None:
    """A string that fails is told within weeks where the weather is known, and stays told."""
    roof = roof_of(day)
    told = 0
    for _ in range(14):
        roof.live(1, share=0.35)
        told += roof.judge().drop is not None
    assert told >= 3
    said = roof.judge()
    assert not said.nothing
    roof.live(2, cloud=0.1)
    assert roof.judge().drop is None


def _cut(roof: Roof, wanted: Callable[[datetime], bool]) -> None:
    for start in list(roof.hours):
        if wanted(datetime.fromtimestamp(start, UTC)):
            del roof.hours[start]


def test_gaps_are_not_failures() -> None:
    """A meter that told nothing for a week proves nothing about the roof."""
    roof = roof_of(100)
    silent = roof.begin
    roof.live(7, cloud=0.1)
    _cut(roof, lambda moment: moment >= silent)
    assert roof.judge().drop is None
    roof.live(1, cloud=0.2)
    assert roof.judge().drop is None


def test_nights_that_are_not_told() -> None:
    """Inverters that sleep are judged by their days."""
    roof = roof_of(60)
    _cut(roof, lambda moment: not 5 <= moment.hour <= 19)
    assert roof.judge().drop is None
    roof.live(2, share=0, cloud=0.1)
    assert roof.judge().drop
