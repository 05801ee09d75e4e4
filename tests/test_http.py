"""The push endpoint, over real HTTP against a real Home Assistant."""

import asyncio
from datetime import UTC, datetime, timedelta
import gzip
from http import HTTPStatus
import json
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.wattwise.http import DATA_URL, MAX_BODY_BYTES
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.components.http.ban import (
    KEY_FAILED_LOGIN_ATTEMPTS,
    KEY_LOGIN_THRESHOLD,
)
from homeassistant.core import HomeAssistant

from .homes import KEY, async_add_household, only_meter, push_meter

HEADERS = {"X-API-Key": KEY}


def ago(seconds: float) -> str:
    """Return a time in the past as ISO 8601."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


async def push(
    client: TestClient, body: Any, key: str = KEY
) -> tuple[int, dict[str, Any]]:
    """Push a body and return the status and the answer."""
    response = await client.post(DATA_URL, json=body, headers={"X-API-Key": key})
    return response.status, await response.json()


@pytest.fixture
async def client(
    wattwise: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> TestClient:
    """Return a device's HTTP client."""
    # Wrong keys are only counted where a limit is set; this one is never reached.
    wattwise.http.app[KEY_LOGIN_THRESHOLD] = 1_000
    return await hass_client_no_auth()


async def test_body_of_the_energy_intelligence_platform(
    wattwise: HomeAssistant, client: TestClient
) -> None:
    """The body of features.md row 19 is taken unchanged."""
    entry = await async_add_household(
        wattwise, push_meter(energy_kind=EnergyKind.INTERVAL)
    )
    status, answer = await push(
        client,
        {
            "energy_produced": 0.12,
            "energy_consumed": 0.34,
            "current_load": 42.5,
            "voltage": 231.4,
            "current": 6.3,
            "current1": 2.1,
            "current2": 2.0,
            "current3": 2.2,
            "frequency": 50.02,
            "power_factor": 0.97,
            "facility_id": "plant-7",
        },
    )
    assert status == HTTPStatus.ACCEPTED
    assert answer == {"accepted": 9, "duplicate": 0, "held": 0, "refused": []}
    latest = only_meter(entry).coordinator.latest
    assert latest[Channel.ENERGY_IMPORT].register_wh == pytest.approx(340)
    assert latest[Channel.ENERGY_EXPORT].register_wh == pytest.approx(120)
    assert latest[Channel.CURRENT_L1].value == 2.1
    assert latest[Channel.LOAD].value == 42.5


async def test_accepted_readings_are_in_the_history(
    wattwise: HomeAssistant, client: TestClient
) -> None:
    """The answer comes after the commit: a fresh connection sees the reading."""
    entry = await async_add_household(wattwise, push_meter())
    body = {"readings": [{"time": ago(s), "power": 1_000 + s} for s in (20, 10, 0)]}
    status, answer = await push(client, body)
    assert (status, answer["accepted"]) == (HTTPStatus.ACCEPTED, 3)
    meter = only_meter(entry)
    assert (await meter.history.latest(meter.profile.meter_id))[
        Channel.POWER
    ].value == 1_000
    status, answer = await push(client, body)
    assert (status, answer["duplicate"]) == (HTTPStatus.ACCEPTED, 3)


async def test_each_refused_reading_is_named(
    wattwise: HomeAssistant, client: TestClient
) -> None:
    """One wrong item of a backlog does not hold up the others."""
    entry = await async_add_household(wattwise, push_meter())
    now = datetime.now(UTC)
    items: list[Any] = [
        {"time": ago(40), "power": 400},
        {"time": ago(30), "power": 999_999},
        {"time": ago(25), "power": "a lot"},
        {"time": "yesterday", "power": 1},
        {"time": ago(20).removesuffix("+00:00"), "power": 1},
        {"time": (now + timedelta(hours=2)).isoformat(), "power": 1},
        {"time": 17, "power": 1},
        "nonsense",
        {"time": ago(15)},
        {"timestamp": int(now.timestamp()) - 10, "power": 410, "rssi": -60},
        {"timestamp": int(now.timestamp() * 1000) - 5_000, "power": 420},
        {"time": ago(4), "power": True},
    ]
    status, answer = await push(client, items)
    assert status == HTTPStatus.ACCEPTED
    assert answer["accepted"] == 3
    assert answer["ignored"] == ["rssi"]
    assert {item["index"]: item["reason"] for item in answer["refused"]} == {
        1: "out_of_range",
        2: "not_a_number",
        3: "invalid_time",
        4: "invalid_time",
        5: "future_time",
        6: "clock_not_set",
        7: "malformed",
        8: "malformed",
        11: "not_a_number",
    }
    meter = only_meter(entry)
    counts = await meter.history.refused(meter.profile.meter_id)
    assert sum(item.count for item in counts) == 9


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"power": "high"}, "power"),
        ({"power": [1]}, "power"),
        ({"power": 1, "time": "soon"}, "time"),
        ({"power": 1, "timestamp": {}}, "timestamp"),
        ({"readings": 3}, "readings"),
        ({"readings": []}, "readings"),
        ({"readings": [{"power": 1}] * 10_001}, "readings"),
        ({"nothing": 1}, ""),
        (3, ""),
        ("power", ""),
    ],
)
async def test_malformed_bodies_name_the_field(
    wattwise: HomeAssistant, client: TestClient, body: Any, field: str
) -> None:
    """A body that is wrong as a whole is 400."""
    await async_add_household(wattwise, push_meter())
    status, answer = await push(client, body)
    assert status == HTTPStatus.BAD_REQUEST
    assert answer["field"] == field
    assert answer["message"]


