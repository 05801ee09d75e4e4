"""Meters that are asked over HTTP, in a household, with devices as they are."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
import logging
import threading
import time
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import CONF_SUBENTRY_ID, DOMAIN
from custom_components.wattwise.dialects import all_dialects
from custom_components.wattwise.dialects.contract.circuit import Formula
from custom_components.wattwise.dialects.contract.dialect import HttpAuth
from custom_components.wattwise.meter import Meter
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.sources.device_settings import (
    DeviceSettings,
    HttpEndpoint,
)
from custom_components.wattwise.sources.http import (
    client as http_client,
    hub as http_hub,
    pace as http_pace,
)
from custom_components.wattwise.sources.http.address import async_follow_address
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.homes import async_add_household, http_meter, only_meter
from tests.http_devices import plain
from tests.http_devices.passwords import digest
from tests.http_devices.plain import (
    EVENTS,
    PlainDevice,
    PlainHttp,
    plain_dialect,
    plain_settings,
)
from tests.http_devices.server import LOOPBACK, Fault

pytestmark = pytest.mark.usefixtures("socket_enabled")

ISSUE = "other_device_aabbccddee01"


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> PlainHttp:
    """Make the dialect of the made-up device known, and outages short."""
    http = PlainHttp()
    monkeypatch.setitem(all_dialects(), "plain", plain_dialect(http))
    monkeypatch.setattr(http_pace, "MIN_BACK_OFF_S", 0.1)
    return http


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about")


async def polls(device: PlainDevice, count: int = 1) -> None:
    """Wait until so many more polls have begun."""
    until = device.asked.count("/values") + count
    await eventually(lambda: device.asked.count("/values") >= until)


async def stored(entry: MockConfigEntry) -> None:
    """Wait until all readings so far are in the history."""
    await entry.runtime_data.history.flush()
    for meter in entry.runtime_data.meters.values():
        await meter.coordinator.async_refresh()


def value(meter: Meter, channel: Channel) -> float:
    """Return what the history has last of a channel."""
    return meter.coordinator.latest[channel].value


def available(entry: MockConfigEntry) -> bool | None:
    """Return what the source of the household's first meter says."""
    meter = next(iter(entry.runtime_data.meters.values()))
    assert meter.coordinator.source_available is not None
    return meter.coordinator.source_available()


@contextmanager
def ticking() -> Generator[list[float]]:
    """Note for how long the event loop does not get to a timer that is due [s]."""
    lags: list[float] = []

    async def tick() -> None:
        while True:
            due = time.monotonic() + 0.01
            await asyncio.sleep(0.01)
            lags.append(time.monotonic() - due)

    task = asyncio.ensure_future(tick())
    yield lags
    task.cancel()


async def test_circuits_share_polls(wattwise: HomeAssistant, spoken: PlainHttp) -> None:
    """Two circuits of a device are two meters, and the device is asked for both."""
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise,
            http_meter(device.endpoint, plain_settings("0"), "Left"),
            http_meter(device.endpoint, plain_settings("1"), "Right"),
        )
        await polls(device, 3)
        await stored(entry)
        left, right = entry.runtime_data.meters.values()
        assert value(left, Channel.POWER) == 412.0
        assert value(right, Channel.POWER) == 824.0
        assert value(left, Channel.ENERGY_IMPORT) == 1_234_500.0
        assert device.asked.count("/who") == 1
        assert device.most_at_once == 1
        await wattwise.async_block_till_done()
        state = wattwise.states.get("sensor.right_power")
        assert state is not None
        assert float(state.state) == 824.0

        assert await wattwise.config_entries.async_unload(entry.entry_id)
        device.asked.clear()
        await asyncio.sleep(0.2)
        assert device.asked == []


async def test_time_of_readings(wattwise: HomeAssistant, spoken: PlainHttp) -> None:
    """A reading is of the middle of the request that brought it."""
    spoken.interval_s = 60
    async with PlainDevice() as device:
        device.delay_s = 0.4
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await eventually(lambda: available(entry))
        now_ms = time.time() * 1000
        await stored(entry)
    latest = only_meter(entry).coordinator.latest[Channel.POWER]
    assert latest.time_ms == pytest.approx(now_ms - 200, abs=100)


