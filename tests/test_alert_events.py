"""The event entity of a household, and the words for what happens."""

from datetime import timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.wattwise.alerting.health.energy_agreement import Disagreement
from custom_components.wattwise.alerts.alert import (
    Alert,
    AlertDetail,
    AlertKind,
    AlertSeverity,
)
from custom_components.wattwise.alerts.telling.alert_events import EVENT_TYPES
from custom_components.wattwise.alerts.telling.alert_words import async_alert_words
from custom_components.wattwise.const import CONF_CONTRACTED_POWER
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .alert_meters import (
    EVENTS,
    FAR_TOO_HIGH,
    FINE,
    HIGH,
    VOLTAGE,
    tell,
)
from .homes import async_add_household, push_meter
from .repository.tree import INTEGRATION, load_json
from .test_overload import draw

OVERLOADED: Final = "The home draws more than its connection is made for"


@pytest.fixture
def now(freezer: FrozenDateTimeFactory) -> FrozenDateTimeFactory:
    """Stop the clock, which only the tests move."""
    freezer.move_to("2026-06-17 10:00:00+00:00")
    return freezer


def shown(hass: HomeAssistant, entity_id: str = EVENTS) -> dict[str, Any]:
    """Return the attributes of the event entity."""
    state = hass.states.get(entity_id)
    assert state
    return dict(state.attributes)


async def test_events_of_a_home(
    wattwise: HomeAssistant, now: FrozenDateTimeFactory
) -> None:
    """An alert that begins is an event of its kind; then come worsened and ended."""
    entry = await async_add_household(wattwise, push_meter())
    state = wattwise.states.get(EVENTS)
    assert state
    assert state.state == STATE_UNKNOWN
    assert state.attributes["event_types"] == EVENT_TYPES
    await tell(wattwise, now, entry, 80, HIGH)
    began = shown(wattwise)
    assert began["event_type"] == began["kind"] == "voltage_problem"
    assert began["severity"] == "warning"
    assert began["meter"] == "Grid"
    assert began["alert_entity"] == VOLTAGE
    assert began["message"] == "The voltage is high (250 V)"
    assert "entity_id" not in began
    assert "duration" not in began
    await tell(wattwise, now, entry, 30, FAR_TOO_HIGH)
    worsened = shown(wattwise)
    assert worsened["event_type"] == "worsened"
    assert worsened["severity"] == "critical"
    assert worsened["since"] == began["since"]
    await tell(wattwise, now, entry, 80, FINE)
    ended = shown(wattwise)
    assert ended["event_type"] == "ended"
    assert ended["kind"] == "voltage_problem"
    assert ended["duration"] == pytest.approx(100, abs=20)


async def test_homes_have_events_of_their_own(
    wattwise: HomeAssistant, now: FrozenDateTimeFactory
) -> None:
    """What happens in one home is no event of another."""
    home = await async_add_household(
        wattwise, push_meter(), options={CONF_CONTRACTED_POWER: 3.0}
    )
    await async_add_household(wattwise, push_meter("other", "Other"), name="Cottage")
    await draw(wattwise, now, home, 60, Grid=6_000)
    assert shown(wattwise)["event_type"] == "overload"
    assert shown(wattwise)["meter"] is None
    assert shown(wattwise, "event.cottage_alerts")["event_type"] is None


