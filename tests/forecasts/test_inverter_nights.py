"""Nights in which an inverter sleeps are no gaps, whenever they are looked at."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory

from custom_components.wattwise.forecasts.energy_of_hours import HomeHours
from custom_components.wattwise.forecasts.energy_of_parts import energy_of_parts
from custom_components.wattwise.forecasts.home_energy import HomeEnergy, metered_flows
from custom_components.wattwise.forecasts.inverter_nights import nights
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import HomeAssistant

from ..homes import async_add_household, push_meter

ZONE = ZoneInfo("Europe/Berlin")
LESSON = datetime(2026, 12, 17, 1, 30, tzinfo=ZONE).astimezone(UTC)
HOUR = 3600
DAY = 24 * HOUR


def sunny(*hours: int) -> dict[int, float]:
    """Return what a roof told from eight to sixteen o'clock: most of it at noon."""
    return {hour * HOUR: 3.0 - 0.5 * abs(hour % 24 - 12) for hour in hours if _up(hour)}


def _up(hour: int) -> bool:
    return 8 <= hour % 24 <= 16


def slots(*hours: int) -> set[int]:
    """Return the starts of hours."""
    return {hour * HOUR for hour in hours}


def test_nights_between_days_and_the_one_that_lasts() -> None:
    """Who looks at midnight knows the evening, and nothing of hours to come."""
    told = sunny(*range(41))
    whole = slots(*range(17, 32))
    assert nights(told, HOUR, 41 * HOUR, None) == whole
    # An hour that is not over is not slept through yet.
    at_two = nights(told, HOUR, 50 * HOUR + 1800, range(0, 50 * HOUR, HOUR))
    assert at_two == whole | slots(*range(41, 50))
    assert nights(told, HOUR, 0, None) == whole


def test_a_roof_that_is_silent_at_noon_does_not_sleep() -> None:
    """Its energy is not known, neither later nor as long as it lasts."""
    told = sunny(*range(24), *range(24, 35), *range(39, 48))
    assert nights(told, HOUR, 48 * HOUR, None).isdisjoint(slots(*range(35, 39)))
    told = sunny(*range(35))
    assert nights(told, HOUR, 40 * HOUR, None) == slots(*range(17, 32))
    # Once the sun has set, there is nothing to be given.
    assert nights(told, HOUR, 48 * HOUR, None) == slots(*range(17, 32), *range(41, 48))


def test_noon_is_bright_in_winter_too() -> None:
    """What is little in summer is much in a week of clouds; one early dusk is no noon."""
    told = sunny(*range(72)) | {
        slot: energy / 20 for slot, energy in sunny(*range(240, 480)).items()
    }
    noon = slots(300, 301)
    for slot in noon:
        del told[slot]
    found = nights(told, HOUR, 480 * HOUR, None)
    assert found.isdisjoint(noon)
    assert found >= slots(*range(305, 320))
    # On one day of a week it went on for two hours more.
    told |= slots_with(2.0, 209, 210)
    assert nights(told, HOUR, 480 * HOUR, None) >= slots(257, 258)


def slots_with(energy: float, *hours: int) -> dict[int, float]:
    """Return hours of one energy."""
    return dict.fromkeys(slots(*hours), energy)


def test_a_night_lasts_no_longer_than_nights_do() -> None:
    """A roof that stays away is a gap from the next morning on, and after 18 hours."""
    told = sunny(*range(41))
    found = nights(told, HOUR, 100 * HOUR, None)
    assert found == slots(*range(17, 32), *range(41, 56))
    assert nights({0: 0.0, 19 * HOUR: 0.0}, HOUR, 20 * HOUR, None) == set()


def test_tonight_is_not_made_up() -> None:
    """Where all meters are silent, or the roof's first day is not over, nobody knows."""
    told = sunny(*range(41))
    grid = slots(*range(43), 45)
    found = nights(told, HOUR, 46 * HOUR, grid)
    assert found == slots(*range(17, 32), 41, 42, 45)
    assert nights(sunny(*range(17)), HOUR, 24 * HOUR, None) == set()
    assert nights({}, HOUR, 24 * HOUR, None) == set()


async def home_with_a_sleeping_roof(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, days: int
) -> HomeEnergy:
    """Return what is known of a home whose inverter tells something from 7 to 18 (by winter time)."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(LESSON)
    roof = push_meter("roof", "Roof", role=MeterRole.PRODUCTION, interval=1800)
    entry = await async_add_household(hass, push_meter(interval=1800), roof)
    for meter in entry.runtime_data.meters.values():
        readings = []
        used = given = 0.0
        moment = LESSON - timedelta(days=days)
        while moment <= LESSON:
            time_ms = int(moment.timestamp() * 1000)
            if meter.name == "Grid":
                readings += [
                    Reading(Channel.ENERGY_IMPORT, time_ms, used),
                    Reading(Channel.ENERGY_EXPORT, time_ms, 0.0),
                ]
                used += 150
            elif 6 <= moment.hour < 17:
                readings.append(Reading(Channel.ENERGY_EXPORT, time_ms, given))
                given += 100
            moment += timedelta(minutes=30)
        await meter.history.append(meter.profile, readings)
    await entry.runtime_data.history.flush()
    return HomeEnergy(entry.runtime_data)


def known_by_day(hours: HomeHours) -> Counter[date]:
    """Return how many hours of each day are known of what a home used."""
    return Counter(datetime.fromtimestamp(t, ZONE).date() for t in hours.consumption)


async def test_the_lesson_at_night_knows_all_of_yesterday(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The evening before it, and nights at which one reading ends and another begins."""
    energy = await home_with_a_sleeping_roof(wattwise, freezer, 70)
    for hours in (await energy.async_hours(LESSON), await energy.async_hours(LESSON)):
        known = known_by_day(hours)
        _begun, *others, today = sorted(known)
        assert {str(day): known[day] for day in others if known[day] != 24} == {
            "2026-10-25": 25
        }
        assert known[today] == 1
        assert len(others) == 69
        assert hours.production[int(LESSON.timestamp()) // HOUR * HOUR - HOUR] == 0


async def test_parts_of_hours_are_known_of_yesterday_too(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Half hours of the evening before the lesson are known like its hours."""
    energy = await home_with_a_sleeping_roof(wattwise, freezer, 6)
    household = energy._household
    end = int(LESSON.timestamp()) // HOUR * HOUR
    found = await household.history.ask(
        partial(
            energy_of_parts,
            meters=metered_flows(household),
            start_ms=(end - 4 * DAY) * 1000,
            end_ms=end * 1000,
            step=1800,
        )
    )
    assert known_by_day(found)[date(2026, 12, 16)] == 48
