"""A real ESPHome meter: its firmware on this computer, a real Home Assistant around it.

The firmware of firmware/ is built for the `host` platform. ESPHome's own drivers poll
a simulated Modbus meter, ESPHome's own API talks to Home Assistant's own integration,
and ESPHome's own HTTP client pushes. Only ArduinoJson is replaced by a stand-in.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import subprocess
import sys
import time
from typing import Any

from aioesphomeapi import APIClient, EntityState
import pytest

from tests.conftest import require_program
from tests.firmware.environment import require_esphome
from wattwise_dev.benchmark.ingest.home import add_push_meter
from wattwise_dev.demo.commissioning import set_up_household
from wattwise_dev.esphome.host_program import (
    IDENTITY,
    MAC,
    RunningMeter,
    host_program,
)
from wattwise_dev.esphome.modbus_meter import (
    Measured,
    ModbusMeter,
    Registers,
    pzem004t_v3,
    sdm230,
    sdm630,
)
from wattwise_dev.esphome.tool import ROOT
from wattwise_dev.home_assistant import (
    AbortError,
    HomeAssistant,
    free_port,
    open_discovered_flow,
)

from . import announced_node

pytestmark = [
    pytest.mark.real,
    # A first build of a program takes about a minute.
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("esphome"),
]

PATIENCE_S = 40.0
MEASURED = Measured(
    power=412.3,
    energy_import=1234.567,
    voltage=230.1,
    current=1.852,
    frequency=50.0,
    power_factor=0.97,
)


@pytest.fixture(scope="session")
def pzem_program() -> Path:
    """Return the program of a node with a PZEM-004T."""
    return built("pzem004t_v3")


@pytest.fixture(scope="session")
def renamed_program() -> Path:
    """Return the program of the same node with other names of its sensors."""
    return built("pzem004t_v3", "New ")


@pytest.fixture
def pzem() -> Iterator[ModbusMeter]:
    """Return a PZEM-004T that measures something."""
    with ModbusMeter(1, pzem004t_v3) as meter:
        meter.measured = replace(MEASURED)
        yield meter


@pytest.fixture
async def home(tmp_path: Path) -> AsyncGenerator[HomeAssistant]:
    """Return a running Home Assistant in which nobody lives yet."""
    async with HomeAssistant(tmp_path / "home", free_port()) as home:
        await home.onboard()
        yield home


def built(meter_package: str, label: str = "", *, pushes: bool = True) -> Path:
    """Return the program of a meter; skip where it cannot be built."""
    require_esphome()
    require_program("g++")
    return host_program(meter_package, label, pushes=pushes)


async def until[T](ask: Callable[[], Awaitable[T | None]]) -> T:
    """Return the first answer that is not empty."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := await ask()):
        assert time.monotonic() < deadline, answer
        await asyncio.sleep(0.2)
    return answer


async def add_to_esphome(home: HomeAssistant, port: int) -> None:
    """Let Home Assistant's own integration take the node in."""
    flow = await home.begin_config_flow("esphome")
    await flow.submit(host="127.0.0.1", port=port)
    assert flow.step.is_done


async def cards(home: HomeAssistant) -> list[dict[str, Any]]:
    """Return what WattWise proposes at the moment."""
    flows = await home.command("config_entries/flow/progress")
    return [flow for flow in flows if flow["handler"] == "wattwise"]


async def add_from_card(
    home: HomeAssistant, flow_id: str, household: str, **answers: Any
) -> None:
    """Go through a card, with what its forms suggest, until the meter is added."""
    flow = await open_discovered_flow(home.client, flow_id)
    answers["household"] = household
    try:
        while True:
            await flow.submit(**(flow.step.suggestions | answers))
    except AbortError as end:
        assert end.reason == "meter_added"  # noqa: PT017  (the way it ends well)


class Shown:
    """What Home Assistant shows of one meter of WattWise."""

    def __init__(self, home: HomeAssistant, meter_id: str) -> None:
        """Look at the entities of the meter with this id."""
        self._home = home
        self._prefix = f"{meter_id}_"

    async def _entity(self, key: str) -> dict[str, Any]:
        """Return an entity by the last part of its unique id; empty if missing."""
        for entity in await self._home.command("config/entity_registry/list"):
            if entity["unique_id"] == self._prefix + key:
                return dict(entity)
        return {}

    async def device_id(self, key: str) -> str:
        """Return the device an entity stands on."""
        return str((await self._entity(key))["device_id"])

    async def state(self, key: str) -> str | None:
        """Return the state of an entity; None where it is missing."""
        entity_id = (await self._entity(key)).get("entity_id", "")
        state = (await self._home.client.states()).get(entity_id)
        return state["state"] if state else None

    async def number(self, key: str) -> float | None:
        """Return the state of a sensor as a number, None while it has none."""
        try:
            return float(await self.state(key) or "")
        except ValueError:
            return None

    async def is_(self, key: str, state: str) -> bool:
        """Whether an entity has the state."""
        return await self.state(key) == state

    async def shows(self, key: str, value: float) -> bool:
        """Whether a sensor shows the value."""
        return await self.number(key) == pytest.approx(value, abs=0.001)