async def test_what_is_no_json(wattwise: HomeAssistant, client: TestClient) -> None:
    """Wrong type 415, broken JSON 400, deep nesting 400."""
    await async_add_household(wattwise, push_meter())
    response = await client.post(DATA_URL, data="power=1", headers=HEADERS)
    assert response.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    json_headers = HEADERS | {"Content-Type": "application/json"}
    for body in (b"{", b"", b"\xff\xfe", b"[" * 100_000):
        response = await client.post(DATA_URL, data=body, headers=json_headers)
        assert response.status == HTTPStatus.BAD_REQUEST


async def test_too_much_is_413(wattwise: HomeAssistant, client: TestClient) -> None:
    """One megabyte is the limit, announced, chunked or unpacked."""
    await async_add_household(wattwise, push_meter())
    headers = HEADERS | {"Content-Type": "application/json"}
    large = json.dumps({"x": "y" * MAX_BODY_BYTES}).encode()

    async def chunks() -> Any:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    for body, extra in (
        (large, {}),
        (chunks(), {}),
        (gzip.compress(large), {"Content-Encoding": "gzip"}),
    ):
        response = await client.post(DATA_URL, data=body, headers=headers | extra)
        assert response.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize("key", ["", "wrong", KEY + "x", "\udcff"])
async def test_wrong_key_is_401_and_counted(
    wattwise: HomeAssistant, client: TestClient, key: str
) -> None:
    """A wrong key learns nothing and meets Home Assistant's ban logic."""
    await async_add_household(wattwise, push_meter())
    headers = {"X-API-Key": key} if key.isascii() else {}
    responses = [
        await client.post(DATA_URL, json={"power": 1}, headers=headers),
        await client.get("/api/wattwise/status", headers=headers),
        await client.get("/api/wattwise/config", headers=headers),
    ]
    assert {response.status for response in responses} == {HTTPStatus.UNAUTHORIZED}
    attempts = wattwise.http.app[KEY_FAILED_LOGIN_ATTEMPTS]
    assert sum(attempts.values()) == 3


async def test_gone_wild(wattwise: HomeAssistant, client: TestClient) -> None:
    """A device that floods is asked to wait; nothing else suffers."""
    await async_add_household(wattwise, push_meter())

    async def send() -> int:
        response = await client.post(DATA_URL, json={"power": 1}, headers=HEADERS)
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            assert int(response.headers["Retry-After"]) >= 1
        return response.status

    assert [await send() for _ in range(50)] == [HTTPStatus.ACCEPTED] * 50
    # At once: a busy machine would answer one by one slower than it may be asked.
    assert HTTPStatus.TOO_MANY_REQUESTS in await asyncio.gather(
        *(send() for _ in range(150))
    )


async def test_meter_pushes_while_its_household_is_not_loaded(
    wattwise: HomeAssistant, client: TestClient
) -> None:
    """During a reload a device keeps its readings; it is not taken for an intruder."""
    entry = await async_add_household(wattwise, push_meter())
    await wattwise.config_entries.async_unload(entry.entry_id)
    response = await client.post(DATA_URL, json={"power": 1}, headers=HEADERS)
    assert response.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.headers["Retry-After"]
    await wattwise.config_entries.async_setup(entry.entry_id)
    status, _ = await push(client, {"power": 1})
    assert status == HTTPStatus.ACCEPTED


async def test_removed_meter_is_unknown(
    wattwise: HomeAssistant, client: TestClient
) -> None:
    """The key of a removed meter or household is worth nothing."""
    entry = await async_add_household(wattwise, push_meter(), push_meter("other"))
    subentry_id = next(iter(entry.subentries))
    wattwise.config_entries.async_remove_subentry(entry, subentry_id)
    await wattwise.async_block_till_done()
    assert (await push(client, {"power": 1}))[0] == HTTPStatus.UNAUTHORIZED
    assert (await push(client, {"power": 1}, "other"))[0] == HTTPStatus.ACCEPTED
    await wattwise.config_entries.async_remove(entry.entry_id)
    assert (await push(client, {"power": 1}, "other"))[0] == HTTPStatus.UNAUTHORIZED


async def test_status_and_config(wattwise: HomeAssistant, client: TestClient) -> None:
    """A device can ask how it does and how it shall report."""
    await async_add_household(wattwise, push_meter(interval=15))
    await push(client, {"power": 500, "energy_import": 1_234.5})
    status = await (await client.get("/api/wattwise/status", headers=HEADERS)).json()
    assert status["connected"] is True
    assert status["values"]["power"]["value"] == 500
    assert status["values"]["energy_import"]["value"] == 1_234.5
    config = await (await client.get("/api/wattwise/config", headers=HEADERS)).json()
    assert config["interval"] == 15
    assert config["voltage"] == {"nominal": 230.0, "low": 207.0, "high": 253.0}
    assert abs(config["server_time_ms"] / 1000 - datetime.now(UTC).timestamp()) < 5


async def test_latest_is_for_signed_in_users(
    wattwise: HomeAssistant, client: TestClient, hass_client: ClientSessionGenerator
) -> None:
    """The live values of all meters, for people."""
    await async_add_household(wattwise, push_meter())
    await push(client, {"power": 500})
    response = await client.get("/api/wattwise/latest", headers=HEADERS)
    assert response.status == HTTPStatus.UNAUTHORIZED
    user = await hass_client()
    latest = await (await user.get("/api/wattwise/latest")).json()
    (household,) = latest["households"]
    assert household["household"] == "Home"
    assert household["meters"][0]["values"]["power"]["value"] == 500
