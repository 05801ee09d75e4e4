"""Finds WattWise's entities in Home Assistant's registry; no name is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
import hashlib
from typing import Any, Final

from wattwise_dev.home_assistant import HomeAssistant

from .memory import KnownHome
from .plan import HOUSEHOLD_ANSWERS

_POWER: Final = "power"


@dataclass(frozen=True, slots=True)
class Entities:
    """The enabled entities of the demo home by meter and what they show."""

    _ids: Mapping[tuple[str | None, str], str]
    consumption_forecast: str | None = None
    """The id of the statistic that holds it, whether it is there yet or not."""

    def household(self, key: str) -> str | None:
        """Return an entity id of the household, None when it has no such entity."""
        return self._ids.get((None, key))

    def meter(self, meter: str, key: str) -> str | None:
        """Return an entity id of a meter, None when it has no such entity."""
        return self._ids.get((meter, key))


async def find_entities(home: HomeAssistant, known: KnownHome) -> Entities:
    """Read the registry."""
    meters = {meter.subentry_id: key for key, meter in known.meters.items()}
    registry = await home.command("config/entity_registry/list")
    ids: dict[tuple[str | None, str], str] = {
        (
            meters.get(entry["config_subentry_id"]),
            # A unique id is the id of the meter or household, and what it shows.
            entry["unique_id"].partition("_")[2],
        ): entry["entity_id"]
        for entry in registry
        if entry["config_entry_id"] == known.entry_id and not entry["disabled_by"]
    }
    powers = await _powers_of_devices(home, known, registry)
    return Entities({**powers, **ids}, _forecast_statistic(known, registry))


def _forecast_statistic(known: KnownHome, registry: list[dict[str, Any]]) -> str | None:
    """Return the id that WattWise gives the forecast of what the household uses."""
    for entry in registry:
        if (
            entry["config_entry_id"] == known.entry_id
            and not entry["config_subentry_id"]
        ):
            household = entry["unique_id"].partition("_")[0]
            digest = hashlib.sha256(household.encode()).hexdigest()[:8]
            name = HOUSEHOLD_ANSWERS["name"].lower().replace(" ", "_")
            return f"wattwise:{name}_{digest}_forecast_consumption"
    return None


async def _powers_of_devices(
    home: HomeAssistant, known: KnownHome, registry: list[dict[str, Any]]
) -> dict[tuple[str | None, str], str]:
    """Return the power of devices of other integrations: WattWise repeats none."""
    states = await home.client.states()
    meters = {meter.device_id: key for key, meter in known.meters.items()}
    return {
        (meters[entry["device_id"]], _POWER): entry["entity_id"]
        for entry in registry
        if entry["device_id"] in meters
        and entry["config_entry_id"] != known.entry_id
        and _is_power(states.get(entry["entity_id"]))
    }


def _is_power(state: Mapping[str, Any] | None) -> bool:
    return state is not None and state["attributes"].get("device_class") == _POWER
