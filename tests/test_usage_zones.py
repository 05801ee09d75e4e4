"""How much of what is usual is used: zones and alerts of real histories."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.wattwise.alerts.alert import AlertKind, AlertSeverity
from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.metering.profile import EnergyKind, MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.const import (
    ATTR_ENTITY_ID,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.template import Template

from .homes import async_add_household, only_meter, push_meter
from .repository.markdown import examples
from .repository.tree import DOCS
from .test_meters import pass_time, report
from .usage_homes import NOON, ZONE, home_with_past, tell_the_past, use, usual

ZONE_SENSOR = "sensor.grid_usage_zone"
HOME_ZONE = "sensor.home_usage_zone"
HIGH_USE = "binary_sensor.grid_high_use"
INTERVAL = "select.grid_usage_interval"
MEAN_POWER = "sensor.grid_mean_power"


@pytest.fixture
def mean_power(wattwise: HomeAssistant) -> None:
    """Let the sensor of the mean power be enabled."""
    er.async_get(wattwise).async_get_or_create(
        "sensor",
        DOMAIN,
        "meter-key-of-the-grid-meter_mean_power",
        suggested_object_id="grid_mean_power",
        disabled_by=None,
    )


def shown(hass: HomeAssistant, entity_id: str = ZONE_SENSOR) -> str:
    """Return what an entity shows."""
    state = hass.states.get(entity_id)
    assert state, sorted(hass.states.async_entity_ids())
    return state.state


def told(hass: HomeAssistant, entity_id: str = ZONE_SENSOR) -> dict[str, Any]:
    """Return the attributes of an entity."""
    state = hass.states.get(entity_id)
    assert state
    return dict(state.attributes)


async def choose(hass: HomeAssistant, option: str, entity_id: str = INTERVAL) -> None:
    """Choose an interval."""
    await hass.services.async_call(
        "select",
        "select_option",
        {ATTR_ENTITY_ID: entity_id, "option": option},
        blocking=True,
    )
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.usefixtures("mean_power")
async def test_zones(wattwise: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Usual is green, more is yellow, far more is red; high when it has lasted."""
    entry = await home_with_past(wattwise, freezer)
    assert shown(wattwise) == "green"
    attributes = told(wattwise)
    assert attributes["p25"] == pytest.approx(250, abs=15)
    assert attributes["p50"] == pytest.approx(300, abs=15)
    assert attributes["p75"] == pytest.approx(350, abs=15)
    assert 380 < attributes["tail"] < 470
    assert float(shown(wattwise, MEAN_POWER)) == pytest.approx(300, abs=30)
    assert (attributes["hour"], attributes["day_type"]) == (12, "working_day")
    assert (attributes["interval"], attributes["priority"]) == (15, 0)
    assert attributes["learning"] is False
    assert shown(wattwise, HIGH_USE) == STATE_OFF

    await use(wattwise, freezer, entry, 18, 385.0)
    assert shown(wattwise) == "yellow"
    assert told(wattwise)["priority"] == 1
    await use(wattwise, freezer, entry, 12, 3_000.0)
    assert shown(wattwise) == "red"
    assert shown(wattwise, HIGH_USE) == STATE_OFF
    await use(wattwise, freezer, entry, 15, 3_000.0)
    assert shown(wattwise, HIGH_USE) == STATE_ON
    (alert,) = entry.runtime_data.alerts.active.values()
    assert alert.kind is AlertKind.HIGH_USE
    assert alert.severity is AlertSeverity.NOTICE
    assert alert.meter == "Grid"
    assert alert.details["mean_power"] > 2_500
    assert alert.details["interval_minutes"] == 15
    assert alert.details["usual_power"] == pytest.approx(300, abs=15)
    await use(wattwise, freezer, entry, 21, 250.0)
    assert shown(wattwise) == "green"
    assert shown(wattwise, HIGH_USE) == STATE_OFF
    assert not entry.runtime_data.alerts.active


