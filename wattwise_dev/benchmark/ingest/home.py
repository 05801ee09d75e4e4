"""The Home Assistant of the benchmark: its meters, its probe, its two faces."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from custom_components.wattwise.const import DOMAIN, SUBENTRY_TYPE_METER
from custom_components.wattwise.shared_history import DATABASE_FILE
from wattwise_dev.demo.commissioning import set_up_household
from wattwise_dev.home_assistant import FlowError, HomeAssistant, free_port

from .traffic import LoopWatch

_PROBE: Final = Path(__file__).with_name("wattwise_probe")
_DATA_PATH: Final = f"/api/{DOMAIN}/data"
_BARE_PATH: Final = "/api/wattwise_probe/data"
_REGISTERED_TIMEOUT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class PushMeter:
    """A meter that was added and may push."""

    name: str
    meter_id: str
    device_id: str
    key: str


@dataclass(frozen=True, slots=True)
class SetUpTime:
    """What setting the integration up took; see the probe's LoopTime."""

    wall_ms: float
    busy_ms: float
    cpu_ms: float
    longest_ms: float
    garbage_ms: float


async def add_push_meter(home: HomeAssistant, entry_id: str, name: str) -> PushMeter:
    """Add a meter that counts energy and has not reported yet."""
    flow = await home.begin_subentry_flow(entry_id, SUBENTRY_TYPE_METER)
    await flow.choose("push")
    key = ""
    while not flow.step.is_done:
        key = key or flow.step.placeholders.get("key", "")
        await flow.submit(
            name=name,
            role="grid",
            interval=10,
            finish_without_reading=True,
            energy_kind="counter",
        )
    subentries = await home.command("config_entries/subentries/list", entry_id=entry_id)
    for subentry in subentries:
        if subentry["title"] == name:
            device_id = await _device_of(home, subentry["subentry_id"])
            return PushMeter(name, subentry["unique_id"], device_id, key)
    raise FlowError(f"{name} was added but is not among {subentries}")


class BenchmarkHome:
    """A Home Assistant with the probe, and with WattWise switched on or off."""

    def __init__(self, folder: Path) -> None:
        """Describe a Home Assistant that is not started yet."""
        self.home_assistant = HomeAssistant(
            folder, free_port(), extra_configuration="wattwise_probe:\n"
        )
        custom_components = folder / "custom_components"
        custom_components.mkdir(parents=True)
        (custom_components / _PROBE.name).symlink_to(_PROBE, target_is_directory=True)
        self.entry_id = ""
        self.meters: list[PushMeter] = []
        self._waited_ms = 0.0

    @property
    def database(self) -> Path:
        """The file of WattWise's history."""
        return self.home_assistant.config_dir / DATABASE_FILE

    @property
    def push_url(self) -> str:
        """Where meters push."""
        return self.home_assistant.url + _DATA_PATH

    @property
    def bare_url(self) -> str:
        """Where they are answered without anything being stored."""
        return self.home_assistant.url + _BARE_PATH

    @property
    def pid(self) -> int:
        """The process of Home Assistant."""
        process = self.home_assistant.process
        process.raise_if_ended()
        assert process.pid is not None  # it runs
        return process.pid

    @property
    def keys(self) -> list[str]:
        """The keys with which the meters push."""
        return [meter.key for meter in self.meters]

    async def commission(self, meters: int) -> None:
        """Make the household and its meters, and leave it switched off."""
        await self.home_assistant.onboard()
        self.entry_id = await set_up_household(self.home_assistant)
        for number in range(1, meters + 1):
            self.meters.append(
                await add_push_meter(
                    self.home_assistant, self.entry_id, f"Meter {number}"
                )
            )
        await self.home_assistant.command(
            "config_entries/disable", entry_id=self.entry_id, disabled_by="user"
        )

    async def set_up(self, *, disable_after: bool) -> SetUpTime:
        """Switch WattWise on; raises RuntimeError when it was not set up."""
        answer = await self._probe(
            "POST",
            "set_up",
            {"entry_id": self.entry_id, "disable_after": disable_after},
        )
        if not answer["set_up"]:
            raise RuntimeError(self.home_assistant.process.tail())
        return SetUpTime(
            answer["wall_ms"],
            answer["busy_ms"],
            answer["cpu_ms"],
            answer["longest_ms"],
            answer["garbage_ms"],
        )

    async def watch(self) -> LoopWatch:
        """Return what the event loop went through since the last call."""
        answer = await self._probe("GET", "lag")
        waited_ms = _waited_ms(self.pid)
        since, self._waited_ms = self._waited_ms, waited_ms
        return LoopWatch(answer["lags_ms"], waited_ms - since)

    async def _probe(self, method: str, name: str, body: Any = None) -> dict[str, Any]:
        answer: dict[str, Any] = await self.home_assistant.rest(
            method, f"/api/wattwise_probe/{name}", body
        )
        return answer


def _waited_ms(pid: int) -> float:
    """Return how long the main thread was ready but had no processor, in its life."""
    schedstat = Path(f"/proc/{pid}/task/{pid}/schedstat").read_text(encoding="ascii")
    return int(schedstat.split()[1]) / 1_000_000


async def _device_of(home: HomeAssistant, subentry_id: str) -> str:
    """Wait until a meter's device stands in the registry and return its id."""
    async with asyncio.timeout(_REGISTERED_TIMEOUT_S):
        while True:
            for device in await home.command("config/device_registry/list"):
                if device["config_subentry_id"] == subentry_id:
                    device_id: str = device["id"]
                    return device_id
            await asyncio.sleep(0.2)
