"""Advice as a home sees it: the sensors, the actions, and what was said to it."""

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.advice.advice_book import AdviceBook
from custom_components.wattwise.advice.advice_store import AdviceStore
from custom_components.wattwise.advice.advice_words import (
    advice_words,
    async_advice_texts,
)
from custom_components.wattwise.analytics.advice.advice import Advice, AdviceKind
from custom_components.wattwise.const import (
    CONF_PRICE,
    CONF_PRICE_ENTITY,
    CONF_TARIFF,
    DOMAIN,
)
from custom_components.wattwise.metering.profile import MeterProfile, MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .homes import async_add_household, push_meter
from .test_actions import call
from .test_forecast import NOW, ZONE, counter, produced_w, state, used_w
from .test_meters import pass_time

FIRST_LOOK = 8 * 60 + 5
DAY = 24 * 3600
FLAT = {CONF_TARIFF: "flat", CONF_PRICE: 0.30}


async def quiet_home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    *meters: ConfigSubentry,
    options: dict[str, Any],
) -> MockConfigEntry:
    """Return a home that forecasts nothing: learning takes long, and is not needed."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    entry = await async_add_household(hass, *meters, options=options)
    await entry.runtime_data.forecast.async_shutdown()
    return entry


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let the household start anew."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await entry.runtime_data.forecast.async_shutdown()


async def wasteful_home(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, days: int = 40, **options: Any
) -> MockConfigEntry:
    """Return a home that draws 310 W day and night, after its first look for advice."""
    grid = push_meter(interval=1800)
    entry = await quiet_home(hass, freezer, grid, options=options or FLAT)
    (meter,) = entry.runtime_data.meters.values()
    readings = counter(Channel.ENERGY_IMPORT, used_w, days)
    await meter.history.append(meter.profile, readings)
    await pass_time(hass, freezer, FIRST_LOOK)
    return entry


async def advice_of(
    hass: HomeAssistant, entry: MockConfigEntry, **data: Any
) -> list[dict[str, Any]]:
    """Return the pieces that the action returns."""
    answer = await call(hass, "get_advice", config_entry_id=entry.entry_id, **data)
    pieces: list[dict[str, Any]] = answer["advice"]
    return pieces


async def test_a_home_is_told_what_runs_day_and_night(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The sensors and the action tell the same, in words and with numbers."""
    entry = await wasteful_home(wattwise, freezer)
    assert state(wattwise, "advice") == "1"
    saving = 310 * 8.76 * 0.066 * 0.30
    assert float(state(wattwise, "possible_saving_per_year")) == pytest.approx(
        saving, rel=0.02
    )
    sensor = wattwise.states.get("sensor.home_advice")
    assert sensor
    assert sensor.attributes["learning"] is False
    (shown,) = sensor.attributes["advice"]
    answer = await call(wattwise, "get_advice", config_entry_id=entry.entry_id)
    assert (answer["household"], answer["currency"]) == ("Home", "EUR")
    assert (answer["learning"], answer["days_known"]) == (False, 28)
    assert answer["looked"] == dt_util.now().replace(microsecond=0).isoformat()
    (piece,) = answer["advice"]
    assert shown.items() <= piece.items()
    assert (piece["id"], piece["kind"]) == ("standby", "standby")
    assert (piece["state"], piece["snoozed_until"]) == ("open", None)
    assert piece["evidence"]["base_load_w"] == pytest.approx(310, abs=10)
    assert piece["saving_kwh_per_year"] == pytest.approx(179, abs=5)
    assert piece["saving_money_per_year"] == pytest.approx(saving, rel=0.02)
    assert answer["saving_money_per_year"] == piece["saving_money_per_year"]
    assert "310 W" in piece["text"]
    assert "{" not in piece["title"] + piece["text"]


