"""Quarter and half hours as a home gets them: as short as its meters tell."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import probatio
import pytest

from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import HomeAssistant

from .test_actions import call
from .test_forecast import NOW, ZONE, home_of
from .test_meters import pass_time

DAYS = 12
QUARTER = timedelta(minutes=15)


def used_w(moment: datetime) -> float:
    """Return the power of a home that cooks from seven to a quarter past."""
    local = moment.astimezone(ZONE)
    return 4200.0 if (local.hour, local.minute // 15) == (19, 0) else 200.0


def produced_w(moment: datetime) -> float:
    """Return the power of a roof on which the sun falls from half past six to four."""
    local = moment.astimezone(ZONE)
    return 1000.0 if 6.5 <= local.hour + local.minute / 60 < 16 else 0.0


def counter(channel: Channel, power: Any, days: int, every: timedelta) -> list[Reading]:
    """Return a counter that is read at times this far apart."""
    shown = 0.0
    moment = (NOW.astimezone(ZONE) - timedelta(days=days)).replace(hour=0, minute=0)
    moment = moment.astimezone(UTC)
    readings = []
    while moment <= NOW:
        if (moment - NOW.replace(minute=0)) % every == timedelta():
            readings.append(Reading(channel, int(moment.timestamp() * 1000), shown))
        shown += power(moment) / 4
        moment += QUARTER
    return readings


async def learned(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    every: timedelta,
    *,
    days: int = DAYS,
    roof: bool = False,
) -> str:
    """Set up a home whose past was read at times this far apart; return its entry."""
    entry = await home_of(hass, freezer, days=0, roof=roof)
    for meter in entry.runtime_data.meters.values():
        is_roof = meter.profile.role is MeterRole.PRODUCTION
        channel = Channel.ENERGY_EXPORT if is_roof else Channel.ENERGY_IMPORT
        readings = counter(channel, produced_w if is_roof else used_w, days, every)
        await meter.history.append(meter.profile, readings, live=False)
        if roof and not is_roof:
            nothing = counter(Channel.ENERGY_EXPORT, lambda _: 0.0, days, every)
            await meter.history.append(meter.profile, nothing, live=False)
    await pass_time(hass, freezer, 61)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry.entry_id


async def asked(hass: HomeAssistant, entry: str, **data: Any) -> dict[str, Any]:
    """Return what the action answers."""
    return await call(hass, "get_forecast", config_entry_id=entry, **data)


def at(answer: dict[str, Any], time: str) -> float:
    """Return what is expected of the first slot that begins at a time of day."""
    return next(
        slot["mean"] for slot in answer["forecast"] if slot["start"][11:16] == time
    )


async def test_a_quarter_hour_is_forecast_at_its_time(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who cooks for a quarter of an hour is told so, and hours stay what they are."""
    entry = await learned(wattwise, freezer, QUARTER)
    hours = await asked(wattwise, entry)
    assert "divided_by" not in hours
    for seconds in (900, 1800):
        answer = await asked(wattwise, entry, resolution=str(seconds))
        assert (answer["resolution"], answer["divided_by"]) == (seconds, "habits")
        assert len(answer["forecast"]) == 48 * 3600 // seconds
        count = 3600 // seconds
        for index, hour in enumerate(hours["forecast"]):
            parts = answer["forecast"][index * count : (index + 1) * count]
            assert parts[0]["start"] == hour["start"]
            assert parts[-1]["end"] == hour["end"]
            total = sum(part["mean"] for part in parts)
            assert total == pytest.approx(hour["mean"], abs=3e-4)
        assert answer["tomorrow"] == hours["tomorrow"]
    quarters = await asked(wattwise, entry, resolution=900, quantity="power")
    cooking, washing_up = at(quarters, "19:00"), at(quarters, "19:15")
    assert cooking > 6 * washing_up
    assert at(quarters, "18:45") < 0.3 * cooking


async def test_a_roof_knows_at_which_quarter_the_sun_comes(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Before half past six there is nothing; what is used has its own habits."""
    entry = await learned(wattwise, freezer, QUARTER, roof=True)
    sun = await asked(wattwise, entry, series="production", resolution=900)
    assert sun["divided_by"] == "habits"
    assert at(sun, "06:15") == 0
    assert at(sun, "06:30") > 0.05
    used = await asked(wattwise, entry, resolution=900)
    assert used["divided_by"] == "habits"
    assert at(used, "19:00") > 4 * at(used, "19:15")


@pytest.mark.parametrize(
    ("minutes", "wanted", "given", "by"),
    [
        (30, 900, 1800, "habits"),
        (30, 1800, 1800, "habits"),
        (60, 900, 3600, "nothing"),
        (60, 1800, 3600, "nothing"),
    ],
)
async def test_slots_are_no_shorter_than_what_meters_tell(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    minutes: int,
    wanted: int,
    given: int,
    by: str,
) -> None:
    """Between two readings nobody knows when energy flowed, and the answer says so."""
    entry = await learned(wattwise, freezer, timedelta(minutes=minutes))
    answer = await asked(wattwise, entry, resolution=wanted)
    assert (answer["resolution"], answer["divided_by"]) == (given, by)


async def test_a_young_home_has_smooth_quarters(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What is not known of the home is not made up: hours pass into each other."""
    entry = await learned(wattwise, freezer, QUARTER, days=0)
    answer = await asked(wattwise, entry, resolution=900)
    assert (answer["resolution"], answer["divided_by"]) == (900, "neighbours")
    assert len(answer["forecast"]) == 192


async def test_other_resolutions_are_refused(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Minutes for seconds, or a third of an hour, are no resolution."""
    entry = await home_of(wattwise, freezer, days=0)
    for wrong in (15, 1200, "quarter"):
        with pytest.raises(probatio.Invalid):
            await asked(wattwise, entry.entry_id, resolution=wrong)


@pytest.mark.parametrize(
    "quantiles", [[0.5] * 21, [0.5] * 20_000, [1.0], [float("nan")], ["half"]]
)
async def test_quantiles_are_a_few_between_nothing_and_all(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, quantiles: list[Any]
) -> None:
    """Thousands of them would keep everything else waiting."""
    entry = await home_of(wattwise, freezer, days=0)
    with pytest.raises(probatio.Invalid):
        await asked(wattwise, entry.entry_id, quantiles=quantiles)