@pytest.mark.parametrize("fault", [None, Fault.HANGING])
async def test_set_up_waits_for_no_device(
    wattwise: HomeAssistant, spoken: PlainHttp, fault: Fault | None
) -> None:
    """A household starts at once though a device hangs, or is not there."""
    async with PlainDevice() as device:
        device.fault = fault
        if fault is None:
            await device.switch_off()
        began = time.monotonic()
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        assert time.monotonic() - began < 3
        assert entry.state is ConfigEntryState.LOADED
        assert available(entry) is None or fault is None
        await wattwise.config_entries.async_unload(entry.entry_id)


async def test_outage(
    wattwise: HomeAssistant, spoken: PlainHttp, caplog: pytest.LogCaptureFixture
) -> None:
    """A device that was away comes back without a spike, and is logged twice."""
    caplog.set_level(logging.INFO, "custom_components.wattwise")
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        meter = only_meter(entry)
        await polls(device, 2)
        await stored(entry)
        caplog.clear()
        await device.switch_off()
        await eventually(lambda: available(entry) is False)
        await stored(entry)
        assert not meter.coordinator.connected
        assert meter.coordinator.current(Channel.POWER) is None

        device.energy_wh += 500
        await device.switch_on()
        await eventually(lambda: available(entry))
        await polls(device, 2)
        await stored(entry)
        assert meter.coordinator.current(Channel.POWER) == 412.0
        # Who answers now was asked again.
        assert device.asked.count("/who") == 2
        totals = meter.coordinator.data.totals[Channel.ENERGY_IMPORT]
        assert totals.today + totals.yesterday == pytest.approx(500)
        assert meter.coordinator.data.refused == ()
    messages = [r.getMessage() for r in caplog.records if "Meter Plug" in r.message]
    assert messages == ["Meter Plug is silent", "Meter Plug reports again"]


@pytest.mark.parametrize(
    "fault", [Fault.BROKEN, Fault.HALF, Fault.CUT_OFF, Fault.WEB_PAGE, Fault.EMPTY]
)
async def test_one_failure_is_no_outage(
    wattwise: HomeAssistant, spoken: PlainHttp, fault: Fault
) -> None:
    """One answer that is none is passed over, three are an outage."""
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await polls(device, 2)
        seen = set()
        for _ in range(3):
            # After a failure the device is first asked who it is.
            device.fault = fault
            asked = len(device.asked)
            await eventually(lambda asked=asked: len(device.asked) > asked)
            device.fault = None
            seen.add(available(entry))
            await polls(device, 2)
        assert seen == {True}
        device.fault = fault
        await eventually(lambda: available(entry) is False)
        device.fault = None
        await eventually(lambda: available(entry))
        await stored(entry)
        assert value(only_meter(entry), Channel.POWER) == 412.0


async def test_slow_device(wattwise: HomeAssistant, spoken: PlainHttp) -> None:
    """A slow device is asked less often, never twice at once, and blocks nobody."""
    async with PlainDevice() as device:
        device.delay_s = 0.2
        with ticking() as lags:
            entry = await async_add_household(
                wattwise,
                http_meter(device.endpoint, plain_settings("0"), "Left"),
                http_meter(device.endpoint, plain_settings("1"), "Right"),
                # With an address that is not the same, so with polls of its own.
                http_meter(
                    device.endpoint,
                    DeviceSettings(
                        "aabbccddee01",
                        "plain",
                        {"since": 1},
                        "2",
                        {Channel.POWER: Formula.of("power:0", "W")},
                    ),
                    "Third",
                ),
            )
            await asyncio.sleep(2)
            device.fault = Fault.ENDLESS
            await asyncio.sleep(1)
        assert device.most_at_once == 1
        assert 2 <= device.asked.count("/values") <= 8
        # Two processors that others use too: a blocked loop stands for seconds.
        assert max(lags[20:]) < 0.5
        await wattwise.config_entries.async_unload(entry.entry_id)