async def meter_id_of(home: HomeAssistant, household: str, name: str) -> str:
    """Return the id of a meter by its name."""
    for meter in await home.command(
        "config_entries/subentries/list", entry_id=household
    ):
        if meter["title"] == name:
            meter_id: str = meter["unique_id"]
            return meter_id
    raise AssertionError(name)


async def polled(meter: ModbusMeter) -> None:
    """Wait until the node has read the meter, and told what it read."""
    polls = meter.polls

    async def again() -> bool:
        return meter.polls > polls + 1

    await until(again)


async def used_kwh(home: HomeAssistant, device_id: str) -> float:
    """Return the energy a meter counted in the last hour, from its history."""
    now = datetime.now(UTC)
    answer = await home.client.action(
        "wattwise",
        "get_history",
        response=True,
        device_id=device_id,
        start=(now - timedelta(hours=1)).isoformat(),
        end=now.isoformat(),
        resolution=60,
    )
    values = answer["channels"]["energy_import"]["values"]
    return sum(value["energy"] or 0.0 for value in values)


async def rename_and_show_kilowatts(home: HomeAssistant) -> None:
    """Do to ESPHome's sensor of power what users do."""
    for entity in await home.command("config/entity_registry/list"):
        if entity["unique_id"].endswith("/sensor/Power"):
            await home.command(
                "config/entity_registry/update",
                entity_id=entity["entity_id"],
                new_entity_id="sensor.well",
                options_domain="sensor",
                options={"unit_of_measurement": "kW"},
            )


async def consumption_is(home: HomeAssistant, power: float) -> bool:
    """Whether the household shows this power [W], and ESPHome's sensor as kW."""
    states = await home.client.states()
    own = states.get("sensor.well", {}).get("state")
    return f"{power / 1000}" == own and any(
        state["state"] == str(power)
        for entity_id, state in states.items()
        if entity_id.endswith("_power_consumption")
    )


def log_of(home: HomeAssistant) -> str:
    """Return what Home Assistant printed."""
    return home.process.console.read_text(encoding="utf-8", errors="replace")


async def test_a_node_becomes_a_meter(
    pzem_program: Path,
    renamed_program: Path,
    home: HomeAssistant,
    pzem: ModbusMeter,
    tmp_path: Path,
) -> None:
    """Proposed by its MAC, added from its card, away and back without a spike."""
    household = await set_up_household(home)
    with RunningMeter(pzem_program, tmp_path / "node", pzem.line, free_port()) as node:
        await add_to_esphome(home, node.api_port)
        (card,) = await until(lambda: cards(home))
        assert card["context"]["source"] == "integration_discovery"
        assert card["context"]["unique_id"] == IDENTITY
        await add_from_card(home, card["flow_id"], household, name="Pump", role="grid")
        assert await cards(home) == []

        shown = Shown(home, await meter_id_of(home, household, "Pump"))
        await until(lambda: shown.shows("energy_import", 1234.567))
        assert await shown.state("connected") == "on"
        # A device that shows its power itself gets no second sensor of it.
        assert await shown.state("power") is None
        pump_id = await shown.device_id("connected")
        assert pump_id == await device_with_mac(home)

        pzem.measured.power = 1500.0
        pzem.measured.energy_import = 1234.8
        await until(lambda: shown.shows("energy_import", 1234.8))

        await rename_and_show_kilowatts(home)
        pzem.measured.power = 1750.0
        await until(lambda: consumption_is(home, 1750.0))

        node.kill()
        await until(lambda: shown.is_("connected", "off"))
        # The PZEM counts on while its node has no power.
        pzem.measured.energy_import = 1234.9
        node.start()
        await until(lambda: shown.is_("connected", "on"))
        await until(lambda: shown.shows("energy_import", 1234.9))
        assert await used_kwh(home, pump_id) == pytest.approx(0.333, abs=0.001)

        # Another PZEM takes its place, and counts from nothing.
        for energy in (0.05, 0.06, 0.07):
            pzem.measured.energy_import = energy
            await polled(pzem)
        await until(lambda: shown.shows("energy_import", 1234.97))
        assert await used_kwh(home, pump_id) == pytest.approx(0.403, abs=0.001)
        assert await cards(home) == []
    # Other firmware, whose sensors have other names.
    port = node.api_port
    with RunningMeter(renamed_program, tmp_path / "node", pzem.line, port):
        await until(lambda: shown.is_("connected", "on"))
        pzem.measured.energy_import = 0.1
        await until(lambda: shown.shows("energy_import", 1235.0))
        assert await used_kwh(home, pump_id) == pytest.approx(0.433, abs=0.001)
    assert "Detected" not in log_of(home)


