"""A HomeWizard P1 meter, over both of its interfaces."""

from collections.abc import Mapping
import re
from secrets import token_hex
import time
from typing import Any, Final, override

from aiohttp import web

from .passwords import bearer
from .server import HttpDevice

TOKEN: Final = "0123456789ABCDEF0123456789ABCDEF"
USER_PATH: Final = "/api/user"
# How long a device waits for its button after it was asked for a token.
BUTTON_SECONDS: Final = 30.0
_LOCAL_USER: Final = re.compile(r"local/[a-zA-Z0-9\\\-_/# ]{1,40}")


class HomeWizardP1(HttpDevice):
    """The first interface, which the owner has switched on."""

    @override
    def answers(self) -> Mapping[str, Any]:
        return {
            "/api": {
                "product_type": "HWE-P1",
                "product_name": "P1 meter",
                "serial": self.mac.lower(),
                "firmware_version": "5.18",
                "api_version": "v1",
            },
            "/api/v1/data": {
                "wifi_ssid": "home",
                "wifi_strength": 84,
                "smr_version": 50,
                "meter_model": "ISKRA  2M550T-101",
                "unique_id": "00112233445566778899AABBCCDDEEFF",
                "active_tariff": 2,
                "total_power_import_kwh": self.energy_wh / 1000,
                "total_power_import_t1_kwh": self.energy_wh / 2000,
                "total_power_import_t2_kwh": self.energy_wh / 2000,
                "total_power_export_kwh": 0.03,
                "total_power_export_t1_kwh": 0.01,
                "total_power_export_t2_kwh": 0.02,
                "active_power_w": self.power,
                "active_power_l1_w": self.power,
                "active_voltage_l1_v": 230.1,
                "active_current_a": 1.79,
                "active_current_l1_a": 1.79,
                "voltage_sag_l1_count": 1,
                "any_power_fail_count": 4,
                "montly_power_peak_w": 1111.0,
                "montly_power_peak_timestamp": 261101080010,
                "total_gas_m3": 1122.333,
                "gas_timestamp": 261121080000,
                "external": [],
            },
        }


class HomeWizardP1V2(HttpDevice):
    """The second interface: encrypted, for holders of a token."""

    encrypted = True
    open_paths = (USER_PATH,)

    def __init__(self) -> None:
        """Want the token."""
        super().__init__(bearer(TOKEN))
        self.users: dict[str, str] = {}
        """The names of those who have a token, with it."""
        self.keeps_tokens = True
        """Whether the device knows the tokens that it gives out."""
        self._waits_until = 0.0
        self._is_pressed = False

    def press_button(self) -> None:
        """Allow who has just asked for a token to have one."""
        self._is_pressed = time.monotonic() < self._waits_until

    @override
    async def _answer(self, request: web.Request, path: str) -> web.StreamResponse:
        if path != USER_PATH:
            return await super()._answer(request, path)
        if request.method != "POST" or request.headers.get("X-Api-Version") != "2":
            return web.Response(status=404)
        name = (await request.json())["name"]
        if not _LOCAL_USER.fullmatch(name):
            error = {"error": {"code": "request:invalid-parameter"}}
            return web.json_response(error, status=400)
        if not self._is_pressed:
            self._waits_until = time.monotonic() + BUTTON_SECONDS
            error = {"error": {"code": "user:creation-not-enabled"}}
            return web.json_response(error, status=403)
        self._is_pressed, self._waits_until = False, 0.0
        token = self.users[name] = token_hex(16)
        if self.keeps_tokens:
            self.guard = bearer(token)
        return web.json_response({"token": token, "name": name})

    @override
    def answers(self) -> Mapping[str, Any]:
        return {
            "/api": {
                "product_name": "P1 meter",
                "product_type": "HWE-P1",
                "serial": self.mac.lower(),
                "firmware_version": "6.0201",
                "api_version": "2.0.0",
            },
            "/api/measurement": {
                "protocol_version": 50,
                "meter_model": "ISKRA  2M550T-101",
                "unique_id": "00112233445566778899AABBCCDDEEFF",
                "timestamp": "2026-11-21T08:00:00",
                "tariff": 2,
                "energy_import_kwh": self.energy_wh / 1000,
                "energy_import_t1_kwh": self.energy_wh / 2000,
                "energy_import_t2_kwh": self.energy_wh / 2000,
                "energy_export_kwh": 0.03,
                "power_w": self.power,
                "power_l1_w": self.power,
                "voltage_l1_v": 230.1,
                "current_l1_a": 1.79,
                "average_power_15m_w": 400.0,
                "monthly_power_peak_w": 1111.0,
                "monthly_power_peak_timestamp": "2026-11-01T08:00:10",
                "external": [],
            },
        }
