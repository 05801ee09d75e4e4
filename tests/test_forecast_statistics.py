"""Forecasts in Home Assistant's statistics, seen through a real recorder."""

import asyncio
from datetime import datetime, timedelta
import logging

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.history.recorder_statistics import (
    Band,
    async_ask_recorder,
    async_write_bands,
    async_write_sums,
    external_bands,
    external_names,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from custom_components.wattwise.statistic_ids import named_statistic_id
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import (
    get_metadata,
    valid_statistic_id,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from .test_actions import call
from .test_forecast import HALF_HOUR, NOW, ZONE, counter, home_of, used_w
from .test_meters import pass_time

pytestmark = pytest.mark.usefixtures("recorder_mock")

HOUR = timedelta(hours=1)
MIDNIGHT = datetime(2026, 6, 17, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Log no statement of the recorder."""
    caplog.set_level(logging.WARNING, "sqlalchemy.engine")
    caplog.set_level(logging.WARNING, "homeassistant.components.recorder")


async def statistics(hass: HomeAssistant) -> dict[str, str | None]:
    """Return the names of WattWise's own statistics by their id."""
    await hass.async_block_till_done(wait_background_tasks=True)
    await async_wait_recording_done(hass)
    return await async_ask_recorder(hass, lambda h: external_names(h, DOMAIN))


async def hours_of(hass: HomeAssistant, statistic_id: str) -> dict[datetime, Band]:
    """Return what is forecast from today's midnight on."""
    start_ms = int(MIDNIGHT.timestamp() * 1000)
    found = await async_ask_recorder(
        hass, lambda h: external_bands(h, statistic_id, start_ms)
    )
    return {
        datetime.fromtimestamp(start / 1000, ZONE): band
        for start, band in found.items()
    }


async def only_statistic(hass: HomeAssistant) -> str:
    """Return the id of the one statistic there is."""
    (found,) = await statistics(hass)
    return found


async def test_forecasts_can_be_charted(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """All of today and 48 hours ahead stand in the statistics, with their band."""
    await home_of(wattwise, freezer, 12)
    ((found, name),) = (await statistics(wattwise)).items()
    assert found.startswith("wattwise:home_")
    assert found.endswith("_forecast_consumption")
    assert name == "Home: consumption forecast"
    ((_, known),) = (
        await async_ask_recorder(
            wattwise, lambda h: get_metadata(h, statistic_ids={found})
        )
    ).values()
    assert known["mean_type"] is StatisticMeanType.ARITHMETIC
    assert not known["has_sum"]
    assert (known["unit_of_measurement"], known["unit_class"]) == ("W", "power")
    hours = await hours_of(wattwise, found)
    assert min(hours) == MIDNIGHT
    # At six past ten, the hour from eleven on is the first one ahead.
    assert sorted(hours) == [MIDNIGHT + hour * HOUR for hour in range(11 + 48)]
    assert all(0 <= band.low <= band.mean <= band.high for band in hours.values())
    dinner = hours[MIDNIGHT + 19 * HOUR]
    assert dinner.mean > 1500
    assert dinner.low < dinner.high


async def test_what_is_over_stays_as_it_was_forecast(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Hours ahead are written anew each hour and after a restart; begun ones are not."""
    entry = await home_of(wattwise, freezer, 12)
    found = await only_statistic(wattwise)
    first = await hours_of(wattwise, found)
    # Much more is used than ever: what comes is expected otherwise.
    (meter,) = entry.runtime_data.meters.values()
    shown = counter(Channel.ENERGY_IMPORT, used_w, 12)[-1].value
    for half_hour in range(1, 5):
        moment = NOW + half_hour * HALF_HOUR
        reading = Reading(
            Channel.ENERGY_IMPORT,
            int(moment.timestamp() * 1000),
            shown + half_hour * 2000,
        )
        await meter.history.append(meter.profile, [reading])
    await pass_time(wattwise, freezer, 2 * 3600)
    await statistics(wattwise)
    second = await hours_of(wattwise, found)
    over = [MIDNIGHT + hour * HOUR for hour in range(11)]
    assert [second[hour] for hour in over] == [first[hour] for hour in over]
    assert max(second) == max(first) + 2 * HOUR
    ahead = MIDNIGHT + 14 * HOUR
    assert second[ahead] != first[ahead]
    assert await wattwise.config_entries.async_reload(entry.entry_id)
    await pass_time(wattwise, freezer, 360)
    await statistics(wattwise)
    third = await hours_of(wattwise, found)
    over = [MIDNIGHT + hour * HOUR for hour in range(13)]
    assert [third[hour] for hour in over] == [second[hour] for hour in over]


async def test_a_clock_that_was_wrong_does_not_stop_them(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Hours of another year in the statistics keep nobody from writing today's."""
    entry = await home_of(wattwise, freezer, 5)
    found = await only_statistic(wattwise)
    nonsense = Band(9.0, 9.0, 9.0)
    wrong = {
        int((MIDNIGHT + hour * HOUR).timestamp() * 1000): nonsense
        for hour in (3, 40, 9000)
    }
    await async_write_bands(wattwise, found, "Home", wrong)
    assert await wattwise.config_entries.async_reload(entry.entry_id)
    await pass_time(wattwise, freezer, 360)
    assert (await statistics(wattwise))[found] == "Home: consumption forecast"
    hours = await hours_of(wattwise, found)
    night = MIDNIGHT + 3 * HOUR
    assert hours[night].mean == pytest.approx(used_w(night), rel=0.2)
    assert hours[MIDNIGHT + 40 * HOUR] != nonsense


async def test_clearing_energy_from_files_leaves_forecasts(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The action that clears imported statistics clears nothing else of WattWise's."""
    await home_of(wattwise, freezer, 5)
    found = await only_statistic(wattwise)
    other = "wattwise:grid_energy_import_0123abcd"
    await async_write_sums(wattwise, other, "Grid: from files", {0: 1.0})
    assert set(await statistics(wattwise)) == {found, other}
    await call(wattwise, "clear_imported_statistics")
    assert set(await statistics(wattwise)) == {found}


async def test_a_chart_survives_a_new_name(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A renamed household keeps the id of its statistic, under the new name."""
    entry = await home_of(wattwise, freezer, 5)
    found = await only_statistic(wattwise)
    wattwise.config_entries.async_update_entry(entry, title="Cottage")
    await wattwise.async_block_till_done()
    await pass_time(wattwise, freezer, 3600)
    assert await statistics(wattwise) == {found: "Cottage: consumption forecast"}


async def test_what_is_forecast_no_more_leaves(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Without the roof, nothing tells what it will give; without the household, nothing."""
    entry = await home_of(wattwise, freezer, 5, roof=True)
    assert len(await statistics(wattwise)) == 2
    roof = next(key for key, s in entry.subentries.items() if s.title == "Roof")
    wattwise.config_entries.async_remove_subentry(entry, roof)
    await wattwise.async_block_till_done()
    await pass_time(wattwise, freezer, 3600)
    (left,) = await statistics(wattwise)
    assert left.endswith("_forecast_consumption")
    assert await wattwise.config_entries.async_remove(entry.entry_id)
    assert await statistics(wattwise) == {}


def test_any_name_makes_an_id() -> None:
    """A name that is cut between two words is one that the recorder takes."""
    for width in range(1, 70):
        name = f"{'x' * width} der Familie Weber"
        assert valid_statistic_id(named_statistic_id(name, "_abc")), name


async def test_a_household_goes_though_the_recorder_is_busy(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """While the recorder brings its database up to date, a household can be deleted."""
    await home_of(wattwise, freezer, 12)
    assert await statistics(wattwise)
    ready = get_instance(wattwise).async_recorder_ready
    ready.clear()
    (entry,) = wattwise.config_entries.async_entries(DOMAIN)
    async with asyncio.timeout(10):
        await wattwise.config_entries.async_remove(entry.entry_id)
    ready.set()
    assert await statistics(wattwise) == {}
