"""Triggers for alerts, in real automations."""

import re
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import yaml

from custom_components.wattwise.alerts.alert import AlertKind, AlertSeverity
from custom_components.wattwise.alerts.telling.alert_announcements import EVENT_ALERT
from custom_components.wattwise.alerts.telling.alert_choice import kind_of
from custom_components.wattwise.const import CONF_CONTRACTED_POWER
from custom_components.wattwise.metering.profile import MeterRole
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.icon import async_get_icons
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component

from .alert_meters import (
    EVENTS,
    FAR_TOO_HIGH,
    FINE,
    HIGH,
    NEUTRAL_FINE,
    NEUTRAL_LOST,
    VOLTAGE,
    tell,
)
from .homes import async_add_household, push_meter
from .repository.markdown import examples
from .repository.tree import DOCS, INTEGRATION
from .test_meters import pass_time

STARTED: Final = "wattwise.alert_started"
WORSENED: Final = "wattwise.alert_worsened"
ENDED: Final = "wattwise.alert_ended"


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock, which only the tests move."""
    freezer.move_to("2026-06-17 10:00:00+00:00")


PHASE: Final = (
    "{{ trigger.alert.phase }} {{ trigger.alert.kind }} {{ trigger.alert.severity }}"
)


async def automate(
    hass: HomeAssistant, *triggers: dict[str, Any], message: str = PHASE
) -> list[str]:
    """Make an automation with triggers; return what it will tell, as it grows."""
    told: list[str] = []

    async def take(call: ServiceCall) -> None:
        told.append(call.data["message"])

    hass.services.async_register("notify", "phone", take)
    action = {"action": "notify.phone", "data": {"message": message}}
    automation = {"triggers": list(triggers), "actions": [action], "mode": "queued"}
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await hass.async_block_till_done()
    return told


async def storm(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> None:
    """Let the voltage be high, then far too high, then fine."""
    await tell(hass, freezer, entry, 80, HIGH)
    await tell(hass, freezer, entry, 30, FAR_TOO_HIGH)
    await tell(hass, freezer, entry, 80, FINE)


@pytest.mark.parametrize(
    ("trigger", "told"),
    [
        ({"trigger": STARTED}, ["started voltage_problem warning"]),
        (
            {"trigger": STARTED, "options": {"minimum_severity": "critical"}},
            ["worsened voltage_problem critical"],
        ),
        (
            {
                "trigger": STARTED,
                "options": {"kind": ["overload", "voltage_problem"]},
                "target": {"entity_id": VOLTAGE},
            },
            ["started voltage_problem warning"],
        ),
        ({"trigger": STARTED, "options": {"kind": "overload"}}, []),
        (
            {"trigger": STARTED, "options": {"kind": []}, "target": {}},
            ["started voltage_problem warning"],
        ),
        ({"trigger": STARTED, "target": {"entity_id": "binary_sensor.other"}}, []),
        (
            {"trigger": STARTED, "target": {"entity_id": EVENTS}},
            ["started voltage_problem warning"],
        ),
        ({"trigger": WORSENED}, ["worsened voltage_problem critical"]),
        (
            {"trigger": WORSENED, "options": {"minimum_severity": "warning"}},
            ["worsened voltage_problem critical"],
        ),
        # It was not as grave before, so for these eyes it started.
        ({"trigger": WORSENED, "options": {"minimum_severity": "critical"}}, []),
        ({"trigger": ENDED}, ["ended voltage_problem critical"]),
        (
            {"trigger": ENDED, "options": {"minimum_severity": "critical"}},
            ["ended voltage_problem critical"],
        ),
        ({"trigger": ENDED, "options": {"kind": ["left_on"]}}, []),
    ],
)
async def test_what_triggers(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    trigger: dict[str, Any],
    told: list[str],
) -> None:
    """A trigger runs an automation at the changes of the alerts that are chosen."""
    entry = await async_add_household(wattwise, push_meter())
    seen = await automate(wattwise, trigger)
    await storm(wattwise, freezer, entry)
    assert seen == told


async def test_places_as_targets(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A meter's device, its area, and the household's device stand for their alerts."""
    entry = await async_add_household(
        wattwise, push_meter(), push_meter("cellar", "Cellar")
    )
    await tell(wattwise, freezer, entry, 10, FINE)
    registry, devices = er.async_get(wattwise), dr.async_get(wattwise)
    area = ar.async_get(wattwise).async_create("Cupboard")
    grid, home = registry.async_get(VOLTAGE), registry.async_get(EVENTS)
    assert grid
    assert grid.device_id
    assert home
    assert home.device_id
    devices.async_update_device(grid.device_id, area_id=area.id)
    seen = await automate(
        wattwise,
        {"trigger": STARTED, "target": {"device_id": grid.device_id}},
        {"trigger": STARTED, "target": {"area_id": area.id}},
        {"trigger": STARTED, "target": {"device_id": home.device_id}},
    )
    await tell(wattwise, freezer, entry, 80, HIGH)
    assert len(seen) == 3
    # Of the other meter only the whole household is asked.
    await tell(wattwise, freezer, entry, 80, HIGH, meter="Cellar")
    assert len(seen) == 4