async def test_refusals_are_counted(wattwise: HomeAssistant, spoken: PlainHttp) -> None:
    """What a device says that is no number shows as refused."""
    async with PlainDevice() as device:
        device.power = float("nan")
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await polls(device, 2)
        await wattwise.async_block_till_done(wait_background_tasks=False)
        await asyncio.sleep(0.1)
        await stored(entry)
        meter = only_meter(entry)
        assert available(entry) is True
        assert Channel.POWER not in meter.coordinator.latest
        assert value(meter, Channel.ENERGY_IMPORT) == 1_234_500.0
        (refused,) = meter.coordinator.data.refused
        assert (refused.channel, refused.reason) == ("power", "not_a_number")


async def test_missing_part(wattwise: HomeAssistant, spoken: PlainHttp) -> None:
    """A part of a device that is gone does not silence the others."""
    spoken.paths = ("/gone", "/values", "/gone/too")
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await polls(device, 2)
        await stored(entry)
        assert available(entry) is True
        assert value(only_meter(entry), Channel.POWER) == 412.0


async def test_wrong_password(wattwise: HomeAssistant, spoken: PlainHttp) -> None:
    """A password that is wrong all at once is asked for, and the device left alone."""
    spoken.auth = HttpAuth.DIGEST
    async with PlainDevice(digest("admin", "old")) as device:
        endpoint = HttpEndpoint(LOOPBACK, device.endpoint.port, None, "old")
        entry = await async_add_household(
            wattwise,
            http_meter(endpoint, plain_settings("0"), "Left"),
            http_meter(endpoint, plain_settings("1"), "Right"),
        )
        await eventually(lambda: available(entry))
        device.guard = digest("admin", "new")
        await eventually(lambda: available(entry) is False)
        await wattwise.async_block_till_done()
        (flow,) = wattwise.config_entries.flow.async_progress()
        assert flow["context"]["source"] == "reauth"
        assert flow["context"]["title_placeholders"] == {"name": "Left"}
        refused, asked = device.refused, len(device.asked)
        await asyncio.sleep(0.3)
        assert (device.refused, len(device.asked)) == (refused, asked)

        for meter in list(entry.subentries.values()):
            wattwise.config_entries.async_update_subentry(
                entry, meter, data={**meter.data, CONF_PASSWORD: "new"}
            )
        await wattwise.async_block_till_done()
        await eventually(lambda: available(entry))


