"""What a simulated roof gives."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.sources.simulated.condition import Condition
from custom_components.wattwise.sources.simulated.roof import SimulatedRoof

BERLIN = SimulatedRoof(52.5, 13.4)
SYDNEY = SimulatedRoof(-33.9, 151.2)
TROMSO = SimulatedRoof(69.6, 18.9)

JUNE, DECEMBER = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


def energy(roof: SimulatedRoof, begin: datetime, days: int = 30) -> float:
    """Return what a roof gives in some days [kWh], by its power each ten minutes."""
    start = begin.timestamp()
    moments = (start + 600 * step for step in range(days * 144))
    return sum(roof.power(at, Condition.NORMAL) for at in moments) / 6_000


@pytest.mark.parametrize(
    ("roof", "month", "kwh_a_day"),
    [
        (BERLIN, JUNE, (15, 35)),
        (BERLIN, DECEMBER, (1, 5)),
        (SYDNEY, JUNE, (7, 18)),
        (SYDNEY, DECEMBER, (17, 40)),
        (TROMSO, DECEMBER, (0, 0)),
    ],
)
def test_seasons(
    roof: SimulatedRoof, month: datetime, kwh_a_day: tuple[float, float]
) -> None:
    """It gives as much as 5 kW do there, in the summer of its half of the world most."""
    least, most = kwh_a_day
    assert least <= energy(roof, month) / 30 <= most


def test_a_day() -> None:
    """It gives nothing at night, and most about the noon of its place."""
    midnight = datetime(2026, 6, 20, 23, tzinfo=UTC)
    powers = [
        BERLIN.power(
            (midnight + timedelta(minutes=10 * at)).timestamp(), Condition.NORMAL
        )
        for at in range(144)
    ]
    assert powers[0] == powers[-1] == 0
    assert all(0 <= power <= 5_000 for power in powers)
    in_the_morning, about_noon = sum(powers[:48]), sum(powers[48:96])
    assert about_noon > 2 * in_the_morning > 0


def test_days_differ_and_stay_the_same() -> None:
    """Some days are gloomy; a day is the same whenever it is asked for."""
    days = [energy(BERLIN, JUNE + timedelta(days=day), 1) for day in range(30)]
    assert max(days) > 2.5 * min(days)
    assert days[3] == energy(BERLIN, JUNE + timedelta(days=3), 1)


def test_what_its_meter_shows() -> None:
    """Its meter trembles a little, never below nothing, and may be silent."""
    noon = JUNE.timestamp() + 11 * 3_600
    assert BERLIN.power(noon, Condition.PRODUCTION_DROP) == 0
    assert list(BERLIN.measure(noon, Condition.PRODUCTION_DROP, 0.0)) == [
        (Channel.POWER, 0.0)
    ]
    ((channel, watts),) = BERLIN.measure(noon, Condition.NORMAL, 2_000.0)
    assert channel is Channel.POWER
    assert watts == pytest.approx(2_000, rel=0.02)
    assert list(BERLIN.measure(noon, Condition.SILENT, 2_000.0)) == []