async def test_a_young_home_is_told_nothing(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Before 20 days are known it says that it is learning, not that all is well."""
    entry = await wasteful_home(wattwise, freezer, days=10)
    assert state(wattwise, "advice") == STATE_UNKNOWN
    assert state(wattwise, "possible_saving_per_year") == STATE_UNKNOWN
    answer = await call(wattwise, "get_advice", config_entry_id=entry.entry_id)
    assert answer["learning"] is True
    assert answer["days_known"] == 10
    assert answer["advice"] == []


async def test_what_was_dismissed_stays_away(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Over restarts and further looks; who asks for all finds it."""
    entry = await wasteful_home(wattwise, freezer)
    answer = await call(
        wattwise,
        "dismiss_advice",
        config_entry_id=entry.entry_id,
        advice_id="standby",
    )
    assert answer["advice"] == []
    assert answer["saving_money_per_year"] == 0
    await wattwise.async_block_till_done()
    assert state(wattwise, "advice") == "0"
    await restart(wattwise, entry)
    assert state(wattwise, "advice") == "0"
    await pass_time(wattwise, freezer, FIRST_LOOK)
    assert state(wattwise, "advice") == "0"
    (piece,) = await advice_of(wattwise, entry, all=True)
    assert piece["state"] == "dismissed"
    # Snoozing takes a dismissal back.
    await call(
        wattwise,
        "snooze_advice",
        config_entry_id=entry.entry_id,
        advice_id="standby",
        days=1,
    )
    (piece,) = await advice_of(wattwise, entry, all=True)
    assert piece["state"] == "snoozed"
    # Who pressed a button by mistake need not wait for it.
    await call(
        wattwise,
        "snooze_advice",
        config_entry_id=entry.entry_id,
        advice_id="standby",
        days=0,
    )
    await wattwise.async_block_till_done()
    assert state(wattwise, "advice") == "1"
    (piece,) = await advice_of(wattwise, entry)
    assert (piece["state"], piece["snoozed_until"]) == ("open", None)


async def test_a_snooze_ends(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """After the days, to the second, also when there was a restart between."""
    entry = await wasteful_home(wattwise, freezer)
    since = (await advice_of(wattwise, entry))[0]["since"]
    until = dt_util.now() + timedelta(days=3)
    await call(
        wattwise,
        "snooze_advice",
        config_entry_id=entry.entry_id,
        advice_id="standby",
        days=3,
    )
    assert state(wattwise, "advice") == "0"
    (piece,) = await advice_of(wattwise, entry, all=True)
    assert datetime.fromisoformat(piece["snoozed_until"]) == until
    await pass_time(wattwise, freezer, DAY)
    await restart(wattwise, entry)
    await pass_time(wattwise, freezer, 2 * DAY - 60)
    assert state(wattwise, "advice") == "0"
    await pass_time(wattwise, freezer, 61)
    assert state(wattwise, "advice") == "1"
    (piece,) = await advice_of(wattwise, entry)
    assert (piece["since"], piece["snoozed_until"]) == (since, None)


async def test_what_was_found_is_there_after_a_restart(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Before anybody has looked again."""
    entry = await wasteful_home(wattwise, freezer)
    await restart(wattwise, entry)
    assert state(wattwise, "advice") == "1"
    assert (await advice_of(wattwise, entry))[0]["id"] == "standby"


async def test_a_removed_meter_takes_its_advice_with_it(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Nobody is told of an appliance that has no name any more."""
    freezer.move_to(NOW)
    entry = await async_add_household(wattwise, push_meter())
    (grid,) = entry.runtime_data.meters
    book = entry.runtime_data.advice.data
    found = [
        Advice(
            AdviceKind.ROOF_OUTPUT, EVIDENCE[AdviceKind.ROOF_OUTPUT], 1, 7, subject=s
        )
        for s in (grid, "gone")
    ]
    book.take(found, 28, NOW)
    await AdviceStore(wattwise, entry.unique_id or "").async_save(book)
    await wattwise.config_entries.async_reload(entry.entry_id)
    (piece,) = await advice_of(wattwise, entry)
    assert piece["meter"] == "Grid"


async def test_a_look_each_night(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A home that has been silent for three weeks has nothing to be told any more."""
    entry = await wasteful_home(wattwise, freezer)
    for days, learning in ((1, False), (20, True)):
        await pass_time(wattwise, freezer, days * DAY)
        answer = await call(wattwise, "get_advice", config_entry_id=entry.entry_id)
        looked = datetime.fromisoformat(answer["looked"])
        assert timedelta() <= dt_util.now() - looked < timedelta(days=1)
        assert answer["learning"] is learning
    assert state(wattwise, "advice") == STATE_UNKNOWN


async def test_unknown_pieces_and_homes_are_refused(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Each has its sentence."""
    entry = await wasteful_home(wattwise, freezer)
    for action in ("dismiss_advice", "snooze_advice"):
        with pytest.raises(ServiceValidationError) as error:
            await call(
                wattwise, action, config_entry_id=entry.entry_id, advice_id="nothing"
            )
        assert error.value.translation_key == "advice_not_found"
    with pytest.raises(ServiceValidationError) as error:
        await call(wattwise, "get_advice", config_entry_id="nobody")
    assert error.value.translation_key == "service_config_entry_not_found"


async def test_cheap_hours_of_a_price_entity(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The prices that were noted and what the grid meter counted go together."""
    wattwise.states.async_set("sensor.price", "0.2", {"unit_of_measurement": "EUR/kWh"})
    entry = await quiet_home(
        wattwise,
        freezer,
        push_meter(interval=1800),
        options={CONF_TARIFF: "entity", CONF_PRICE_ENTITY: "sensor.price"},
    )
    (meter,) = entry.runtime_data.meters.values()
    await meter.history.append(
        meter.profile, counter(Channel.ENERGY_IMPORT, used_w, 40)
    )
    hours = [NOW.replace(minute=0) - timedelta(hours=i) for i in range(39 * 24)]
    prices = [
        Reading(
            Channel.PRICE,
            int(hour.timestamp() * 1000),
            0.60 if hour.astimezone(ZONE).hour == 19 else 0.20,
        )
        for hour in reversed(hours)
    ]
    receipt = await entry.runtime_data.history.append(
        MeterProfile(entry.unique_id or ""), prices
    )
    assert receipt.accepted == len(prices)
    await pass_time(wattwise, freezer, FIRST_LOOK)
    pieces = {piece["id"]: piece for piece in await advice_of(wattwise, entry)}
    assert pieces.keys() == {"cheap_hours", "standby"}
    cheap = pieces["cheap_hours"]
    # A tenth of 9.44 kWh, which cost 0.60 instead of 0.20.
    assert cheap["evidence"]["moved_kwh_per_day"] == pytest.approx(0.94, abs=0.03)
    assert cheap["evidence"]["price_of_bursts"] == pytest.approx(0.60, abs=0.02)
    assert cheap["saving_money_per_year"] == pytest.approx(365 * 0.944 * 0.4, rel=0.05)
    assert "0.200" in cheap["text"]


async def test_a_roof_that_feeds_in(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What is sold at noon and bought in the evening is seen at the grid meter."""
    roof = push_meter("roof", "Roof", role=MeterRole.PRODUCTION, interval=1800)
    entry = await quiet_home(
        wattwise, freezer, push_meter(interval=1800), roof, options=FLAT
    )
    grid, panels = entry.runtime_data.meters.values()

    def net(moment: datetime) -> float:
        washing = 4000.0 if moment.astimezone(ZONE).hour == 21 else 0.0
        return used_w(moment) + washing - produced_w(moment)

    def bought(moment: datetime) -> float:
        return max(0.0, net(moment))

    def sold(moment: datetime) -> float:
        return max(0.0, -net(moment))

    for meter, channel, power in (
        (grid, Channel.ENERGY_IMPORT, bought),
        (grid, Channel.ENERGY_EXPORT, sold),
        (panels, Channel.ENERGY_EXPORT, produced_w),
    ):
        await meter.history.append(meter.profile, counter(channel, power, 120))
    await pass_time(wattwise, freezer, FIRST_LOOK)
    (solar,) = (p for p in await advice_of(wattwise, entry) if p["id"] == "solar_hours")
    # Nobody said what feeding in pays: half the price.
    assert solar["evidence"]["feed_in_price"] == pytest.approx(0.15)
    assert solar["saving_money_per_year"] == pytest.approx(
        solar["saving_kwh_per_year"] * 0.15, rel=0.01
    )
    assert solar["evidence"]["days"] == 120


async def test_three_phases_and_a_factor(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Currents and the power factor of the grid meter are looked at."""
    entry = await quiet_home(wattwise, freezer, push_meter(interval=1800), options={})
    (meter,) = entry.runtime_data.meters.values()
    begin = NOW - timedelta(days=29)
    readings = []
    for half in range(29 * 48):
        at_ms = int((begin + half * timedelta(minutes=30)).timestamp() * 1000)
        readings += [
            Reading(Channel.CURRENT_L1, at_ms, 18.0),
            Reading(Channel.CURRENT_L2, at_ms, 1.0),
            Reading(Channel.CURRENT_L3, at_ms, 2.0),
            Reading(Channel.POWER_FACTOR, at_ms, 0.6),
            Reading(Channel.POWER, at_ms, 2800.0),
            Reading(Channel.ENERGY_IMPORT, at_ms, 1400.0 * half),
        ]
    await meter.history.append(meter.profile, readings)
    await pass_time(wattwise, freezer, FIRST_LOOK)
    pieces = {piece["id"]: piece for piece in await advice_of(wattwise, entry)}
    assert pieces.keys() == {"standby", "phase_balance", "power_factor"}
    assert "L1" in pieces["phase_balance"]["text"]
    assert pieces["power_factor"]["evidence"]["power_factor"] == pytest.approx(0.6)
    # Without a price there is no money, and no sensor of it.
    assert pieces["standby"]["saving_money_per_year"] is None
    assert wattwise.states.get("sensor.home_possible_saving_per_year") is None


async def test_three_meters_are_three_phases(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Their powers tell what currents would; what one feeds in is no load."""
    meters = [push_meter(f"l{i}", f"L{i}", interval=1800) for i in (1, 2, 3)]
    entry = await quiet_home(wattwise, freezer, *meters, options={})
    begin = NOW - timedelta(days=29)
    for meter, watts in zip(
        entry.runtime_data.meters.values(), (300.0, 4000.0, -3600.0), strict=True
    ):
        times = [begin + i * timedelta(minutes=30) for i in range(29 * 48)]
        await meter.history.append(
            meter.profile,
            [Reading(Channel.POWER, int(t.timestamp() * 1000), watts) for t in times],
        )
    await pass_time(wattwise, freezer, FIRST_LOOK)
    (piece,) = await advice_of(wattwise, entry)
    assert piece["id"] == "phase_balance"
    assert piece["evidence"]["phase"] == 2
    assert piece["evidence"]["current_l2_a"] == pytest.approx(4000 / 230, abs=0.01)
    assert piece["evidence"]["current_l3_a"] == 0


async def test_a_note_that_cannot_be_read_is_dropped(
    wattwise: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A damaged file is worth a line in the log, not a home that does not start."""
    for data in ({"notes": 1}, [], {"looked": "x"}):
        hass_storage[f"{DOMAIN}.advice.garbage"] = {"version": 1, "data": data}
        store = AdviceStore(wattwise, "garbage")
        assert await store.async_load() == AdviceBook()
        assert "cannot be read" in caplog.text
        caplog.clear()


async def test_a_piece_of_before_an_update_that_lacks_a_number(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It is left out until the next look; the others and the sensors are there."""
    entry = await wasteful_home(wattwise, freezer)
    store = AdviceStore(wattwise, entry.unique_id or "")
    book = await store.async_load()
    old = Advice(AdviceKind.POWER_FACTOR, {"days": 28.0}, 1.0, 9)
    book.take([old, *book.found], 28, dt_util.utcnow())
    book.dismiss("power_factor")
    await wattwise.config_entries.async_unload(entry.entry_id)
    await store.async_save(book)
    await wattwise.config_entries.async_setup(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    await entry.runtime_data.forecast.async_shutdown()
    assert state(wattwise, "advice") == "1"
    pieces = await advice_of(wattwise, entry, all=True)
    assert [piece["id"] for piece in pieces] == ["standby"]
    notes = entry.runtime_data.advice.data.notes
    assert notes["power_factor"].dismissed_size == 1.0


async def test_nothing_is_left_of_a_home_that_is_removed(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """Its notes go with it."""
    entry = await wasteful_home(wattwise, freezer)
    key = f"{DOMAIN}.advice.{entry.unique_id}"
    assert hass_storage[key]["data"]["found"]
    await wattwise.config_entries.async_remove(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert key not in hass_storage


EVIDENCE = {
    AdviceKind.CHEAP_HOURS: {
        "days": 56.0,
        "moved_kwh_per_day": 1.0,
        "price_of_bursts": 0.4,
        "price_of_cheapest_hours": -0.01,
    },
    AdviceKind.SOLAR_HOURS: {
        "days": 365.0,
        "days_with_room": 200.0,
        "fed_in_kwh": 3000.0,
        "moved_kwh_per_year": 300.4,
    },
    AdviceKind.STANDBY: {"base_load_w": 300.2, "share": 0.5, "meter_w": 80.0},
    AdviceKind.STANDBY_RISING: {
        "base_load_w": 300.0,
        "base_load_a_year_ago_w": 200.0,
        "meter_w": 80.0,
    },
    AdviceKind.CONTRACT_TOO_LARGE: {
        "highest_kw": 3.3,
        "contracted_kw": 9.0,
        "enough_kw": 4.5,
    },
    AdviceKind.CONTRACT_TOO_SMALL: {
        "days": 4.0,
        "highest_kw": 7.3,
        "contracted_kw": 6.0,
    },
    AdviceKind.POWER_FACTOR: {
        "power_factor": 0.71,
        "beyond_0_9_kvarh_per_year": 1500.0,
    },
    AdviceKind.PHASE_BALANCE: {
        "share": 0.93,
        "phase": 2.0,
        "current_l1_a": 1.0,
        "current_l2_a": 16.0,
        "current_l3_a": 2.0,
        "highest_a": 22.0,
    },
    AdviceKind.APPLIANCE_EFFICIENCY: {
        "now_kwh_per_day": 1.6,
        "before_kwh_per_day": 1.0,
        "days_apart": 364.0,
    },
    AdviceKind.ROOF_OUTPUT: {
        "clear_day_kwh": 20.0,
        "share": 0.8,
        "clear_day_a_year_ago_kwh": 25.0,
    },
}


@pytest.mark.parametrize("kind", AdviceKind)
async def test_every_kind_has_words(wattwise: HomeAssistant, kind: AdviceKind) -> None:
    """A title and a text, filled with its numbers, and the meter where there is one."""
    texts = await async_advice_texts(wattwise)
    subject = "plug" if f"{kind}_meter" in texts or "{meter}" in texts[kind] else None
    advice = Advice(kind, EVIDENCE[kind], 1.0, 0, subject=subject)
    words = advice_words(texts, advice, {"plug": "Old freezer"}, "EUR")
    assert "{" not in words.title + words.text
    assert len(words.text) > len(words.title) > 10
    assert ("Old freezer" in words.title + words.text) is (subject is not None)
