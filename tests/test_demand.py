"""The running period of a capacity tariff, as a home sees it."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.alerts.demand import demand_coordinator
from custom_components.wattwise.alerts.demand.demand_past import async_demand_peaks
from custom_components.wattwise.analytics.tariffs.demand_means import month_peaks
from custom_components.wattwise.const import CONF_NETS_PHASES, CONF_PHASES
from custom_components.wattwise.metering.profile import EnergyKind, MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from custom_components.wattwise.prices.grid_energy import async_grid_past
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .homes import async_add_household, push_meter
from .test_meters import pass_time, report

SO_FAR = "sensor.home_demand_so_far"
EXPECTED = "sensor.home_demand_expected"
PEAK = "sensor.home_demand_peak_this_month"
AHEAD = "binary_sensor.home_demand_peak_ahead"
LIMIT = "number.home_demand_limit"
PERIOD = "select.home_demand_period"
ALL = (SO_FAR, EXPECTED, PEAK, AHEAD, LIMIT)


@pytest.fixture(autouse=True)
async def now(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock at a quarter past noon in Brussels, which only the tests move."""
    await hass.config.async_set_time_zone("Europe/Brussels")
    freezer.move_to("2026-06-17 10:15:00+00:00")


def shown(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the state of an entity; None if there is none."""
    found = hass.states.get(entity_id)
    return found.state if found else None


def kilowatts(hass: HomeAssistant, entity_id: str) -> float:
    """Return the state of an entity as a number."""
    found = shown(hass, entity_id)
    assert found is not None
    return float(found)


async def belgian_home(
    hass: HomeAssistant, *meters: ConfigSubentry, **options: Any
) -> MockConfigEntry:
    """Return a home in Flanders."""
    entry = await async_add_household(hass, *meters, options=options, country="BE")
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def draw(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    seconds: int,
    **watts: float,
) -> None:
    """Let meters, by their names, report the same each 10 seconds for so long."""
    for _ in range(seconds // 10):
        await pass_time(hass, freezer, 10)
        for name, value in watts.items():
            await report(hass, entry, name, power=value)
    await hass.async_block_till_done(wait_background_tasks=True)


async def choose(hass: HomeAssistant, option: str) -> None:
    """Set the length of a period."""
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": PERIOD, "option": option},
        blocking=True,
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def set_limit(hass: HomeAssistant, value: float) -> None:
    """Set what a period's mean shall not exceed [kW]."""
    await hass.services.async_call(
        "number", "set_value", {"entity_id": LIMIT, "value": value}, blocking=True
    )


async def test_a_quarter_of_an_hour(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What is expected follows what is drawn; the alert tells what to shed, and ends."""
    entry = await belgian_home(wattwise, push_meter())
    assert shown(wattwise, PERIOD) == "minutes_15"
    await report(wattwise, entry, power=1_000)
    await draw(wattwise, freezer, entry, 300, Grid=1_000)
    assert kilowatts(wattwise, SO_FAR) == pytest.approx(1.0, abs=0.01)
    assert kilowatts(wattwise, EXPECTED) == pytest.approx(1.0, abs=0.01)
    assert shown(wattwise, AHEAD) == STATE_OFF
    await draw(wattwise, freezer, entry, 180, Grid=8_000)
    assert kilowatts(wattwise, EXPECTED) > 4.5
    assert shown(wattwise, AHEAD) == STATE_ON
    alert = wattwise.states.get(AHEAD)
    assert alert
    details = alert.attributes["details"]
    assert details["limit"] == 2_500
    assert details["minutes_left"] == pytest.approx(7, abs=0.2)
    # Of 2,500 W for a quarter, 1,844 were drawn at the last update before this one; the
    # rest allows 1,373 W to its end.
    assert details["power_allowed"] == pytest.approx(1_373, abs=20)
    assert details["power_to_shed"] == pytest.approx(7_600 - 1_373, abs=50)
    ends = wattwise.states.get(EXPECTED)
    assert ends
    assert ends.attributes["ends"] == datetime(2026, 6, 17, 10, 30, tzinfo=UTC)
    # Shed at once; what is left is below.
    await draw(wattwise, freezer, entry, 300, Grid=0)
    assert shown(wattwise, AHEAD) == STATE_OFF
    # The next quarter begins with nothing.
    await draw(wattwise, freezer, entry, 180, Grid=500)
    assert kilowatts(wattwise, SO_FAR) < 0.6
    assert shown(wattwise, AHEAD) == STATE_OFF


async def test_a_little_change_is_written_now_and_then(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What creeps is a row in the recorder each half a minute; what leaps is one at once."""
    entry = await belgian_home(wattwise, push_meter())
    await report(wattwise, entry, power=1_000)
    await draw(wattwise, freezer, entry, 60, Grid=1_000)
    rows: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        assert state
        rows.append(state.state)

    async_track_state_change_event(wattwise, EXPECTED, note)
    for watts in range(1_000, 1_400, 20):
        await draw(wattwise, freezer, entry, 10, Grid=watts)
    # In 200 seconds, in each of which it is another.
    assert 3 <= len(rows) <= 8
    await draw(wattwise, freezer, entry, 60, Grid=5_000)
    assert kilowatts(wattwise, EXPECTED) > 2


async def test_the_limit(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Without one it is the month's peak, when that is more than the least that counts."""
    entry = await belgian_home(wattwise, push_meter(energy_kind=EnergyKind.POWER))
    await report(wattwise, entry, power=4_000)
    await draw(wattwise, freezer, entry, 860, Grid=4_000)
    assert shown(wattwise, AHEAD) == STATE_ON
    assert shown(wattwise, PEAK) == STATE_UNAVAILABLE
    # The first quarter is over.
    await draw(wattwise, freezer, entry, 240, Grid=4_000)
    assert kilowatts(wattwise, PEAK) == pytest.approx(4.0, abs=0.05)
    peak = wattwise.states.get(PEAK)
    assert peak
    assert peak.attributes["began"] == datetime(2026, 6, 17, 10, 15, tzinfo=UTC)
    # The second is as high, which costs no more.
    await draw(wattwise, freezer, entry, 120, Grid=4_000)
    assert shown(wattwise, AHEAD) == STATE_OFF
    await set_limit(wattwise, 3.0)
    await draw(wattwise, freezer, entry, 90, Grid=3_900)
    assert shown(wattwise, AHEAD) == STATE_ON


async def test_a_restart_in_the_middle(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What the history knows of the running period is known, and the alert goes on."""
    entry = await belgian_home(wattwise, push_meter())
    await report(wattwise, entry, power=6_000)
    await draw(wattwise, freezer, entry, 400, Grid=6_000)
    before = kilowatts(wattwise, EXPECTED)
    assert shown(wattwise, AHEAD) == STATE_ON
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert shown(wattwise, AHEAD) == STATE_ON
    assert kilowatts(wattwise, EXPECTED) == pytest.approx(before, abs=0.02)
    await draw(wattwise, freezer, entry, 10, Grid=6_000)
    assert shown(wattwise, AHEAD) == STATE_ON
    assert kilowatts(wattwise, SO_FAR) == pytest.approx(6.0, abs=0.02)
    # Two quarters later nobody knows, until the meter is heard; it is over then.
    await pass_time(wattwise, freezer, 1800)
    assert shown(wattwise, AHEAD) == STATE_UNAVAILABLE
    await draw(wattwise, freezer, entry, 1000, Grid=300)
    assert shown(wattwise, AHEAD) == STATE_OFF


async def test_a_gap(wattwise: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """A minute without readings changes nothing; of six nobody knows."""
    entry = await belgian_home(wattwise, push_meter())
    await report(wattwise, entry, power=2_000)
    await draw(wattwise, freezer, entry, 300, Grid=2_000)
    await pass_time(wattwise, freezer, 60)
    assert kilowatts(wattwise, SO_FAR) == pytest.approx(2.0, abs=0.02)
    await pass_time(wattwise, freezer, 300)
    assert shown(wattwise, SO_FAR) == STATE_UNAVAILABLE
    assert shown(wattwise, AHEAD) == STATE_UNAVAILABLE
    await draw(wattwise, freezer, entry, 20, Grid=2_000)
    assert kilowatts(wattwise, SO_FAR) == pytest.approx(2.0, abs=0.02)


async def test_several_grid_meters(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What a roof feeds in on one phase counts against another, where it is netted."""
    meters = [push_meter(name, name) for name in ("L1", "L2", "L3")]
    entry = await belgian_home(wattwise, *meters, **{CONF_NETS_PHASES: True})
    wattwise.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_PHASES: 3}
    )
    await wattwise.async_block_till_done(wait_background_tasks=True)
    await draw(wattwise, freezer, entry, 500, L1=3_000, L2=3_000, L3=-4_000)
    assert kilowatts(wattwise, EXPECTED) == pytest.approx(2.0, abs=0.02)


async def test_where_there_is_no_such_tariff(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Nothing is shown but the choice; who makes it gets all, and gets rid of it."""
    entry = await async_add_household(wattwise, push_meter())
    assert shown(wattwise, PERIOD) == "none"
    assert {shown(wattwise, entity_id) for entity_id in ALL} == {None}
    await choose(wattwise, "minutes_30")
    assert shown(wattwise, PERIOD) == "minutes_30"
    await draw(wattwise, freezer, entry, 20, Grid=2_000)
    assert kilowatts(wattwise, LIMIT) == 0
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert shown(wattwise, PERIOD) == "minutes_30"
    await choose(wattwise, "none")
    assert shown(wattwise, PERIOD) == "none"
    registry = er.async_get(wattwise)
    assert {registry.async_get(entity_id) for entity_id in ALL} == {None}


async def test_a_home_without_grid_meter(wattwise: HomeAssistant) -> None:
    """Nobody knows what such a home draws."""
    await async_add_household(wattwise, push_meter(role=MeterRole.APPLIANCE))
    assert shown(wattwise, PERIOD) is None


async def fill(
    entry: MockConfigEntry, name: str, begin: datetime, quarters: list[float]
) -> None:
    """Load what a counter showed each 5 minutes, by the means of quarters [W]."""
    meter = next(m for m in entry.runtime_data.meters.values() if m.name == name)
    shown_wh, at_ms = 1_000_000.0, int(begin.timestamp() * 1000)
    readings = [Reading(Channel.ENERGY_IMPORT, at_ms, shown_wh)]
    for watts in quarters:
        for _ in range(3):
            at_ms += 300_000
            shown_wh += watts / 12
            readings.append(Reading(Channel.ENERGY_IMPORT, at_ms, shown_wh))
    await meter.history.append(meter.profile, readings, live=False)


async def test_the_past(wattwise: HomeAssistant) -> None:
    """Each period of the past has its mean, by the counters, over any span of time."""
    entry = await belgian_home(
        wattwise,
        push_meter("a", "A"),
        push_meter("b", "B"),
        **{CONF_NETS_PHASES: False},
    )
    # The night in which the clocks are put forward.
    begin = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    await fill(entry, "A", begin, [1_000.0, 2_000.0, 3_000.0, 4_000.0] * 6)
    await fill(entry, "B", begin, [500.0] * 24)
    begin_ms = int(begin.timestamp() * 1000)
    end_ms = begin_ms + 6 * 3_600_000
    home = entry.runtime_data
    quarters = await async_demand_peaks(wattwise, home, 15, begin_ms, end_ms)
    assert [start for start, _ in quarters] == list(range(begin_ms, end_ms, 900_000))
    assert [watts for _, watts in quarters] == pytest.approx(
        [1_500, 2_500, 3_500, 4_500] * 6
    )
    hours = await async_demand_peaks(wattwise, home, 60, begin_ms, end_ms)
    assert [watts for _, watts in hours] == pytest.approx([3_000] * 6)
    # Half a period at each end belongs to neither.
    inner = await async_demand_peaks(wattwise, home, 60, begin_ms + 1, end_ms - 1)
    assert len(inner) == 4
    # Months around it are asked in parts.
    year = await async_demand_peaks(
        wattwise, home, 15, begin_ms - 40 * 86_400_000, end_ms + 40 * 86_400_000
    )
    assert year == quarters


async def test_the_month_is_not_read_each_time(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """After a period the last hours are read; what comes into the past is found, too."""
    entry = await belgian_home(wattwise, push_meter(energy_kind=EnergyKind.POWER))
    asked: list[int] = []
    history = entry.runtime_data.history
    real = demand_coordinator.async_demand_peaks

    async def ask(*args: Any) -> list[tuple[int, float]]:
        *_, start_ms, end_ms = args
        asked.append(round((end_ms - start_ms) / 60_000))
        return await real(*args)

    with patch.object(demand_coordinator, "async_demand_peaks", ask):
        await report(wattwise, entry, power=4_000)
        await draw(wattwise, freezer, entry, 920, Grid=4_000)
        await draw(wattwise, freezer, entry, 900, Grid=3_000)
        await draw(wattwise, freezer, entry, 3_600, Grid=3_000)
        assert len(asked) == 6
        assert max(asked) <= 90
        # The highest is out of what is read.
        assert kilowatts(wattwise, PEAK) == pytest.approx(4.0, abs=0.05)
        morning = int(datetime(2026, 6, 3, 6, tzinfo=UTC).timestamp() * 1000)
        meter = next(iter(entry.runtime_data.meters.values()))
        readings = [
            Reading(Channel.POWER, morning + 10_000 * n, 9_000.0) for n in range(360)
        ]
        await history.append(meter.profile, readings, live=False)
        entry.runtime_data.async_past_grew()
        await draw(wattwise, freezer, entry, 900, Grid=300)
        assert asked[-1] > 16 * 24 * 60
        assert kilowatts(wattwise, PEAK) == pytest.approx(9.0, abs=0.05)
        # Each day all is read once: what came late is found.
        asked.clear()
        freezer.move_to("2026-06-18 10:15:10+00:00")
        await draw(wattwise, freezer, entry, 1_800, Grid=300)
        assert asked[0] > 17 * 24 * 60
        assert max(asked[1:]) <= 90


async def test_peaks_where_clocks_are_half_an_hour_off(
    wattwise: HomeAssistant,
) -> None:
    """An hour by the clock on the wall is one; the bill and the peak are the same."""
    await wattwise.config.async_set_time_zone("Asia/Kolkata")
    entry = await belgian_home(wattwise, push_meter("a", "A"))
    home, zone = entry.runtime_data, dt_util.get_default_time_zone()
    begin = datetime(2026, 6, 16, 9, 0, tzinfo=zone)
    await fill(entry, "A", begin, [0.0] * 4 + [4_000.0] * 4 + [0.0] * 8)
    begin_ms = int(begin.timestamp() * 1000)
    # Nothing was heard for a while, in which 15 kWh were drawn at some time.
    meter = next(iter(home.meters.values()))
    silent_ms = begin_ms + 4 * 3_600_000
    after = [
        Reading(Channel.ENERGY_IMPORT, silent_ms + n * 300_000, 1_019_000.0)
        for n in range(36, 49)
    ]
    await meter.history.append(meter.profile, after, live=False)
    end_ms = begin_ms + 8 * 3_600_000
    hours = await async_demand_peaks(wattwise, home, 60, begin_ms, end_ms)
    assert [watts for _, watts in hours][:4] == pytest.approx([0, 4_000, 0, 0])
    assert max(watts for _, watts in hours) == pytest.approx(4_000)
    past = await async_grid_past(home, begin_ms, end_ms)
    assert sum(slot.imported for slot in past.slots) == pytest.approx(19.0)
    (peak,) = month_peaks(past.slots, 60, zone).values()
    assert peak == pytest.approx(4.0)


async def test_the_month_begins_anew(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The peak of last month is no peak of this one."""
    freezer.move_to("2026-06-30 21:30:00+00:00")
    entry = await belgian_home(wattwise, push_meter(energy_kind=EnergyKind.POWER))
    await report(wattwise, entry, power=5_000)
    await draw(wattwise, freezer, entry, 920, Grid=5_000)
    assert kilowatts(wattwise, PEAK) == pytest.approx(5.0, abs=0.05)
    household = entry.runtime_data
    assert household.demand.month_peak_w == pytest.approx(5_000, abs=50)
    await draw(wattwise, freezer, entry, 900, Grid=300)
    assert dt_util.now().month == 7
    assert shown(wattwise, PEAK) == STATE_UNAVAILABLE
    assert household.demand.limit_w == 2_500
