"""Calling the actions of meters in tests."""

import csv
from pathlib import Path
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .homes import only_meter


def meter_device(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the id of the device of the household's only meter."""
    return dr.async_get_device_id_by_identifier(
        hass,
        (DOMAIN, only_meter(entry).profile.meter_id),
        config_entry_id=entry.entry_id,
    )


async def call(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Call an action and return its response."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert response is not None
    return response


def write_csv(path: Path, rows: list[list[Any]], delimiter: str = ",") -> None:
    """Write a file as a portal would offer it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
