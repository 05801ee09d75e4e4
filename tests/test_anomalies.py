"""What is unusual in what a home uses, as its people see it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
import random
from threading import Event
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.wattwise.anomalies import anomaly_coordinator
from custom_components.wattwise.anomalies.unusual_hours import learned
from custom_components.wattwise.const import CONF_AWAY, CONF_PRICE, CONF_TARIFF
from custom_components.wattwise.forecasts.series_forecasts import SeriesForecasts
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .homes import async_add_household, push_meter
from .test_actions import call
from .test_forecast import ZONE
from .test_meters import pass_time

HALF_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)
# An evening, after which a heater stays on.
NOW = datetime(2026, 6, 17, 22, 1, tzinfo=ZONE).astimezone(UTC)
DAYS = 36
STAGE = "sensor.home_anomaly_detection"
BUTTON = "button.home_this_was_normal"
ALERTS = {
    f"binary_sensor.home_{name}": name
    for name in ("unusual_consumption", "left_on", "standby_rising")
}

type Power = Callable[[datetime], float]


@pytest.fixture(autouse=True)
def no_lessons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let forecasts learn nothing, which takes seconds for each of these homes."""

    async def learn(_forecasts: SeriesForecasts) -> None:
        return

    monkeypatch.setattr(SeriesForecasts, "async_learn", learn)


def used_w(moment: datetime) -> float:
    """Return what a family uses, on no day quite as on another."""
    local = moment.astimezone(ZONE)
    noise = random.Random(f"{local.date()} {local.hour}")
    awake = 7 <= local.hour < 23
    busy = 600.0 * (18 <= local.hour < 22)
    return (
        150.0
        + noise.uniform(0, 60)
        + awake * noise.uniform(50, 350)
        + (busy * noise.uniform(0.4, 1.6))
    )


def asleep(moment: datetime) -> float:
    """Return what is used when nobody is up."""
    return 150.0 + random.Random(str(moment)).uniform(0, 60)


def heater_from(begin: datetime, hours: float = 1000.0) -> Power:
    """Return what is used with a heater that is on for a time."""
    end = begin + timedelta(hours=hours)
    return lambda moment: used_w(moment) + 2000.0 * (begin <= moment < end)


class Counter:
    """The counter of a meter, which is read each half hour."""

    def __init__(self, entry: MockConfigEntry, begin: datetime, name: str) -> None:
        """Read the meter of a household from a time on."""
        self.entry = entry
        self.name = name
        self.read_at = begin
        self.shown = 0.0

    async def run(self, power: Power, end: datetime) -> None:
        """Count what flows until a time."""
        meters = self.entry.runtime_data.meters.values()
        meter = next(meter for meter in meters if meter.name == self.name)
        readings = []
        while self.read_at <= end:
            time_ms = int(self.read_at.timestamp() * 1000)
            readings.append(Reading(Channel.ENERGY_IMPORT, time_ms, self.shown))
            self.shown += power(self.read_at) / 2
            self.read_at += HALF_HOUR
        await meter.history.append(meter.profile, readings)


class Home:
    """A home with a past, whose hours pass."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        entry: MockConfigEntry,
        counters: list[Counter],
    ) -> None:
        """Begin where its clock stands, ten minutes past."""
        self.hass = hass
        self.freezer = freezer
        self.entry = entry
        self.counters = counters

    async def live(self, hours: int, *powers: Power) -> None:
        """Let hours pass, each of them looked at."""
        for _ in range(hours):
            self.freezer.tick(HOUR)
            for counter, power in zip(self.counters, powers, strict=True):
                await counter.run(power, datetime.now(UTC))
            await pass_time(self.hass, self.freezer, 0)

    async def restart(self) -> None:
        """Set the household up anew, and wait until it was looked at."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.hass.async_block_till_done(wait_background_tasks=True)
        await pass_time(self.hass, self.freezer, 1)

    def shown(self, entity_id: str) -> str:
        """Return a state."""
        found = self.hass.states.get(entity_id)
        assert found, sorted(self.hass.states.async_entity_ids())
        return found.state

    def on(self) -> set[str]:
        """Return the alerts that are on; the others are off."""
        states = {name: self.shown(entity) for entity, name in ALERTS.items()}
        assert set(states.values()) <= {STATE_ON, STATE_OFF}, states
        return {name for name, state in states.items() if state == STATE_ON}

    def said(self, name: str) -> dict[str, Any]:
        """Return the attributes of an alert."""
        state = self.hass.states.get(f"binary_sensor.home_{name}")
        assert state
        return dict(state.attributes)

    async def anomalies(self) -> list[dict[str, Any]]:
        """Return what the action tells."""
        home = {"config_entry_id": self.entry.entry_id}
        answer = await call(self.hass, "get_anomalies", **home)
        found = answer["anomalies"]
        assert isinstance(found, list)
        return found