async def test_what_an_automation_knows(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The trigger's variables explain the alert."""
    entry = await async_add_household(wattwise, push_meter())
    seen: list[dict[str, Any]] = []

    async def take(call: ServiceCall) -> None:
        seen.append(dict(call.data))

    wattwise.services.async_register("notify", "phone", take)
    automation = {
        "triggers": [{"trigger": STARTED}],
        "actions": [
            {
                "action": "notify.phone",
                "data": {
                    "entity_id": "{{ trigger.entity_id }}",
                    "text": "{{ trigger.alert.name }}: {{ trigger.alert.message }}",
                    "volts": "{{ trigger.alert.details.voltage_l1 }}",
                    "description": "{{ trigger.description }}",
                },
            }
        ],
    }
    assert await async_setup_component(
        wattwise, "automation", {"automation": automation}
    )
    await tell(wattwise, freezer, entry, 80, HIGH)
    assert seen == [
        {
            "entity_id": VOLTAGE,
            "text": "Grid: The voltage is high (250 V)",
            "volts": 250.0,
            "description": "Grid: The voltage is high (250 V)",
        }
    ]


async def flap(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    times: int,
) -> None:
    """Let the voltage be high for a while and fine for longer: 320 seconds each time."""
    for _ in range(times):
        await tell(hass, freezer, entry, 80, HIGH)
        await tell(hass, freezer, entry, 240, FINE)


async def test_a_cool_down_holds_back_what_was_told(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What comes and goes is told now and then."""
    entry = await async_add_household(wattwise, push_meter())
    seen = await automate(
        wattwise, {"trigger": STARTED, "options": {"cool_down": {"minutes": 15}}}
    )
    await flap(wattwise, freezer, entry, 6)
    # It begins every 320 seconds: at 0, 960, ...
    assert seen == ["started voltage_problem warning"] * 2


async def test_what_is_still_there_after_the_cool_down_is_told(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Nobody shall think that all is well because the second alert came too soon."""
    entry = await async_add_household(wattwise, push_meter())
    seen = await automate(
        wattwise, {"trigger": STARTED, "options": {"cool_down": {"minutes": 10}}}
    )
    await flap(wattwise, freezer, entry, 1)
    await tell(wattwise, freezer, entry, 200, HIGH)
    assert len(seen) == 1
    await tell(wattwise, freezer, entry, 150, HIGH)
    assert len(seen) == 2
    await tell(wattwise, freezer, entry, 1_200, HIGH)
    assert len(seen) == 2


async def test_what_ends_silently_in_the_cool_down_is_not_told(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """An alert whose entity is disabled meanwhile is none at the end of the cool-down."""
    entry = await async_add_household(wattwise, push_meter())
    seen = await automate(
        wattwise, {"trigger": STARTED, "options": {"cool_down": {"minutes": 10}}}
    )
    await flap(wattwise, freezer, entry, 1)
    await tell(wattwise, freezer, entry, 80, HIGH)
    er.async_get(wattwise).async_update_entity(
        VOLTAGE, disabled_by=er.RegistryEntryDisabler.USER
    )
    await pass_time(wattwise, freezer, 1_000)
    assert len(seen) == 1


async def test_what_is_graver_is_told_in_the_cool_down(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A cool-down never hides that it is worse this time, which is told once."""
    entry = await async_add_household(wattwise, push_meter())
    seen = await automate(
        wattwise,
        {"trigger": STARTED, "options": {"cool_down": {"hours": 1}}},
        {"trigger": WORSENED},
    )
    await flap(wattwise, freezer, entry, 1)
    # At first it is only high again; then it is worse.
    await storm(wattwise, freezer, entry)
    assert seen == [
        "started voltage_problem warning",
        "worsened voltage_problem critical",
    ]


async def test_what_is_held_back_is_told_as_it_is_then(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """After the cool-down nobody reads how grave it was at first."""
    entry = await async_add_household(wattwise, push_meter())
    seen = await automate(
        wattwise,
        {"trigger": STARTED, "options": {"cool_down": {"minutes": 10}}},
        message="{{ trigger.alert.severity }}: {{ trigger.alert.message }}",
    )
    await flap(wattwise, freezer, entry, 1)
    await tell(wattwise, freezer, entry, 80, HIGH)
    await tell(wattwise, freezer, entry, 300, FAR_TOO_HIGH)
    assert seen == [
        "warning: The voltage is high (250 V)",
        "critical: The voltage is far too high (256 V)",
    ]


async def test_what_is_less_grave_meanwhile_waits(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who asks for what is critical is told at the end of the cool-down if it is again."""
    entry = await async_add_household(wattwise, push_meter())
    options = {"minimum_severity": "critical", "cool_down": {"minutes": 10}}
    seen = await automate(wattwise, {"trigger": STARTED, "options": options})
    await storm(wattwise, freezer, entry)
    assert len(seen) == 1
    await tell(wattwise, freezer, entry, 240, FAR_TOO_HIGH)
    await tell(wattwise, freezer, entry, 500, HIGH)
    assert len(seen) == 1
    await tell(wattwise, freezer, entry, 90, FAR_TOO_HIGH)
    assert len(seen) == 2


async def test_a_household_that_is_away_as_the_cool_down_ends(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What could not be asked then is told once the household is back."""
    entry = await async_add_household(wattwise, push_meter())
    seen = await automate(
        wattwise, {"trigger": STARTED, "options": {"cool_down": {"minutes": 10}}}
    )
    await flap(wattwise, freezer, entry, 1)
    await tell(wattwise, freezer, entry, 80, HIGH)
    await wattwise.config_entries.async_unload(entry.entry_id)
    await pass_time(wattwise, freezer, 600)
    assert len(seen) == 1
    assert await wattwise.config_entries.async_setup(entry.entry_id)
    await pass_time(wattwise, freezer, 70)
    assert len(seen) == 2
    # Told once.
    await tell(wattwise, freezer, entry, 700, HIGH)
    assert len(seen) == 2


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"entity_id": VOLTAGE},
        {"entity_id": VOLTAGE, "phase": "started", "kind": "voltage_problem"},
        {
            "entity_id": VOLTAGE,
            "phase": ["worsened"],
            "kind": "earthquake",
            "severity": "bad",
            "name": "Grid",
            "message": "It shakes",
            "config_entry_id": "none",
        },
    ],
)
async def test_events_that_others_fire(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    data: dict[str, Any],
) -> None:
    """An event by this name that tells no alert runs nothing, and is no error."""
    await async_add_household(wattwise, push_meter())
    triggers = [{"trigger": name} for name in (STARTED, WORSENED, ENDED)]
    seen = await automate(wattwise, *triggers)
    wattwise.bus.async_fire(EVENT_ALERT, data)
    await wattwise.async_block_till_done()
    assert seen == []
    assert "Error" not in caplog.text


async def test_danger_knows_no_cool_down(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A lost neutral conductor is told whenever it begins."""
    entry = await async_add_household(wattwise, push_meter())
    options = {"cool_down": {"hours": 1}, "kind": ["neutral_lost"]}
    seen = await automate(wattwise, {"trigger": STARTED, "options": options})
    for _ in range(2):
        await tell(wattwise, freezer, entry, 30, NEUTRAL_LOST)
        await tell(wattwise, freezer, entry, 90, NEUTRAL_FINE)
    assert seen == ["started neutral_lost critical"] * 2


async def test_an_end_that_has_to_last(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The end is told once it has been over for as long as is asked for."""
    entry = await async_add_household(wattwise, push_meter())
    seen = await automate(
        wattwise, {"trigger": ENDED, "options": {"for": {"minutes": 10}}}
    )
    await flap(wattwise, freezer, entry, 3)
    assert seen == []
    await pass_time(wattwise, freezer, 430)
    assert seen == ["ended voltage_problem warning"]


async def test_an_automation_that_is_off_waits_for_nothing(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who switches an automation off is not told what was waiting."""
    entry = await async_add_household(wattwise, push_meter())
    seen = await automate(
        wattwise, {"trigger": ENDED, "options": {"for": {"minutes": 10}}}
    )
    await flap(wattwise, freezer, entry, 1)
    (automation,) = wattwise.states.async_entity_ids("automation")
    await wattwise.services.async_call(
        "automation", "turn_off", {"entity_id": automation}, blocking=True
    )
    await pass_time(wattwise, freezer, 1_000)
    await wattwise.services.async_call(
        "automation", "turn_on", {"entity_id": automation}, blocking=True
    )
    await pass_time(wattwise, freezer, 1_000)
    assert seen == []


@pytest.mark.parametrize(
    ("config", "error"),
    [
        (
            {"trigger": STARTED, "options": {"kind": ["earthquake"]}},
            r"value must be one of \[.*'overload'.*\]",
        ),
        (
            {"trigger": STARTED, "options": {"minimum_severity": "bad"}},
            r"value must be one of \[.*'critical'.*\]",
        ),
        (
            {"trigger": STARTED, "options": {"cool_down": "-00:10:00"}},
            "positive",
        ),
        ({"trigger": STARTED, "options": {"for": "00:10:00"}}, "for"),
        ({"trigger": ENDED, "options": {"cool_down": "00:10:00"}}, "cool_down"),
        ({"trigger": ENDED, "target": {"entity_id": "no entity"}}, "entity"),
        ({"trigger": "wattwise.alert_slept"}, "alert_slept"),
    ],
)
async def test_mistakes_are_named(
    wattwise: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    config: dict[str, Any],
    error: str,
) -> None:
    """The editor says what is wrong."""
    await async_add_household(wattwise, push_meter())
    assert await async_setup_component(wattwise, "automation", {})
    client = await hass_ws_client(wattwise)
    await client.send_json_auto_id({"type": "validate_config", "triggers": [config]})
    result = (await client.receive_json())["result"]["triggers"]
    assert not result["valid"]
    assert re.search(error, result["error"]), result["error"]


async def test_the_editor_offers_them(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """The editor of automations gets what it needs to offer the triggers."""
    entry = await async_add_household(
        wattwise, push_meter(), options={CONF_CONTRACTED_POWER: 3.0}
    )
    await tell(wattwise, freezer, entry, 10, FINE)
    assert await async_setup_component(wattwise, "automation", {})
    client = await hass_ws_client(wattwise)
    await client.send_json_auto_id({"type": "trigger_platforms/subscribe"})
    assert (await client.receive_json())["success"]
    offered = (await client.receive_json())["event"]
    assert {STARTED, WORSENED, ENDED} <= offered.keys()
    assert offered[STARTED]["target"]["primary_entities_only"] is False
    assert list(offered[STARTED]["fields"]) == [
        "kind",
        "minimum_severity",
        "cool_down",
    ]
    for target, found in (
        ({"entity_id": [VOLTAGE]}, True),
        ({"entity_id": [EVENTS]}, True),
        ({"entity_id": ["sensor.grid_voltage_l1"]}, False),
        ({"entity_id": ["binary_sensor.grid_connection"]}, False),
    ):
        await client.send_json_auto_id(
            {"type": "get_triggers_for_target", "target": target}
        )
        result = (await client.receive_json())["result"]
        assert ({STARTED, WORSENED, ENDED} <= set(result)) is found, target
    names = await async_get_translations(wattwise, "en", "triggers", ["wattwise"])
    icons = await async_get_icons(wattwise, "triggers", ["wattwise"])
    for name, description in offered.items():
        if name.startswith("wattwise."):
            key = name.removeprefix("wattwise.")
            path = f"component.wattwise.triggers.{key}"
            assert f"{path}.name" in names
            for field in description["fields"]:
                assert f"{path}.fields.{field}.name" in names
            assert key in icons["wattwise"]


async def test_every_alert_can_be_chosen(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Whatever tells of an alert is found by its kind, and offered as a target."""
    entry = await async_add_household(
        wattwise, *(push_meter(f"of {r}", r.title(), r) for r in MeterRole)
    )
    await tell(
        wattwise,
        freezer,
        entry,
        20,
        NEUTRAL_FINE | {"voltage_l3": 230.0, "frequency": 50.0, "power": 100.0},
    )
    registry = er.async_get(wattwise)
    kinds: set[AlertKind] = set()
    for sensor in entry.runtime_data.alerts._sensors.values():
        entity = registry.async_get(sensor.entity_id)
        assert entity
        assert kind_of(entity) is sensor.alert_kind
        assert sensor.device_class in ("problem", "safety")
        kinds.add(sensor.alert_kind)
    assert {AlertKind.VOLTAGE_PROBLEM, AlertKind.OVERLOAD} < kinds


async def test_the_example_of_the_page(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What docs/alerts.md shows does what the page says."""
    (example,) = [e for e in examples(DOCS / "alerts.md") if e.language == "yaml"]
    told: list[str] = []

    async def take(call: ServiceCall) -> None:
        told.append(call.data["message"])

    wattwise.services.async_register("notify", "mobile_app_phone", take)
    entry = await async_add_household(wattwise, push_meter())
    automation = yaml.safe_load(example.code)
    assert await async_setup_component(
        wattwise, "automation", {"automation": automation}
    )
    await tell(wattwise, freezer, entry, 80, HIGH)
    assert told == ["Grid: The voltage is high (250 V)"]


@pytest.mark.parametrize("file", ["triggers.yaml", "conditions.yaml"])
def test_every_kind_can_be_chosen(file: str) -> None:
    """The editor offers all kinds and severities there are."""
    described = yaml.safe_load((INTEGRATION / file).read_text())
    for name, description in described.items():
        if name.startswith("."):
            continue
        fields = description["fields"]
        assert fields["kind"]["selector"]["select"]["options"] == list(AlertKind), name
        severity = fields["minimum_severity"]["selector"]["select"]
        assert severity["options"] == list(AlertSeverity), name