def test_an_announced_node(pzem_program: Path, tmp_path: Path) -> None:
    """Its announcement makes a card, and the card a household with a meter."""
    namespace = (require_program("unshare"), "--map-root-user", "--net")
    require_program("ip")
    if subprocess.run((*namespace, "true"), check=False).returncode:  # noqa: S603
        pytest.skip("this machine allows no network namespaces")
    command = (sys.executable, "-m", announced_node.__name__, tmp_path, pzem_program)
    done = subprocess.run(  # noqa: S603
        (*namespace, *command),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=200,
        check=True,
    )
    assert json.loads(done.stdout) == {
        "proposed": {
            "esphome": ["zeroconf", MAC],
            "wattwise": ["zeroconf", IDENTITY],
        },
        "meters": [f"Meter {IDENTITY[6:]}"],
        "left": [],
    }


async def test_a_node_pushes(
    pzem_program: Path, home: HomeAssistant, pzem: ModbusMeter, tmp_path: Path
) -> None:
    """ESPHome's HTTP client sends readings, and those of an outage afterwards."""
    household = await set_up_household(home)
    meter = await add_push_meter(home, household, "Pump")
    shown = Shown(home, meter.meter_id)
    with RunningMeter(
        pzem_program,
        tmp_path / "node",
        pzem.line,
        free_port(),
        url=home.url,
        push_key=meter.key,
    ):
        await until(lambda: shown.shows("power", 412.3))
        await until(lambda: shown.shows("energy_import", 1234.567))
        assert await shown.number("voltage_l1") == 230.1
        assert await shown.number("current_l1") == 1.85
        assert await shown.number("frequency") == 50.0
        assert await shown.number("power_factor") == 0.97

        await home.stop()
        away = datetime.now(UTC)
        pzem.measured.power = 1500.0
        pzem.measured.energy_import = 1234.8
        await asyncio.sleep(6)
        back = datetime.now(UTC)
        pzem.measured.power = 300.0
        await home.start()
        await until(lambda: shown.shows("power", 300.0))
    powers = await powers_between(home, meter.device_id, away, back)
    # What the node read every two seconds while nobody listened is all there.
    assert None not in powers
    assert powers.count(pytest.approx(1500.0)) >= 2
    assert await used_kwh(home, meter.device_id) == pytest.approx(0.233, abs=0.001)


async def powers_between(
    home: HomeAssistant, device_id: str, start: datetime, end: datetime
) -> list[float | None]:
    """Return the power of a meter in each second [W], None where it is not known."""
    answer = await home.client.action(
        "wattwise",
        "get_history",
        response=True,
        device_id=device_id,
        start=start.isoformat(),
        end=end.isoformat(),
        resolution=1,
    )
    return [value["mean"] for value in answer["channels"]["power"]["values"]]


SDM: dict[str, float] = {
    "Power": -850.5,
    "Energy import": 1234.567,
    "Energy export": 55.25,
    "Frequency": 50.0,
}


@pytest.mark.parametrize(
    ("meter_package", "registers", "expected"),
    [
        (
            "sdm230",
            sdm230,
            SDM | {"Voltage": 230.1, "Current": 1.852, "Power factor": 0.97},
        ),
        (
            "sdm630",
            sdm630,
            SDM
            | {f"Voltage L{phase}": 230.1 for phase in (1, 2, 3)}
            | {f"Current L{phase}": 1.852 for phase in (1, 2, 3)},
        ),
    ],
)
async def test_the_driver_of_an_sdm(
    meter_package: str,
    registers: Registers,
    expected: dict[str, float],
    tmp_path: Path,
) -> None:
    """ESPHome's own driver reads both directions, and all phases."""
    program = await asyncio.to_thread(built, meter_package, pushes=False)
    with (
        ModbusMeter(1, registers) as meter,
        RunningMeter(program, tmp_path / "node", meter.line, free_port()) as node,
    ):
        meter.measured = replace(MEASURED, power=-850.5, energy_export=55.25)
        client = APIClient("127.0.0.1", node.api_port, None)
        await client.connect()
        told: dict[str, float] = {}
        entities, _ = await client.list_entities_services()
        names = {entity.key: entity.name for entity in entities}

        def take(state: EntityState) -> None:
            told[names[state.key]] = getattr(state, "state", float("nan"))

        async def complete() -> bool:
            shared = {name: told.get(name) for name in expected}
            return shared == pytest.approx(expected, rel=1e-6)

        client.subscribe_states(take)
        await until(complete)
        await client.disconnect()


async def device_with_mac(home: HomeAssistant) -> str:
    """Return the device that Home Assistant's own integration made of the node."""
    (device_id,) = (
        device["id"]
        for device in await home.command("config/device_registry/list")
        if ["mac", MAC] in device["connections"]
    )
    return str(device_id)