async def test_a_reload_repeats_no_event(
    wattwise: HomeAssistant, now: FrozenDateTimeFactory
) -> None:
    """The newest event stays what it was."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, now, entry, 80, HIGH)
    before = wattwise.states.get(EVENTS)
    assert before
    await wattwise.config_entries.async_reload(entry.entry_id)
    await tell(wattwise, now, entry, 30, HIGH)
    after = wattwise.states.get(EVENTS)
    assert after
    assert after.state == before.state
    assert after.attributes["event_type"] == "voltage_problem"


@pytest.mark.parametrize("kind", AlertKind)
async def test_every_kind_has_words(wattwise: HomeAssistant, kind: AlertKind) -> None:
    """Of every alert something can be said, whatever is known of it."""
    words = await async_alert_words(wattwise)
    alert = _alert(kind)
    assert words.began(alert) == words.sentences[kind]
    assert words.sentences[kind][0].isupper()
    assert words.ended(alert, timedelta(minutes=12)) == (
        f"{words.names[kind]}, over after 12 min"
    )
    assert kind in EVENT_TYPES


def test_every_kind_is_translated() -> None:
    """Events, triggers and conditions name all kinds, and none that does not exist."""
    english = load_json(INTEGRATION / "translations" / "en.json")
    attributes = english["entity"]["event"]["alerts"]["state_attributes"]
    assert set(attributes["event_type"]["state"]) == set(EVENT_TYPES)
    assert set(attributes["kind"]["state"]) == set(AlertKind)
    assert set(attributes["severity"]["state"]) == set(AlertSeverity)
    choices = {key: set(x.get("options", ())) for key, x in english["selector"].items()}
    assert choices["alert_kind"] == set(AlertKind)
    assert choices["alert_severity"] == set(AlertSeverity)
    assert choices["alert_sentence"] >= set(AlertKind)
    assert choices["alert_details"] <= choices["alert_sentence"]
    # The sentences of what stands still are found by the reason.
    reasons = {f"value_stuck_{reason.value}" for reason in Disagreement}
    assert choices["alert_sentence"] >= reasons


def _alert(kind: AlertKind, **details: AlertDetail) -> Alert:
    return Alert(
        kind,
        AlertSeverity.WARNING,
        AlertSeverity.WARNING,
        VOLTAGE,
        "Grid",
        dt_util.utcnow(),
        details,
    )


@pytest.mark.parametrize(
    ("details", "said"),
    [
        (
            {"voltage_l1_state": "high_critical", "voltage_l1": 254.3},
            "The voltage is far too high (254 V)",
        ),
        (
            {
                "voltage_l1_state": "high_critical",
                "voltage_l1": 254.3,
                "voltage_l2_state": "low_warning",
                "voltage_l2": 210.0,
                "voltage_l3_state": "high_critical",
                "voltage_l3": 255,
            },
            "The voltage is far too high (L1 254 V, L3 255 V)",
        ),
        (
            {
                "voltage_l1_state": "normal",
                "voltage_l1": 230.0,
                "voltage_l2_state": "fluctuating",
                "voltage_l2": 99.84,
            },
            "The voltage fluctuates (L2 99.8 V)",
        ),
        (
            {"voltage_l1_state": "low_critical", "voltage_l1": None},
            "The voltage is not as it should be",
        ),
        (
            {"voltage_l1_state": "of a later version", "voltage_l1": 230.0},
            "The voltage is not as it should be",
        ),
    ],
)
async def test_words_of_voltages(
    wattwise: HomeAssistant, details: dict[str, AlertDetail], said: str
) -> None:
    """The gravest state is said, and of which phases."""
    words = await async_alert_words(wattwise)
    assert words.began(_alert(AlertKind.VOLTAGE_PROBLEM, **details)) == said


@pytest.mark.parametrize(
    ("details", "said"),
    [
        (
            {"power": 6_123.4, "contracted_power": 3_000},
            f"{OVERLOADED} (6123 W; the connection is made for 3000 W)",
        ),
        (
            {"power": None, "contracted_power": 3_000},
            OVERLOADED,
        ),
    ],
)
async def test_words_with_numbers(
    wattwise: HomeAssistant, details: dict[str, AlertDetail], said: str
) -> None:
    """Numbers are said when all of them are known."""
    words = await async_alert_words(wattwise)
    assert words.began(_alert(AlertKind.OVERLOAD, **details)) == said


BUDGET: Final = {"budget": 100.0, "unit": "EUR", "so_far": 60.0, "expected": 120.0}
PEAK: Final = {"limit": 2500, "expected": 3100, "power_to_shed": 900}


@pytest.mark.parametrize(
    ("kind", "details", "said"),
    [
        (
            AlertKind.BUDGET_AT_RISK,
            BUDGET,
            (
                "This month's bill is about to exceed the budget"
                " (120 EUR expected, 100 EUR are the budget)"
            ),
        ),
        (
            AlertKind.BUDGET_AT_RISK,
            BUDGET | {"unit": "kWh"},
            (
                "The energy used this month is about to exceed the budget"
                " (120 kWh expected, 100 kWh are the budget)"
            ),
        ),
        (
            AlertKind.BUDGET_AT_RISK,
            BUDGET | {"so_far": 110.0, "expected": None},
            "This month's bill exceeds the budget (110 EUR; 100 EUR are the budget)",
        ),
        (
            AlertKind.BUDGET_AT_RISK,
            BUDGET | {"unit": "kWh", "so_far": 110.0},
            (
                "The energy used this month exceeds the budget"
                " (110 kWh; 100 kWh are the budget)"
            ),
        ),
        (
            AlertKind.VALUE_STUCK,
            {"reason": "counter_stands"},
            "The meter tells power, but its counter stands still",
        ),
        (
            AlertKind.VALUE_STUCK,
            {"reason": "power_stands"},
            "The meter counts energy, but tells no power",
        ),
        (
            AlertKind.VALUE_STUCK,
            {"reason": "of a later version"},
            "The meter has told the same value for too long",
        ),
        (
            AlertKind.DEMAND_PEAK_AHEAD,
            PEAK | {"power_allowed": 700},
            (
                "This period's peak of power will be too high unless something is switched"
                " off (3100 W expected, 2500 W are the limit: switch off 900 W)"
            ),
        ),
        (
            AlertKind.DEMAND_PEAK_AHEAD,
            PEAK | {"power_allowed": 0},
            (
                "This period's peak of power is too high already, whatever is switched off"
                " (3100 W expected, 2500 W are the limit)"
            ),
        ),
    ],
)
async def test_words_of_cases(
    wattwise: HomeAssistant, kind: AlertKind, details: dict[str, AlertDetail], said: str
) -> None:
    """What is said fits what it is about, and whether something can still be done."""
    words = await async_alert_words(wattwise)
    assert words.began(_alert(kind, **details)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (9_300, "2 h 35 min"),
        (86_400, "1 d"),
        (90_061, "1 d 1 h"),
    ],
)
async def test_words_of_durations(
    wattwise: HomeAssistant, seconds: float, said: str
) -> None:
    """How long it lasted, as people say it."""
    words = await async_alert_words(wattwise)
    over = words.ended(_alert(AlertKind.OVERLOAD), timedelta(seconds=seconds))
    assert over == f"Overload, over after {said}"