async def test_the_zone_is_written_when_it_changes(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Each write is a row in the recorder: an hour of the same use is a few."""
    entry = await home_with_past(wattwise, freezer)
    written: list[State] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        assert state
        written.append(state)

    async_track_state_change_event(wattwise, ZONE_SENSOR, note)
    for minute in range(60):
        await use(wattwise, freezer, entry, 1, 290.0 + minute % 20)
    assert {state.state for state in written} == {"green"}
    assert len(written) <= 3
    assert told(wattwise)["hour"] == 13
    await use(wattwise, freezer, entry, 12, 3_000.0)
    assert written[-1].state == "red"
    assert len(written) <= 5


async def test_a_kettle_is_no_alarm(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """One minute of 2 kW is not judged by itself, but in the mean of the interval."""
    entry = await home_with_past(wattwise, freezer)
    for _ in range(3):
        await use(wattwise, freezer, entry, 1, 1_500.0)
        await use(wattwise, freezer, entry, 18, 230.0)
        assert shown(wattwise) in {"green", "yellow"}
    assert shown(wattwise, HIGH_USE) == STATE_OFF


async def test_the_same_use_at_another_hour(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What is usual at noon is red at night, and no alert."""
    entry = await home_with_past(wattwise, freezer, now=NOON.replace(hour=2), days=28)
    assert told(wattwise)["p75"] == pytest.approx(175, abs=15)
    await use(wattwise, freezer, entry, 60, 330.0)
    assert shown(wattwise) == "red"
    assert shown(wattwise, HIGH_USE) == STATE_OFF


async def test_learning(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Until two weeks are known the zone is unknown, and says why."""
    entry = await home_with_past(wattwise, freezer, days=5)
    assert shown(wattwise) == STATE_UNKNOWN
    attributes = told(wattwise)
    assert attributes["learning"] is True
    assert 5 <= attributes["days_known"] <= 6
    assert attributes["days_needed"] == 14
    assert shown(wattwise, HIGH_USE) == STATE_UNKNOWN
    assert shown(wattwise, HOME_ZONE) == STATE_UNKNOWN
    # A file brings more: soon after, that is known too.
    before = NOON - timedelta(days=5)
    await tell_the_past(only_meter(entry), usual, before, 12)
    await use(wattwise, freezer, entry, 3, 300.0)
    assert shown(wattwise) == "green"
    assert "days_known" not in told(wattwise)


async def test_each_night_more_is_known(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What is told by day counts from the next night on."""
    entry = await home_with_past(wattwise, freezer, days=12)
    assert shown(wattwise) == STATE_UNKNOWN
    meter = only_meter(entry)
    at_night = (NOON + timedelta(days=3)).replace(hour=2, minute=58)
    freezer.move_to(at_night)
    begin = NOON.astimezone(UTC) + timedelta(minutes=5)
    steps = (at_night - begin) // timedelta(minutes=5)
    times = [begin + timedelta(minutes=5 * step) for step in range(steps)]
    for time in times:
        reading = Reading(Channel.POWER, int(time.timestamp() * 1000), usual(time))
        meter.history.enqueue(meter.profile, reading)
    await meter.history.flush()
    assert shown(wattwise) in {STATE_UNKNOWN, STATE_UNAVAILABLE}
    await use(wattwise, freezer, entry, 66, 120.0)
    assert shown(wattwise) == "green"


async def test_a_silent_meter(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Of a meter that tells nothing, nobody knows the zone."""
    entry = await home_with_past(wattwise, freezer)
    await pass_time(wattwise, freezer, 1_200)
    await pass_time(wattwise, freezer, 60)
    assert shown(wattwise) == STATE_UNAVAILABLE
    assert shown(wattwise, HIGH_USE) == STATE_UNAVAILABLE
    assert shown(wattwise, HOME_ZONE) == STATE_UNKNOWN
    # Half of the interval has to be known before it is judged again.
    await use(wattwise, freezer, entry, 5, 300.0)
    assert shown(wattwise) == STATE_UNAVAILABLE
    await use(wattwise, freezer, entry, 6, 300.0)
    assert shown(wattwise) == "green"


async def test_a_restart(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Zone and alert go on over a restart, also before the past was looked at again."""
    entry = await home_with_past(wattwise, freezer)
    await use(wattwise, freezer, entry, 36, 3_000.0)
    assert (shown(wattwise), shown(wattwise, HIGH_USE)) == ("red", STATE_ON)
    for _ in range(2):
        await wattwise.config_entries.async_reload(entry.entry_id)
        await wattwise.async_block_till_done()
        await use(wattwise, freezer, entry, 1, 3_000.0)
        assert (shown(wattwise), shown(wattwise, HIGH_USE)) == ("red", STATE_ON)
        assert told(wattwise)["learning"] is True
    await use(wattwise, freezer, entry, 4, 3_000.0)
    assert told(wattwise)["learning"] is False
    assert (shown(wattwise), shown(wattwise, HIGH_USE)) == ("red", STATE_ON)
    await use(wattwise, freezer, entry, 24, 250.0)
    assert (shown(wattwise), shown(wattwise, HIGH_USE)) == ("green", STATE_OFF)


async def test_another_interval(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A meter is judged by the chosen interval at once, and after a restart."""
    entry = await home_with_past(wattwise, freezer)
    assert shown(wattwise, INTERVAL) == "minutes_15"
    assert told(wattwise, INTERVAL)["options"] == [
        f"minutes_{minutes}" for minutes in (1, 5, 15, 30, 60)
    ]
    await choose(wattwise, "minutes_5")
    assert shown(wattwise, INTERVAL) == "minutes_5"
    assert told(wattwise)["interval"] == 5
    assert told(wattwise)["learning"] is False
    await use(wattwise, freezer, entry, 7, 3_000.0)
    assert shown(wattwise) == "red"
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done()
    assert shown(wattwise, INTERVAL) == "minutes_5"


async def test_intervals_of_a_minute(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Means of minutes are made of single readings."""
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOON)
    entry = await async_add_household(wattwise, push_meter(interval=60))
    every = timedelta(minutes=1)
    await tell_the_past(only_meter(entry), usual, NOON, 15, every=every)
    await use(wattwise, freezer, entry, 4, 300.0)
    await choose(wattwise, "minutes_1")
    await use(wattwise, freezer, entry, 2, 300.0)
    assert shown(wattwise) == "green"
    assert told(wattwise)["p50"] == pytest.approx(300, abs=15)
    await use(wattwise, freezer, entry, 4, 900.0)
    assert shown(wattwise) == "red"


@pytest.mark.usefixtures("mean_power")
async def test_a_meter_that_reports_seldom(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Amounts of half hours are no samples of quarters: none shorter can be chosen."""
    now = NOON
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(now)
    entry = await async_add_household(
        wattwise, push_meter(energy_kind=EnergyKind.INTERVAL, interval=1_800)
    )
    meter = only_meter(entry)
    half = timedelta(minutes=30)
    await tell_the_past(
        meter,
        lambda time: usual(time) / 2,
        now,
        28,
        every=half,
        channel=Channel.ENERGY_IMPORT,
    )
    await report(wattwise, entry, energy_import=150.0)
    await pass_time(wattwise, freezer, 200)
    assert told(wattwise, INTERVAL)["options"] == ["minutes_30", "minutes_60"]
    assert shown(wattwise, INTERVAL) == "minutes_30"
    assert shown(wattwise) == "green"
    assert float(shown(wattwise, MEAN_POWER)) == pytest.approx(300, abs=5)
    assert told(wattwise)["p50"] == pytest.approx(300, abs=20)
    for _ in range(2):
        for _ in range(10):
            await pass_time(wattwise, freezer, 180)
        await report(wattwise, entry, energy_import=1_500.0)
    for _ in range(8):
        await pass_time(wattwise, freezer, 60)
    assert float(shown(wattwise, MEAN_POWER)) == pytest.approx(3_000, abs=5)
    assert shown(wattwise) == "red"


async def test_an_appliance_that_is_mostly_off(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Off is green; what it uses when it runs is usual at any hour."""

    def washes(time: datetime) -> float:
        local = time.astimezone(ZONE)
        runs = local.toordinal() % 3 == 0 and 17 <= local.hour < 19
        return 500.0 + 10.0 * (local.minute % 30) if runs else 1.0

    entry = await home_with_past(
        wattwise,
        freezer,
        washes,
        days=42,
        meter=push_meter(name="Washer", role=MeterRole.APPLIANCE, interval=60),
    )
    zone, high = "sensor.washer_usage_zone", "binary_sensor.washer_high_use"
    await use(wattwise, freezer, entry, 15, 1.0)
    assert shown(wattwise, zone) == "green"
    await use(wattwise, freezer, entry, 21, 600.0)
    assert shown(wattwise, zone) == "green"
    assert told(wattwise, zone)["p50"] == pytest.approx(645, abs=25)
    await use(wattwise, freezer, entry, 39, 1_400.0)
    assert (shown(wattwise, zone), shown(wattwise, high)) == ("red", STATE_ON)


@pytest.mark.usefixtures("mean_power")
async def test_below_zero(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What a meter never gave before is red, and no high use."""
    entry = await home_with_past(wattwise, freezer)
    await use(wattwise, freezer, entry, 24, -800.0)
    assert shown(wattwise) == "red"
    assert float(shown(wattwise, MEAN_POWER)) == -800
    assert shown(wattwise, HIGH_USE) == STATE_OFF


async def test_feeding_in_is_usual_with_a_roof(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A home that gives each noon is green when it does."""

    def with_roof(time: datetime) -> float:
        return -900.0 if 10 <= time.astimezone(ZONE).hour < 16 else usual(time)

    entry = await home_with_past(wattwise, freezer, with_roof)
    await use(wattwise, freezer, entry, 24, -1_500.0)
    assert shown(wattwise) == "green"


async def test_a_stuck_value_in_the_past(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A day at 15 kW three weeks ago changes neither the quartiles nor the tail."""
    stuck = NOON - timedelta(days=20)

    def with_spike(time: datetime) -> float:
        return 15_000.0 if stuck <= time < stuck + timedelta(hours=12) else usual(time)

    await home_with_past(wattwise, freezer, with_spike, days=28)
    attributes = told(wattwise)
    assert attributes["p75"] == pytest.approx(350, abs=15)
    assert attributes["tail"] < 470


async def test_impossible_values(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A meter that tells only what cannot be is critical; one such value is not."""
    entry = await home_with_past(wattwise, freezer)
    await report(wattwise, entry, power=900_000.0)
    await use(wattwise, freezer, entry, 2, 300.0)
    assert shown(wattwise) == "green"
    await use(wattwise, freezer, entry, 2, 900_000.0)
    assert shown(wattwise) == "critical"
    assert told(wattwise)["priority"] == 3
    assert shown(wattwise, HOME_ZONE) == "critical"
    await use(wattwise, freezer, entry, 2, 300.0)
    assert shown(wattwise) == "green"


async def test_the_gravest_of_several(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The home's zone is that of the meter in the gravest one; the grid comes first."""
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOON)
    entry = await async_add_household(
        wattwise,
        push_meter(interval=60),
        push_meter("key-2", "Freezer", MeterRole.APPLIANCE, interval=60),
        push_meter("key-3", "Roof", MeterRole.PRODUCTION, interval=60),
    )
    grid, appliance, _ = entry.runtime_data.meters.values()
    for meter in (grid, appliance):
        await tell_the_past(meter, usual, NOON, 16)

    async def all_use(minutes: int, grid_w: float, freezer_w: float) -> None:
        for _ in range(0, minutes, 2):
            await report(wattwise, entry, "Grid", power=grid_w)
            await report(wattwise, entry, "Freezer", power=freezer_w)
            await report(wattwise, entry, "Roof", power=5_000.0)
            await pass_time(wattwise, freezer, 120)

    await all_use(6, 300.0, 250.0)
    assert shown(wattwise, HOME_ZONE) == "green"
    assert told(wattwise, HOME_ZONE)["meter"] == "Grid"
    await all_use(8, 300.0, 2_000.0)
    assert shown(wattwise, HOME_ZONE) == "red"
    assert told(wattwise, HOME_ZONE)["meter"] == "Freezer"
    assert told(wattwise, HOME_ZONE)["meters"] == {"Grid": "green", "Freezer": "red"}
    # What a roof produces is no use.
    assert wattwise.states.get("sensor.roof_usage_zone") is None
    assert wattwise.states.get("select.roof_usage_interval") is None


async def test_the_night_of_25_hours(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Before and after the clock is put back, hours are those of the wall."""
    day = datetime(2026, 10, 25, 6, 50, tzinfo=ZONE)
    # Asleep until 7 by the clock on the wall, in summer time and in winter time.

    def sleeps(time: datetime) -> float:
        awake = time.astimezone(ZONE).hour >= 7
        return usual(time) + (2_000.0 if awake else 0.0)

    entry = await home_with_past(wattwise, freezer, sleeps, now=day, days=21)
    assert told(wattwise)["hour"] == 6
    assert told(wattwise)["day_type"] == "free_day"
    await use(wattwise, freezer, entry, 39, 2_300.0)
    assert told(wattwise)["hour"] == 7
    assert told(wattwise)["p50"] > 2_000
    assert shown(wattwise) in {"green", "yellow"}


async def test_the_history_is_away(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """While the history cannot be asked, nothing is said, and all is back with it."""
    entry = await home_with_past(wattwise, freezer)
    meter = only_meter(entry)
    with patch.object(meter.history, "ask", side_effect=HistoryError("away")):
        await pass_time(wattwise, freezer, 60)
        await pass_time(wattwise, freezer, 60)
        assert shown(wattwise) == STATE_UNAVAILABLE
    await use(wattwise, freezer, entry, 3, 300.0)
    assert shown(wattwise) == "green"


async def test_a_meter_without_power_or_energy(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Entities of use appear with the first use a meter tells."""
    freezer.move_to(NOON)
    entry = await async_add_household(wattwise, push_meter(interval=60))
    await report(wattwise, entry, voltage_l1=230.0)
    assert wattwise.states.get(ZONE_SENSOR) is None
    await report(wattwise, entry, power=300.0)
    await pass_time(wattwise, freezer, 6)
    assert wattwise.states.get(ZONE_SENSOR)
    assert wattwise.states.get(INTERVAL)
    assert wattwise.states.get(HIGH_USE)
    registry = er.async_get(wattwise)
    typical = registry.async_get("sensor.grid_typical_use")
    assert typical
    assert typical.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_typical_use(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Once enabled, it shows the median of this hour, also of a silent meter."""
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOON)
    er.async_get(wattwise).async_get_or_create(
        "sensor",
        DOMAIN,
        "meter-key-of-the-grid-meter_typical_use",
        suggested_object_id="grid_typical_use",
        disabled_by=None,
    )
    entry = await home_with_past(wattwise, freezer)
    typical = "sensor.grid_typical_use"
    assert float(shown(wattwise, typical)) == pytest.approx(300, abs=15)
    await pass_time(wattwise, freezer, 1_500)
    assert shown(wattwise, ZONE_SENSOR) == STATE_UNAVAILABLE
    assert float(shown(wattwise, typical)) == pytest.approx(300, abs=15)
    assert only_meter(entry).coordinator.connected is False


@pytest.mark.usefixtures("mean_power")
async def test_the_template_of_the_page(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The text for a phone's widget says what docs/usage.md promises."""
    entry = await home_with_past(wattwise, freezer)
    (code,) = (
        one.code for one in examples(DOCS / "usage.md") if one.language == "jinja"
    )
    text = Template(code, wattwise).async_render(parse_result=False)
    attributes = told(wattwise)
    numbers = f"{shown(wattwise, MEAN_POWER)} W (usually {attributes['p50']} W)"
    assert text == f"🟢 12:04 {numbers}"
    await use(wattwise, freezer, entry, 12, 3_000.0)
    text = Template(code, wattwise).async_render(parse_result=False)
    assert text.startswith("🔴 12:16 ")
    await pass_time(wattwise, freezer, 1_200)
    await pass_time(wattwise, freezer, 60)
    text = Template(code, wattwise).async_render(parse_result=False)
    assert text == "⚪ 12:37 no readings"


async def test_readings_of_the_past_are_not_of_now(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A file of yesterday's peaks changes no zone of today."""
    entry = await home_with_past(wattwise, freezer)
    meter = only_meter(entry)
    yesterday = NOON.astimezone(UTC) - timedelta(days=40)
    await meter.history.append(
        meter.profile,
        [
            Reading(
                Channel.POWER,
                int((yesterday + timedelta(minutes=m)).timestamp() * 1000),
                9_000.0,
            )
            for m in range(60)
        ],
        live=False,
    )
    await use(wattwise, freezer, entry, 2, 300.0)
    assert shown(wattwise) == "green"
