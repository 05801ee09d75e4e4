"""Devices that people add, as they answer over HTTP."""

import asyncio
from collections.abc import Mapping
from typing import Any, override

from custom_components.wattwise.const import DOMAIN
from homeassistant.core import HomeAssistant

from .http_devices.passwords import Guard
from .http_devices.server import HttpDevice


class Socket(HttpDevice):
    """A HomeWizard socket: one circuit, no password."""

    def __init__(self, guard: Guard | None = None) -> None:
        """Be switched off."""
        super().__init__(guard)
        self.measures = True
        self.name = "Energy socket"

    @override
    def answers(self) -> Mapping[str, Any]:
        values = {
            "total_power_import_kwh": self.energy_wh / 1000,
            "total_power_export_kwh": 0,
            "active_power_w": self.power,
            "active_voltage_v": 230.1,
        }
        return {
            "/api": {
                "product_type": "HWE-SKT",
                "product_name": self.name,
                "serial": self.mac.lower(),
                "firmware_version": "3.03",
                "api_version": "v1",
            },
            "/api/v1/data": values if self.measures else {"wifi_strength": 80},
        }


class TwoRelays(HttpDevice):
    """A Shelly Pro 2PM: two circuits, and a password if there is a guard."""

    open_paths = ("/shelly",)

    @override
    def answers(self) -> Mapping[str, Any]:
        return {
            "/shelly": {
                "name": "Fuse box",
                "id": f"shellypro2pm-{self.mac.lower()}",
                "mac": self.mac,
                "model": "SPSW-202PE16EU",
                "gen": 2,
                "ver": "1.4.4",
                "app": "Pro2PM",
                "auth_en": self.guard is not None,
            },
            "/rpc/Shelly.GetStatus": {
                "switch:0": self._relay(0, self.power, self.energy_wh),
                "switch:1": self._relay(1, 8.0, 12_300.0),
            },
        }

    def _relay(self, index: int, power: float, energy: float) -> dict[str, Any]:
        return {
            "id": index,
            "output": True,
            "apower": power,
            "voltage": 230.1,
            "current": round(power / 230.1, 3),
            "freq": 50.0,
            "pf": 1.0,
            "aenergy": {"total": energy},
        }


class HomeMade(HttpDevice):
    """A device that shows JSON of its own."""

    def __init__(self, guard: Guard | None = None) -> None:
        """Be switched off."""
        super().__init__(guard)
        self.values: Mapping[str, Any] = {"a": 0.412, "b": 1.5, "c": 1234.5, "d": 230}
        self.rises: Mapping[str, float] = {}
        """By how much values are more with each answer."""

    @override
    def answers(self) -> Mapping[str, Any]:
        more = {key: self.values[key] + rise for key, rise in self.rises.items()}
        self.values = {**self.values, **more}
        return {"/values.json": self.values}


async def leave(hass: HomeAssistant) -> None:
    """Stop asking devices before they are switched off for good."""
    await hass.async_block_till_done(wait_background_tasks=False)
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        assert await hass.config_entries.async_unload(entry.entry_id)
    # A device may be about to take a connection that is given up already.
    await asyncio.sleep(0.05)
