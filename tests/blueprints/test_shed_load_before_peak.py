"""The blueprint that switches off what can wait, in a real automation."""

from typing import Final

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.wattwise.meter import Meter
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from ..homes import async_add_household, only_meter, push_meter
from .automations import automate, settle, switches, wait

PEAK: Final = "binary_sensor.home_demand_peak_ahead"
BOILER: Final = "input_boolean.boiler"
CAR: Final = "input_boolean.car"
RADIO: Final = "input_boolean.radio"
NAME: Final = "shed_load_before_peak"


def show(hass: HomeAssistant, state: str, power_to_shed: float = 1_500) -> None:
    """Let the alert be in a state."""
    attributes = {"details": {"power_to_shed": power_to_shed}} if state == "on" else {}
    hass.states.async_set(PEAK, state, attributes)


async def become(hass: HomeAssistant, state: str, power_to_shed: float = 1_500) -> None:
    """Change the alert's state."""
    show(hass, state, power_to_shed)
    await settle(hass)


async def toggle(hass: HomeAssistant, entity_id: str, state: str) -> None:
    """Switch a toggle by hand."""
    await hass.services.async_call(
        "input_boolean", f"turn_{state}", {"entity_id": entity_id}, blocking=True
    )
    await settle(hass)


def shown(hass: HomeAssistant) -> tuple[str, str]:
    """Return whether the boiler and the car are on."""
    boiler, car = hass.states.get(BOILER), hass.states.get(CAR)
    assert boiler
    assert car
    return boiler.state, car.state


@pytest.fixture(autouse=True)
async def loads(hass: HomeAssistant) -> None:
    """Let the boiler be on, and the car not."""
    await switches(hass, boiler="on", car="off", radio="on")


async def test_a_peak(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """What was on is off while the peak threatens, and on again; nothing else is."""
    show(hass, "off")
    await automate(hass, NAME, peak=PEAK, loads=[BOILER, CAR])
    await become(hass, "on")
    assert shown(hass) == ("off", "off")
    await wait(hass, freezer, 8)
    # Other numbers, and a meter that is silent for a while.
    await become(hass, "on", 900)
    await become(hass, "unavailable")
    await become(hass, "on", 800)
    assert shown(hass) == ("off", "off")
    await become(hass, "off")
    assert shown(hass) == ("on", "off")
    await become(hass, "on")
    assert shown(hass) == ("off", "off")


async def test_a_small_peak(hass: HomeAssistant) -> None:
    """It waits until so much is too much as was asked for."""
    show(hass, "off")
    await automate(hass, NAME, peak=PEAK, loads=[BOILER], at_least=1_000)
    await become(hass, "on", 500)
    assert shown(hass) == ("on", "off")
    await become(hass, "on", 1_200)
    assert shown(hass) == ("off", "off")


async def test_a_peak_without_an_end(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Nobody has cold water for ever because a meter fell silent."""
    show(hass, "off")
    await automate(hass, NAME, peak=PEAK, loads=[BOILER], longest=30)
    await become(hass, "on")
    await become(hass, "unavailable")
    await wait(hass, freezer, 29)
    assert shown(hass) == ("off", "off")
    await wait(hass, freezer, 2)
    assert shown(hass) == ("on", "off")


async def test_what_else_to_do(hass: HomeAssistant) -> None:
    """It can be told, with the watts that are too many."""
    show(hass, "off")
    tell = [{"action": "notify.phone", "data": {"message": "{{ power_to_shed }} W"}}]
    told = await automate(hass, NAME, peak=PEAK, loads=[BOILER], tell=tell)
    await become(hass, "on")
    assert told == ["1500.0 W"]
    assert shown(hass) == ("off", "off")


async def test_nothing_to_switch_off(hass: HomeAssistant) -> None:
    """Where nothing is on, nothing is switched, and nothing told."""
    show(hass, "off")
    tell = [{"action": "notify.phone", "data": {"message": "peak"}}]
    told = await automate(hass, NAME, peak=PEAK, loads=[CAR], tell=tell)
    await become(hass, "on")
    await become(hass, "off")
    assert shown(hass) == ("on", "off")
    assert told == []


async def test_a_peak_that_began_before(hass: HomeAssistant) -> None:
    """A peak that is there when Home Assistant has started is not missed."""
    hass.set_state(CoreState.not_running)
    show(hass, "on")
    await automate(hass, NAME, peak=PEAK, loads=[BOILER])
    assert shown(hass) == ("on", "off")
    await hass.async_start()
    await settle(hass)
    assert shown(hass) == ("off", "off")
    await become(hass, "off")
    assert shown(hass) == ("on", "off")


async def test_a_load_that_cannot_be_reached(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What is unavailable at the end is switched on once it is back."""
    heater = {
        "name": "Heater",
        "state": f"{{{{ is_state('{BOILER}', 'on') }}}}",
        "availability": "{{ is_state('input_boolean.radio', 'on') }}",
        "turn_on": {"action": "input_boolean.turn_on", "target": {"entity_id": BOILER}},
        "turn_off": {
            "action": "input_boolean.turn_off",
            "target": {"entity_id": BOILER},
        },
    }
    template = {"template": {"switch": [heater]}}
    assert await async_setup_component(hass, "template", template)
    await hass.async_block_till_done()
    show(hass, "off")
    await automate(hass, NAME, peak=PEAK, loads=["switch.heater"])
    await become(hass, "on")
    assert shown(hass) == ("off", "off")
    await toggle(hass, RADIO, "off")
    await become(hass, "off")
    await wait(hass, freezer, 20)
    assert shown(hass) == ("off", "off")
    await toggle(hass, RADIO, "on")
    assert shown(hass) == ("on", "off")


async def test_a_shutdown_in_the_middle(hass: HomeAssistant) -> None:
    """Before Home Assistant stops, what was switched off is switched on again."""
    show(hass, "off")
    await automate(hass, NAME, peak=PEAK, loads=[BOILER])
    await become(hass, "on")
    assert shown(hass) == ("off", "off")
    await hass.async_stop(force=True)
    assert shown(hass) == ("on", "off")


async def tell(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, meter: Meter, watts: float
) -> None:
    """Let a meter tell a power, ten seconds later."""
    await wait(hass, freezer, 1 / 6)
    reading = Reading(Channel.POWER, int(dt_util.utcnow().timestamp() * 1000), watts)
    await meter.history.append(meter.profile, [reading])
    await meter.coordinator.async_refresh()
    await settle(hass)


async def test_a_peak_of_a_real_home(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A meter that tells too much has the boiler switched off until that is over."""
    await wattwise.config.async_set_time_zone("Europe/Brussels")
    freezer.move_to("2026-06-17 10:15:00+00:00")
    entry = await async_add_household(wattwise, push_meter(), country="BE")
    await wattwise.async_block_till_done(wait_background_tasks=True)
    meter = only_meter(entry)
    await automate(wattwise, NAME, peak=PEAK, loads=[BOILER, CAR], at_least=1_000)
    for _ in range(30):
        await tell(wattwise, freezer, meter, 1_000)
    assert shown(wattwise) == ("on", "off")
    for _ in range(30):
        await tell(wattwise, freezer, meter, 8_000)
        if shown(wattwise) == ("off", "off"):
            break
    alert = wattwise.states.get(PEAK)
    assert alert
    assert alert.state == "on"
    assert alert.attributes["details"]["power_to_shed"] >= 1_000
    assert shown(wattwise) == ("off", "off")
    for _ in range(60):
        await tell(wattwise, freezer, meter, 200)
    assert shown(wattwise) == ("on", "off")