async def test_reauth_names_the_meter(
    wattwise: HomeAssistant, spoken: PlainHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flow for a new password is told which meter it is about."""
    spoken.auth = HttpAuth.DIGEST
    begun = []
    monkeypatch.setattr(
        MockConfigEntry,
        "async_start_reauth",
        lambda self, hass, context, data: begun.append(data),
    )
    async with PlainDevice(digest("admin", "new")) as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await eventually(lambda: begun)
        await asyncio.sleep(0.2)
    assert begun == [{CONF_SUBENTRY_ID: next(iter(entry.subentries))}]
    assert device.refused == 1


async def test_other_device(
    wattwise: HomeAssistant, spoken: PlainHttp, caplog: pytest.LogCaptureFixture
) -> None:
    """A device that got the address of ours is not read, and the user is told."""
    issues = ir.async_get(wattwise)
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await polls(device, 2)
        await device.switch_off()
        await asyncio.sleep(0.2)
        device.mac, device.energy_wh = "AABBCCDDEE02", 99_000_000.0
        device.asked.clear()
        await device.switch_on()
        await eventually(lambda: available(entry) is False)
        await eventually(lambda: device.asked.count("/who") >= 3)
        assert "/values" not in device.asked
        issue = issues.async_get_issue(DOMAIN, ISSUE)
        assert issue is not None
        assert issue.translation_key == "other_device"
        assert issue.translation_placeholders == {
            "meter": "Plug",
            "host": LOOPBACK,
            "other": "Plain",
        }
        assert caplog.text.count("it is not read") == 1

        device.mac, device.energy_wh = "AABBCCDDEE01", 1_234_500.0
        await eventually(lambda: available(entry))
        assert issues.async_get_issue(DOMAIN, ISSUE) is None
        await stored(entry)
        assert value(only_meter(entry), Channel.ENERGY_IMPORT) == 1_234_500.0

        device.mac = "AABBCCDDEE02"
        assert await wattwise.config_entries.async_reload(entry.entry_id)
        await eventually(lambda: issues.async_get_issue(DOMAIN, ISSUE))
        assert await wattwise.config_entries.async_unload(entry.entry_id)
        assert issues.async_get_issue(DOMAIN, ISSUE) is None


async def test_other_device_unnoticed(
    wattwise: HomeAssistant, spoken: PlainHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who answers is asked now and then, also while all answers are good."""
    monkeypatch.setattr(http_hub, "IDENTITY_INTERVAL_S", 0.2)
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await polls(device, 2)
        device.mac = "AABBCCDDEE02"
        await eventually(lambda: available(entry) is False)


async def test_two_households(wattwise: HomeAssistant, spoken: PlainHttp) -> None:
    """A device that serves two households goes on for one when the other ends."""
    async with PlainDevice() as device:
        upstairs, downstairs = [
            await async_add_household(
                wattwise,
                http_meter(device.endpoint, plain_settings(circuit)),
                name=f"Home {circuit}",
            )
            for circuit in ("0", "1")
        ]
        await polls(device, 2)
        await wattwise.config_entries.async_unload(upstairs.entry_id)
        device.power = 500.0
        await polls(device, 2)
        await stored(downstairs)
        assert value(only_meter(downstairs), Channel.POWER) == 1_000.0
        assert device.most_at_once == 1
        assert device.asked.count("/who") == 1


async def test_other_kind_of_device(wattwise: HomeAssistant, spoken: PlainHttp) -> None:
    """What does not say who it is, is not read either."""
    async with PlainDevice() as device:
        device.fault = Fault.EMPTY
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await eventually(lambda: available(entry) is False)
        assert "/values" not in device.asked


async def test_stream_with_a_password(
    wattwise: HomeAssistant, spoken: PlainHttp
) -> None:
    """A password that only the stream wants is asked for as well."""
    spoken.event_path, spoken.auth = EVENTS, HttpAuth.DIGEST
    async with PlainDevice() as device:
        device.stream_status = 401
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await eventually(lambda: available(entry) is False)
        await wattwise.async_block_till_done()
        (flow,) = wattwise.config_entries.flow.async_progress()
        assert flow["context"]["source"] == "reauth"


async def test_events(
    wattwise: HomeAssistant, spoken: PlainHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that tells by itself is not asked, until its stream ends."""
    monkeypatch.setattr(http_hub, "_GOOD_STREAM_S", 0.1)
    spoken.event_path = EVENTS
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await device.listened_to.wait()
        asked = device.asked.count("/values")
        device.power = 2_000.0
        await device.say()
        await asyncio.sleep(0.2)
        await stored(entry)
        meter = only_meter(entry)
        assert meter.coordinator.current(Channel.POWER) == 2_000.0
        assert device.asked.count("/values") == asked

        # Without a stream it is asked, and the stream is tried again.
        device.stream_status = 500
        await device.hang_up()
        device.power = 3_000.0
        await polls(device, 3)
        await stored(entry)
        assert meter.coordinator.current(Channel.POWER) == 3_000.0
        assert available(entry) is True
        device.stream_status = 200
        await device.listened_to.wait()
        assert device.streams == 2


async def test_events_alone(wattwise: HomeAssistant, spoken: PlainHttp) -> None:
    """A device that cannot be asked is away when its stream is."""
    spoken.event_path, spoken.paths = EVENTS, ()
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await device.listened_to.wait()
        assert available(entry) is None
        await device.say()
        await eventually(lambda: available(entry))
        device.stream_status = 500
        await device.hang_up()
        await eventually(lambda: available(entry) is False)
        device.stream_status = 200
        await device.listened_to.wait()
        await device.say()
        await eventually(lambda: available(entry))


async def test_announcement_ends_waiting(
    wattwise: HomeAssistant, spoken: PlainHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that announces itself is asked at once."""
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await polls(device, 1)
        monkeypatch.setattr(http_pace, "MIN_BACK_OFF_S", 200.0)
        await device.switch_off()
        await eventually(lambda: available(entry) is False)
        await device.switch_on()
        assert async_follow_address(wattwise, "aabbccddee01", HttpEndpoint(LOOPBACK))
        await eventually(lambda: available(entry))
        assert not async_follow_address(
            wattwise, "aabbccddee02", HttpEndpoint(LOOPBACK)
        )


async def test_address_is_followed(wattwise: HomeAssistant, spoken: PlainHttp) -> None:
    """All meters of a device are read where it is now."""
    async with PlainDevice() as device:
        moved = HttpEndpoint("192.0.2.1", device.endpoint.port, None, "kept")
        entry = MockConfigEntry(domain=DOMAIN)
        entry.add_to_hass(wattwise)
        for circuit in ("0", "1"):
            meter = http_meter(moved, plain_settings(circuit))
            wattwise.config_entries.async_add_subentry(entry, meter)
        assert async_follow_address(wattwise, "aabbccddee01", HttpEndpoint(LOOPBACK))
        for meter in entry.subentries.values():
            assert meter.data[CONF_HOST] == LOOPBACK
            assert meter.data[CONF_PASSWORD] == "kept"


async def test_unknown_dialect(
    wattwise: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """A meter of a later version is not there; the household is, and the user told."""
    issues = ir.async_get(wattwise)
    entry = await async_add_household(
        wattwise, http_meter(HttpEndpoint(LOOPBACK), plain_settings())
    )
    assert available(entry) is False
    assert "speaks plain, which this version does not know" in caplog.text
    issue = issues.async_get_issue(DOMAIN, "unknown_dialect_aabbccddee01-0")
    assert issue is not None
    assert issue.translation_placeholders == {"meter": "Plug", "dialect": "plain"}
    assert await wattwise.config_entries.async_unload(entry.entry_id)
    assert not [key for key in issues.issues if key[0] == DOMAIN]


async def test_surprise(
    wattwise: HomeAssistant,
    spoken: PlainHttp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What nobody thought of is an outage that ends, and is told once in detail."""
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await polls(device, 2)
        with monkeypatch.context() as patched:
            patched.setattr(PlainHttp, "decode", lambda *_: 1 / 0)
            await eventually(lambda: available(entry) is False)
            await polls(device, 2)
        await eventually(lambda: available(entry))
        await stored(entry)
        assert value(only_meter(entry), Channel.POWER) == 412.0
    assert caplog.text.count("failed unexpectedly") == 1
    assert caplog.text.count("ZeroDivisionError") == 1


async def test_end_of_home_assistant(
    wattwise: HomeAssistant, spoken: PlainHttp, caplog: pytest.LogCaptureFixture
) -> None:
    """A device that is not asked because Home Assistant ends is not silent."""
    caplog.set_level(logging.INFO, "custom_components.wattwise")
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        meter = only_meter(entry)
        await polls(device, 2)
        await stored(entry)
        assert meter.coordinator.connected
        await wattwise.async_stop()
        asked = len(device.asked)
        await asyncio.sleep(0.2)
        assert len(device.asked) == asked
        meter.coordinator._log_connection()
    assert "is silent" not in caplog.text


@pytest.mark.parametrize("count", [1, 500])
async def test_long_answers_are_read_in_threads(
    wattwise: HomeAssistant,
    spoken: PlainHttp,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
) -> None:
    """The event loop reads short answers only."""
    threads: set[threading.Thread] = set()

    def note_thread(parse: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: object) -> Any:
            if "power:0" in str(args[-1]):
                threads.add(threading.current_thread())
            return parse(*args)

        return noted

    monkeypatch.setattr(http_client, "parse_json", note_thread(http_client.parse_json))
    monkeypatch.setattr(PlainHttp, "decode", note_thread(PlainHttp.decode))
    monkeypatch.setattr(plain, "CIRCUITS", count)
    spoken.event_path = EVENTS
    async with PlainDevice() as device:
        entry = await async_add_household(
            wattwise, http_meter(device.endpoint, plain_settings())
        )
        await device.listened_to.wait()
        device.power = 500.0
        await device.say()
        meter = only_meter(entry)
        await asyncio.sleep(0.2)
        await stored(entry)
        assert value(meter, Channel.POWER) == 500.0
    assert (threading.current_thread() in threads) == (count == 1)
