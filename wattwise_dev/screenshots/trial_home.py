"""A home of which all is simulated, with a dashboard of its alerts."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wattwise_dev.demo.cards import Card, bar, card, section
from wattwise_dev.home_assistant import HomeAssistant, Place, free_port

URL_PATH: Final = "trial-home"
_ANSWERS: Final[dict[str, Any]] = {
    "name": "Trial home",
    "country": "AT",
    "currency": "EUR",
    "nominal_voltage": "230",
    "phases": "3",
    "contracted_power": 9.2,
    "tariff": "none",
}
_PHASES: Final = ("voltage_l1", "voltage_l2", "voltage_l3")
# A little more than the alerts begin at, so that both sides can be seen.
_VOLTAGES: Final = (180.0, 280.0)
_ALERTS: Final = (
    ("voltage_problem", "Voltage", "mdi:sine-wave"),
    ("neutral_lost", "Neutral conductor", "mdi:alert-octagon"),
    ("phases_unbalanced", "Phases unequal", "mdi:scale-unbalanced"),
    ("frequency_problem", "Frequency", "mdi:metronome"),
    ("overload", "Overload", "mdi:flash-alert"),
)


@dataclass(frozen=True, slots=True)
class TrialHome:
    """A home with one simulated meter."""

    instance: HomeAssistant
    meter_device: str
    entities: Mapping[str, str]
    """Entity ids by what they show: the keys of their unique ids."""

    async def play(self, condition: str, minutes: int) -> None:
        """Let the meter measure something for a while."""
        await self.instance.client.action(
            "wattwise",
            "simulate",
            device_id=self.meter_device,
            condition=condition,
            duration={"minutes": minutes},
        )

    async def state(self, key: str) -> str:
        """Return what an entity shows."""
        state = await self.instance.rest("GET", f"/api/states/{self.entities[key]}")
        return str(state["state"])


@asynccontextmanager
async def trial_home(folder: Path) -> AsyncIterator[TrialHome]:
    """Run a new home in a folder that does not exist yet."""
    home = HomeAssistant(folder, free_port(), place=Place(name="Trial home"))
    async with home:
        await home.onboard()
        household = await home.begin_config_flow("wattwise")
        while not household.step.is_done:
            await household.submit(**_ANSWERS)
        entry_id = household.step.raw["result"]["entry_id"]
        meter = await home.begin_subentry_flow(entry_id, "meter")
        await meter.choose("simulated")
        await meter.submit(name="Simulated grid meter")
        trial = await _trial(home, entry_id)
        await _show_dashboard(home, trial.entities)
        yield trial


async def _trial(home: HomeAssistant, entry_id: str) -> TrialHome:
    """Find the meter and all entities, the last of which come with the readings."""
    while True:
        registry = await home.command("config/entity_registry/list")
        ours = [entry for entry in registry if entry["config_entry_id"] == entry_id]
        entities = {
            entry["unique_id"].partition("_")[2]: entry["entity_id"] for entry in ours
        }
        if {*_PHASES, *(key for key, _, _ in _ALERTS), "alerts"} <= entities.keys():
            break
    device = next(
        entry["device_id"]
        for entry in ours
        if entry["unique_id"].endswith("voltage_l1")
    )
    return TrialHome(home, device, entities)


async def _show_dashboard(home: HomeAssistant, entities: Mapping[str, str]) -> None:
    await home.command(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        title="Trial home",
        icon="mdi:test-tube",
        require_admin=False,
        show_in_sidebar=True,
    )
    phases: list[Card | None] = []
    for phase, key in enumerate(_PHASES, 1):
        phases += [
            bar(
                entities.get(key),
                f"Phase {phase}",
                "mdi:sine-wave",
                "teal",
                _VOLTAGES,
            ),
            _line(entities.get(f"{key}_state"), "State", "mdi:list-status", "blue"),
        ]
    alerts = (
        _line(entities.get(key), name, icon, "red") for key, name, icon in _ALERTS
    )
    await home.command(
        "lovelace/config/save",
        url_path=URL_PATH,
        config={
            "title": "Trial home",
            "views": [
                {
                    "path": "alerts",
                    "type": "sections",
                    "max_columns": 3,
                    "sections": [
                        section("The phases", "mdi:sine-wave", *phases),
                        section("Alerts", "mdi:alert", *alerts),
                        section("What happened", "mdi:history", _activity(entities)),
                    ],
                }
            ],
        },
    )


def _activity(entities: Mapping[str, str]) -> Card:
    return {
        "type": "logbook",
        "target": {"entity_id": [entities[key] for key, _, _ in _ALERTS]},
        "hours_to_show": 1,
        "grid_options": {"columns": 12, "rows": 7},
    }


def _line(entity: str | None, name: str, icon: str, color: str) -> Card | None:
    return card("tile", entity, name, 12, 1, icon=icon, color=color)
