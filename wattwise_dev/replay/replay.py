"""Replays the house to a real Home Assistant and returns what came of it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
import time
from typing import Any, Final

from custom_components.wattwise.shared_history import DATABASE_FILE
from wattwise_dev.esphome.host_program import IDENTITY
from wattwise_dev.home_assistant import HomeAssistant, free_port
from wattwise_dev.home_assistant.configuration import url_of
from wattwise_dev.mqtt.broker import Broker

from .faults import Faults, Happened, Say, Targets
from .gate import Gate
from .home import (
    Meter,
    add_discovered,
    add_pushing,
    connect_to_broker,
    connect_to_node,
    set_up_household,
    until_connected,
)
from .mqtt_device import DEVICE_ID, NAME, MqttDevice
from .node import Node, Poll
from .plan import Plan
from .push_device import PushDevice
from .samples import Sent, Values, house_samples
from .stored import Stored, history_of, stored_of

HOME: Final = "home"
_PUSHED: Final = "Over HTTP"
_READ: Final = "Over ESPHome"

_IDLE_PERIOD_S: Final = 1.0
# What nobody waits for is written every five seconds.
_WRITTEN_WITHIN_S: Final = 12.0
# A client that was refused for long waits longer and longer.
_PATIENCE_S: Final = 120.0
# A poll whose reading may still be on its way is not asked for.
_ON_THE_WAY_MS: Final = 2_000


class ReplayError(Exception):
    """The replay could not be made; the message says why."""


@dataclass(frozen=True, slots=True)
class MeterRecord:
    """What is in the history of one meter."""

    name: str
    stored: Stored
    seconds: Mapping[str, list[dict[str, Any]]]
    """What the action answers for each second of the replay, by channel."""
    minutes: Mapping[str, list[dict[str, Any]]]
    """The same for each minute, and up to when everything had arrived."""


@dataclass(frozen=True, slots=True)
class Record:
    """What was sent, what happened, and what is in the history."""

    plan: Plan
    sent: list[Sent]
    polls: list[Poll]
    """From the last before the replay to the last whose reading must be there."""
    repeated: int
    """How many samples were sent over MQTT twice, because they might be lost."""
    faults: list[Happened]
    mqtt: MeterRecord
    push: MeterRecord
    esphome: MeterRecord | None


@dataclass(frozen=True, slots=True)
class _Scene:
    """A Home Assistant and the meters that report to it."""

    home: HomeAssistant
    targets: Targets
    mqtt: Meter
    push: Meter
    esphome: Meter | None


async def replay(folder: Path, plan: Plan, program: Path | None, say: Say) -> Record:
    """Replay the house in a new folder; without a program no ESPHome node takes part.

    Raises ReplayError and what its parts raise.
    """
    samples = await asyncio.to_thread(house_samples, plan)
    say(f"{len(samples)} samples of {plan.hours:g} h, {plan.seconds:.0f} s to replay")
    async with _scene(folder, samples[0], program, say) as scene:
        say("Replaying ...")
        targets = scene.targets
        faults = Faults(targets, plan, say)
        striking = asyncio.create_task(faults.run())
        node = targets.node
        first_poll = len(node.polls) - 1 if node else 0
        try:
            sent = await _play(targets, samples, plan)
            say("Waiting until everything has arrived ...")
            await _settle(targets, striking)
        finally:
            striking.cancel()
        end_ms = round(time.time() * 1000)
        await asyncio.sleep(_WRITTEN_WITHIN_S)

        say("Comparing ...")
        scene.home.process.raise_if_ended()
        polls = node.polls[first_poll:] if node else []
        esphome = scene.esphome
        return Record(
            plan,
            sent,
            [poll for poll in polls if poll.time_ms < end_ms - _ON_THE_WAY_MS],
            targets.mqtt.repeated,
            faults.happened,
            await _record(scene.home, scene.mqtt, sent, end_ms),
            await _record(scene.home, scene.push, sent, end_ms),
            await _record(scene.home, esphome, sent, end_ms) if esphome else None,
        )


@asynccontextmanager
async def _scene(
    folder: Path, first: Values, program: Path | None, say: Say
) -> AsyncIterator[_Scene]:
    """Set everything up; the meters show what they show first."""
    async with AsyncExitStack() as stack:
        broker = Broker(folder)
        broker.start()
        stack.callback(broker.kill)
        node = None
        if program:
            node = stack.enter_context(Node(program, folder / "node"))
            node.show(first)
            await asyncio.to_thread(node.start)
        home = await stack.enter_async_context(
            HomeAssistant(folder / HOME, free_port())
        )
        await home.onboard()
        household = await set_up_household(home)
        await connect_to_broker(home, broker.port)
        mqtt = stack.enter_context(closing(MqttDevice(broker.port)))
        say("Adding the meters ...")
        idle = asyncio.create_task(_idle(mqtt, first))
        try:
            mqtt_meter = await add_discovered(home, household, DEVICE_ID, NAME)
            esphome_meter = None
            if node:
                await connect_to_node(home, node.api_port)
                esphome_meter = await add_discovered(home, household, IDENTITY, _READ)
            push_meter, key = await add_pushing(home, household, _PUSHED)
            for meter in filter(None, (mqtt_meter, esphome_meter)):
                await until_connected(home, meter)
        finally:
            idle.cancel()
        await asyncio.sleep(_IDLE_PERIOD_S)
        gate = Gate(home.port)
        await gate.open()
        stack.push_async_callback(gate.close)
        push = stack.enter_context(
            closing(PushDevice(url_of(gate.port), key, folder / "push.db"))
        )
        targets = Targets(broker, gate, mqtt, push, node)
        yield _Scene(home, targets, mqtt_meter, push_meter, esphome_meter)


async def _idle(mqtt: MqttDevice, values: Values) -> None:
    """Let the device that publishes tell the same until the replay begins."""
    for sent in _ever(values):
        mqtt.measure(sent)
        await asyncio.sleep(_IDLE_PERIOD_S)


def _ever(values: Values) -> Iterator[Sent]:
    while True:
        yield Sent(round(time.time() * 1000), values)


async def _play(targets: Targets, samples: list[Values], plan: Plan) -> list[Sent]:
    """Show each sample to all meters at its moment; return what was shown when."""
    sent: list[Sent] = []
    begun = time.monotonic()
    for number, values in enumerate(samples):
        due = begun + number * plan.period_s
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        time_ms = round(time.time() * 1000)
        if sent:
            time_ms = max(time_ms, sent[-1].time_ms + 1)
        item = Sent(time_ms, values)
        if targets.node:
            targets.node.show(values)
        targets.mqtt.measure(item)
        targets.push.measure(item)
        sent.append(item)
    return sent


async def _settle(targets: Targets, striking: asyncio.Task[None]) -> None:
    """Wait until the devices have delivered everything."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while not striking.done():
                targets.mqtt.work()
                await asyncio.sleep(0.1)
            striking.result()
            # The last sample is taken by the pushing thread, and polled by the node.
            await asyncio.sleep(3.0)
            targets.mqtt.work()
            while targets.mqtt.waiting or targets.push.waiting:
                await asyncio.sleep(0.1)
                targets.mqtt.work()
    except TimeoutError:
        raise ReplayError(
            f"{targets.mqtt.waiting} samples over MQTT and {targets.push.waiting} over"
            f" HTTP were not delivered within {_PATIENCE_S:.0f} s"
        ) from None
    if targets.push.rejected:
        raise ReplayError(f"{targets.push.rejected} pushed samples were rejected")


async def _record(
    home: HomeAssistant, meter: Meter, sent: list[Sent], end_ms: int
) -> MeterRecord:
    start_ms = sent[0].time_ms
    stored = await asyncio.to_thread(
        stored_of,
        home.config_dir / DATABASE_FILE,
        meter.meter_id,
        start_ms,
        end_ms,
    )
    # Before the first sample not all meters had told something.
    seconds = await history_of(
        home, meter.device_id, -(-start_ms // 1000) * 1000, sent[-1].time_ms, 1
    )
    minutes = await history_of(
        home, meter.device_id, start_ms // 60_000 * 60_000, end_ms, 60
    )
    return MeterRecord(meter.name, stored, seconds, minutes)
