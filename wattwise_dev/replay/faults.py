"""What goes wrong during a replay, one after the other."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import time
from typing import Final

from wattwise_dev.mqtt.broker import Broker

from .gate import Gate
from .mqtt_device import MqttDevice
from .node import Node
from .plan import FAULTS, Fault, Plan
from .push_device import PushDevice

type Say = Callable[[str], None]
"""Tells a person how far things are."""

_POLL_S: Final = 0.05
# A device that keeps nothing back sends within this many samples.
_CAUGHT_UP: Final = 5


@dataclass(slots=True)
class Happened:
    """A fault, and what it did to the device it struck."""

    fault: Fault
    began_ms: float
    ended_ms: float
    """When what had failed was there again."""
    recovered_ms: float
    """When the device had delivered everything, or measured again."""
    kept: int
    """How many samples the device had to keep, at the most."""

    @property
    def lasted_s(self) -> float:
        """How long it lasted [s]."""
        return (self.ended_ms - self.began_ms) / 1000

    @property
    def recovered_s(self) -> float:
        """How long it took from its beginning until nothing was to be seen of it [s]."""
        return (self.recovered_ms - self.began_ms) / 1000


@dataclass(frozen=True, slots=True)
class Targets:
    """What faults strike."""

    broker: Broker
    gate: Gate
    mqtt: MqttDevice
    push: PushDevice
    node: Node | None


class Faults:
    """Lets things go wrong when their time has come."""

    def __init__(self, targets: Targets, plan: Plan, say: Say) -> None:
        """Let nothing go wrong yet."""
        self.happened: list[Happened] = []
        self._targets = targets
        self._plan = plan
        self._say = say

    async def run(self) -> None:
        """Let everything go wrong once; the replay begins now."""
        begun = time.monotonic()
        for fault, share in FAULTS.items():
            if fault is Fault.NODE and self._targets.node is None:
                continue
            wait_s = begun + share * self._plan.seconds - time.monotonic()
            await asyncio.sleep(max(0.0, wait_s))
            await self._strike(fault)

    async def _strike(self, fault: Fault) -> None:
        """Let one thing fail, come back, and recover."""
        self._say(f"{fault}: {self._plan.outage_s:g} s")
        began_ms = time.time() * 1000
        await self._break(fault)
        await asyncio.sleep(self._plan.outage_s)
        kept = self._kept(fault)
        polls = self._polls()
        await self._mend(fault)
        ended_ms = time.time() * 1000
        while self._kept(fault) > _CAUGHT_UP or (
            fault is Fault.NODE and self._polls() == polls
        ):
            kept = max(kept, self._kept(fault))
            await asyncio.sleep(_POLL_S)
        happened = Happened(fault, began_ms, ended_ms, time.time() * 1000, kept)
        self.happened.append(happened)
        self._say(f"{fault}: recovered after {happened.recovered_s:.1f} s")

    async def _break(self, fault: Fault) -> None:
        match fault:
            case Fault.BROKER:
                await asyncio.to_thread(self._targets.broker.kill)
            case Fault.HTTP:
                await self._targets.gate.close()
            case Fault.NODE if self._targets.node:
                await asyncio.to_thread(self._targets.node.kill)

    async def _mend(self, fault: Fault) -> None:
        match fault:
            case Fault.BROKER:
                await asyncio.to_thread(self._targets.broker.start)
            case Fault.HTTP:
                await self._targets.gate.open()
            case Fault.NODE if self._targets.node:
                await asyncio.to_thread(self._targets.node.start)

    def _kept(self, fault: Fault) -> int:
        """Return how many samples the struck device keeps; a node keeps none."""
        match fault:
            case Fault.BROKER:
                return self._targets.mqtt.waiting
            case Fault.HTTP:
                return self._targets.push.waiting
            case Fault.NODE:
                return 0

    def _polls(self) -> int:
        return len(self._targets.node.polls) if self._targets.node else 0
