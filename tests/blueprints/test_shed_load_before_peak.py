"""The blueprint that switches off what can wait, in a real automation of a real home."""

from typing import Final

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
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
USUAL_W: Final = 200.0
TOO_MUCH_W: Final = 9_000.0
# In Belgium so much is paid for anyway.
A_LITTLE_TOO_MUCH_W: Final = 2_900.0


class Home:
    """A Belgian home whose meter tells its power each minute."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        """Be at the beginning of a quarter of an hour."""
        freezer.move_to("2026-06-17 10:00:00+00:00")
        self.hass = hass
        self._freezer = freezer

    async def set_up(self) -> None:
        """Draw what is usual for some minutes."""
        await self.hass.config.async_set_time_zone("Europe/Brussels")
        entry = await async_add_household(self.hass, push_meter(), country="BE")
        await self.hass.async_block_till_done(wait_background_tasks=True)
        self._meter = only_meter(entry)
        for _ in range(2):
            await self.draw(USUAL_W)

    @property
    def state(self) -> str:
        """What the alert shows."""
        found = self.hass.states.get(PEAK)
        assert found
        return found.state

    @property
    def power_to_shed(self) -> float:
        """How many watts are too many."""
        found = self.hass.states.get(PEAK)
        assert found
        return float(found.attributes["details"]["power_to_shed"])

    async def draw(self, watts: float) -> None:
        """Tell a power, a minute later."""
        await wait(self.hass, self._freezer, 1)
        now_ms = int(dt_util.utcnow().timestamp() * 1000)
        reading = Reading(Channel.POWER, now_ms, watts)
        await self._meter.history.append(self._meter.profile, [reading])
        await self._meter.coordinator.async_refresh()
        await settle(self.hass)

    async def become(self, state: str, watts: float) -> None:
        """Draw a power until the alert is in a state."""
        for _ in range(30):
            if self.state == state:
                return
            await self.draw(watts)
        pytest.fail(f"The alert is still {self.state}")

    async def peak(self, watts: float = TOO_MUCH_W) -> None:
        """Draw too much until that is told."""
        await self.become(STATE_ON, watts)

    async def calm(self) -> None:
        """Draw little until that is told."""
        await self.become(STATE_OFF, USUAL_W)

    async def be_silent(self) -> None:
        """Let the meter tell nothing until it is missed."""
        for _ in range(10):
            if self.state == STATE_UNAVAILABLE:
                return
            await wait(self.hass, self._freezer, 1)
        pytest.fail("Nobody misses the meter")


@pytest.fixture
async def home(wattwise: HomeAssistant, freezer: FrozenDateTimeFactory) -> Home:
    """Return a home with loads: the boiler is on, and the car not."""
    await switches(wattwise, boiler="on", car="off", radio="on")
    home = Home(wattwise, freezer)
    await home.set_up()
    assert home.state == STATE_OFF
    return home


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


async def test_a_peak(wattwise: HomeAssistant, home: Home) -> None:
    """What was on is off while the peak threatens, and on again; nothing else is."""
    await automate(wattwise, NAME, peak=PEAK, loads=[BOILER, CAR])
    await home.peak()
    assert shown(wattwise) == ("off", "off")
    # Other numbers, and a meter that is silent for a while.
    await home.draw(TOO_MUCH_W - 500)
    await home.be_silent()
    await home.become(STATE_ON, TOO_MUCH_W)
    assert shown(wattwise) == ("off", "off")
    await home.calm()
    assert shown(wattwise) == ("on", "off")
    await home.peak()
    assert shown(wattwise) == ("off", "off")


async def test_a_small_peak(wattwise: HomeAssistant, home: Home) -> None:
    """It waits until so much is too much as was asked for."""
    await automate(wattwise, NAME, peak=PEAK, loads=[BOILER], at_least=1_000)
    await home.peak(A_LITTLE_TOO_MUCH_W)
    assert 0 < home.power_to_shed < 1_000
    assert shown(wattwise) == ("on", "off")
    await home.draw(TOO_MUCH_W)
    await home.draw(TOO_MUCH_W)
    assert home.power_to_shed >= 1_000
    assert shown(wattwise) == ("off", "off")


async def test_a_peak_without_an_end(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, home: Home
) -> None:
    """Nobody has cold water for ever because a meter fell silent."""
    await automate(wattwise, NAME, peak=PEAK, loads=[BOILER], longest=30)
    await home.peak()
    await wait(wattwise, freezer, 29)
    assert home.state == STATE_UNAVAILABLE
    assert shown(wattwise) == ("off", "off")
    await wait(wattwise, freezer, 2)
    assert shown(wattwise) == ("on", "off")


async def test_what_else_to_do(wattwise: HomeAssistant, home: Home) -> None:
    """It can be told, with the watts that are too many."""
    tell = [{"action": "notify.phone", "data": {"message": "{{ power_to_shed }} W"}}]
    told = await automate(wattwise, NAME, peak=PEAK, loads=[BOILER], tell=tell)
    await home.peak()
    assert told == [f"{home.power_to_shed} W"]
    assert shown(wattwise) == ("off", "off")


async def test_nothing_to_switch_off(wattwise: HomeAssistant, home: Home) -> None:
    """Where nothing is on, nothing is switched, and nothing told."""
    tell = [{"action": "notify.phone", "data": {"message": "peak"}}]
    told = await automate(wattwise, NAME, peak=PEAK, loads=[CAR], tell=tell)
    await home.peak()
    await home.calm()
    assert shown(wattwise) == ("on", "off")
    assert told == []


async def test_a_peak_that_began_before(wattwise: HomeAssistant, home: Home) -> None:
    """A peak that is there when Home Assistant has started is not missed."""
    await home.peak()
    wattwise.set_state(CoreState.not_running)
    await automate(wattwise, NAME, peak=PEAK, loads=[BOILER])
    assert shown(wattwise) == ("on", "off")
    await wattwise.async_start()
    await settle(wattwise)
    assert shown(wattwise) == ("off", "off")
    await home.calm()
    assert shown(wattwise) == ("on", "off")


async def test_a_load_that_cannot_be_reached(
    wattwise: HomeAssistant, home: Home
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
    assert await async_setup_component(wattwise, "template", template)
    await wattwise.async_block_till_done()
    await automate(wattwise, NAME, peak=PEAK, loads=["switch.heater"])
    await home.peak()
    assert shown(wattwise) == ("off", "off")
    await toggle(wattwise, RADIO, "off")
    await home.calm()
    for _ in range(5):
        await home.draw(USUAL_W)
    assert shown(wattwise) == ("off", "off")
    await toggle(wattwise, RADIO, "on")
    assert shown(wattwise) == ("on", "off")


async def test_a_shutdown_in_the_middle(wattwise: HomeAssistant, home: Home) -> None:
    """Before Home Assistant stops, what was switched off is switched on again."""
    await automate(wattwise, NAME, peak=PEAK, loads=[BOILER])
    await home.peak()
    assert shown(wattwise) == ("off", "off")
    await wattwise.async_stop(force=True)
    assert shown(wattwise) == ("on", "off")