async def home_of(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    days: int = DAYS,
    *,
    now: datetime = NOW,
    parts: dict[str, Power] | None = None,
    **options: Any,
) -> Home:
    """Return a home of so many days that was looked at once it was learned.

    Its grid meter measures its `parts`, too.
    """
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(now)
    parts = parts or {}
    entry = await async_add_household(
        hass,
        push_meter(interval=1800),
        *(
            push_meter(name, name, role=MeterRole.APPLIANCE, interval=1800)
            for name in parts
        ),
        options={CONF_TARIFF: "flat", CONF_PRICE: 0.5} | options,
    )
    begin = (now - timedelta(days)).replace(minute=0)
    counters = [Counter(entry, begin, name) for name in ("Grid", *parts)]
    for counter, power in zip(counters, (used_w, *parts.values()), strict=True):
        await counter.run(power, now)
    await pass_time(hass, freezer, 310)
    await pass_time(hass, freezer, 200)
    return Home(hass, freezer, entry, counters)


async def test_a_young_home(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """While too little is known, alerts are unavailable, and it is told why."""
    home = await home_of(wattwise, freezer, 10)
    assert {home.shown(entity) for entity in ALERTS} == {STATE_UNKNOWN}
    assert home.shown(STAGE) == "learning"
    stage = wattwise.states.get(STAGE)
    assert stage
    assert 8 <= stage.attributes["days_known"] <= 11
    assert stage.attributes["days_needed"] > 11
    assert home.shown(BUTTON) == STATE_UNAVAILABLE
    # Without knowing who is at home, nobody is said to be away.
    assert wattwise.states.get("binary_sensor.home_consumption_while_away") is None
    await home.live(3, heater_from(NOW))
    assert {home.shown(entity) for entity in ALERTS} == {STATE_UNKNOWN}
    assert await home.anomalies() == []


async def test_a_new_home(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Before the first reading, it waits for it."""
    freezer.move_to(NOW)
    entry = await async_add_household(wattwise, push_meter(interval=1800))
    await pass_time(wattwise, freezer, 10)
    home = Home(wattwise, freezer, entry, [])
    assert home.shown(STAGE) == "waiting"
    answer = await call(wattwise, "get_anomalies", config_entry_id=entry.entry_id)
    assert (answer["stage"], answer["anomalies"]) == ("waiting", [])


async def test_a_heater_left_on(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It is told in the night, explained, over a restart, and over when it is off."""
    home = await home_of(wattwise, freezer)
    assert home.shown(STAGE) == "ready"
    assert home.on() == set()
    heater = heater_from(NOW, 6)
    await home.live(4, heater)
    on = home.on()
    assert on
    said = home.said(min(on))
    assert said["severity"] in {"notice", "warning"}
    assert said["energy_kwh"] > said["expected_high_kwh"] > said["expected_low_kwh"]
    # Two kilowatts since ten o'clock.
    assert 4 < said["excess_kwh"] < 9
    assert said["cost"] == pytest.approx(0.5 * said["excess_kwh"], abs=0.01)
    assert abs(said["start"] - NOW) <= 2 * HOUR
    assert said["end"].astimezone(ZONE).hour in {1, 2}
    assert said["reason"] == "unknown"
    assert said["appliance"] is None
    (newest,) = {
        one["id"] for one in await home.anomalies() if one["id"] == said["anomaly_id"]
    }

    await home.restart()
    assert home.on() == on
    assert home.said(min(on))["anomaly_id"] == newest

    await home.live(2, heater)
    assert home.on()
    await home.live(3, heater)
    assert home.on() == set()
    told = await home.anomalies()
    assert told
    assert not any(one["ongoing"] for one in told)
    assert not any(one["normal"] for one in told)


async def test_what_lies_behind_it(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The meter of the heater says that it is the heater."""
    home = await home_of(
        wattwise, freezer, parts={"Heater": lambda _: 5.0, "Fridge": lambda _: 60.0}
    )
    await home.live(4, heater_from(NOW), lambda _: 2005.0, lambda _: 65.0)
    said = home.said(min(home.on()))
    assert (said["reason"], said["appliance"]) == ("appliance", "Heater")


async def test_this_was_normal(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who painted at night says so once; it is remembered, and can be taken back."""
    home = await home_of(wattwise, freezer)
    heater = heater_from(NOW)
    await home.live(4, heater)
    marked = set()
    for _ in range(4):
        if not home.on():
            break
        marked.add(home.said(min(home.on()))["anomaly_id"])
        await wattwise.services.async_call(
            "button", "press", {"entity_id": BUTTON}, blocking=True
        )
    assert home.on() == set()
    assert marked
    told = await home.anomalies()
    assert marked == {one["id"] for one in told if one["normal"]}
    assert any(one["ongoing"] for one in told)

    await home.live(1, heater)
    assert home.on() == set()
    await home.restart()
    assert home.on() == set()

    question = {"config_entry_id": home.entry.entry_id}
    for anomaly_id in marked:
        undone = await call(
            wattwise, "mark_normal", **question, anomaly_id=anomaly_id, normal=False
        )
        assert (undone["id"], undone["normal"]) == (anomaly_id, False)
    assert home.on()
    with pytest.raises(ServiceValidationError) as error:
        await call(wattwise, "mark_normal", **question, normal=False)
    assert error.value.translation_key == "nothing_marked"
    with pytest.raises(ServiceValidationError) as error:
        await call(wattwise, "mark_normal", **question, anomaly_id="left_on_1")
    assert error.value.translation_key == "anomaly_not_found"


async def test_a_history_that_cannot_be_asked(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Nothing is said without readings, neither of now nor of the last hours."""
    home = await home_of(wattwise, freezer)
    await home.live(4, heater_from(NOW))
    on = home.on()
    with patch.object(History, "ask", side_effect=HistoryError("disk")):
        await home.live(1, heater_from(NOW))
        assert {home.shown(entity) for entity in ALERTS} == {STATE_UNAVAILABLE}
        with pytest.raises(HomeAssistantError) as error:
            await home.anomalies()
        assert error.value.translation_key == "anomalies_not_looked_for"
    await pass_time(wattwise, freezer, 61)
    assert home.on() >= on
    # Now the meter falls silent: what was unusual goes on, until nobody knows any more.
    on = home.on()
    freezer.tick(3 * HOUR)
    await pass_time(wattwise, freezer, 0)
    assert home.on() == on
    freezer.tick(5 * HOUR)
    await pass_time(wattwise, freezer, 0)
    assert {home.shown(entity) for entity in ALERTS} == {STATE_UNKNOWN}
    assert home.shown(STAGE) == "outdated"


async def test_while_nobody_is_there(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """On holiday, a switch that says so makes an evening as always an alert."""
    wattwise.states.async_set("input_boolean.holiday", "off")
    home = await home_of(wattwise, freezer, **{CONF_AWAY: "input_boolean.holiday"})
    away = "binary_sensor.home_consumption_while_away"
    assert home.shown(away) == STATE_OFF
    wattwise.states.async_set("input_boolean.holiday", "on")
    await home.live(3, asleep)
    assert home.shown(away) == STATE_OFF
    await home.live(3, lambda moment: 1000.0 + asleep(moment))
    assert home.shown(away) == STATE_ON
    said = home.said("consumption_while_away")
    assert (said["kind"], said["severity"]) == ("away_use", "critical")
    await home.live(4, asleep)
    assert home.shown(away) == STATE_OFF


@pytest.mark.parametrize(
    "evening",
    [
        datetime(2026, 3, 28, 21, 1, tzinfo=ZONE),
        datetime(2026, 10, 24, 21, 1, tzinfo=ZONE),
    ],
)
async def test_the_night_the_clock_changes(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, evening: datetime
) -> None:
    """A night of 23 or 25 hours is as any other."""
    home = await home_of(wattwise, freezer, now=evening.astimezone(UTC))
    for _ in range(8):
        await home.live(1, used_w)
        assert home.on() == set()


async def test_taking_back_what_was_learned(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What a lesson took for normal is unusual again as soon as that is taken back."""
    home = await home_of(wattwise, freezer)
    await home.live(2, heater_from(NOW))
    assert home.on()
    for _ in range(4):
        if home.on():
            await wattwise.services.async_call(
                "button", "press", {"entity_id": BUTTON}, blocking=True
            )
    assert home.on() == set()
    home.entry.runtime_data.anomalies.async_past_grew()
    await pass_time(wattwise, freezer, 200)
    question = {"config_entry_id": home.entry.entry_id}
    for one in await home.anomalies():
        if one["normal"]:
            # As an older message called it.
            name = one["id"].replace("left_on", "unusual_hour")
            undone = await call(
                wattwise, "mark_normal", **question, anomaly_id=name, normal=False
            )
            assert undone["id"] == one["id"]
    await pass_time(wattwise, freezer, 1)
    assert home.on()


async def test_a_week_later(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The button means what people have just seen; the action may mean what was before."""
    home = await home_of(wattwise, freezer)
    await home.live(4, heater_from(NOW, 3))
    await home.live(3, used_w)
    assert home.on() == set()
    assert home.shown(BUTTON) != STATE_UNAVAILABLE
    await home.live(24, used_w)
    assert [one["normal"] for one in await home.anomalies()] == [False]
    assert home.shown(BUTTON) == STATE_UNAVAILABLE
    await wattwise.services.async_call(
        "button", "press", {"entity_id": BUTTON}, blocking=True
    )
    question = {"config_entry_id": home.entry.entry_id}
    assert [one["normal"] for one in await home.anomalies()] == [False]
    assert (await call(wattwise, "mark_normal", **question))["normal"]
    assert [one["normal"] for one in await home.anomalies()] == [True]


async def test_unloading_while_it_learns(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A household that is unloaded meanwhile leaves nothing half learned.

    One that is removed leaves nothing.
    """
    home = await home_of(wattwise, freezer)
    await home.live(3, heater_from(NOW))
    assert home.on()
    await call(wattwise, "mark_normal", config_entry_id=home.entry.entry_id)
    key = "wattwise.anomalies.household-Home"
    kept = hass_storage[key]

    begun, unloaded = asyncio.Event(), Event()

    def slowly(*asked: Any) -> Any:
        wattwise.loop.call_soon_threadsafe(begun.set)
        assert unloaded.wait(60)
        return learned(*asked)

    monkeypatch.setattr(anomaly_coordinator, "learned", slowly)
    anomalies = home.entry.runtime_data.anomalies
    anomalies.async_past_grew()
    freezer.tick(timedelta(minutes=4))
    async_fire_time_changed(wattwise)
    async with asyncio.timeout(60):
        await begun.wait()
    assert await wattwise.config_entries.async_unload(home.entry.entry_id)
    looked = anomalies.data
    unloaded.set()
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert hass_storage[key] is kept
    assert anomalies.data is looked

    zones = []

    def noted(zone: tzinfo, *asked: Any) -> Any:
        zones.append(zone)
        return learned(zone, *asked)

    monkeypatch.setattr(anomaly_coordinator, "learned", noted)
    assert await wattwise.config_entries.async_setup(home.entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    await pass_time(wattwise, freezer, 1)
    assert home.shown(STAGE) == "ready"

    # Who moves while it is loaded lives by the clock of the new place.
    await wattwise.config.async_set_time_zone("Pacific/Honolulu")
    home.entry.runtime_data.anomalies.async_past_grew()
    await pass_time(wattwise, freezer, 4 * 60)
    assert [str(zone) for zone in zones] == ["Pacific/Honolulu"]

    stored = {"wattwise.anomalies.household-Home", "wattwise.normal.household-Home"}
    assert stored <= set(hass_storage)
    await wattwise.config_entries.async_remove(home.entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert not stored & set(hass_storage)
