"""Shelly devices of both generations, with their passwords."""

from collections.abc import Mapping
from typing import Any, override

from .passwords import basic, digest
from .server import HttpDevice


class ShellyPlugGen1(HttpDevice):
    """A Shelly Plug S: one relay with a meter that counts watt minutes."""

    open_paths = ("/shelly",)

    def __init__(self, password: str | None = None) -> None:
        """Want the password, if there is one."""
        super().__init__(basic("admin", password) if password else None)

    def reboot(self) -> None:
        """Count from zero, as these do after each loss of power."""
        self.energy_wh = 0.0

    @override
    def answers(self) -> Mapping[str, Any]:
        return {
            "/shelly": {
                "type": "SHPLG-S",
                "mac": self.mac,
                "auth": self.guard is not None,
                "fw": "20230913-113610/v1.14.0-gcb84623",
                "discoverable": False,
                "num_outputs": 1,
                "num_meters": 1,
            },
            "/status": {
                "wifi_sta": {"connected": True, "ip": "192.0.2.7", "rssi": -61},
                "cloud": {"enabled": False, "connected": False},
                "unixtime": 1790000000,
                "serial": 3,
                "has_update": False,
                "mac": self.mac,
                "relays": [{"ison": True, "has_timer": False, "source": "http"}],
                "meters": [self._meter()],
                "temperature": 24.1,
                "ram_total": 52072,
                "uptime": 60,
            },
        }

    def _meter(self) -> dict[str, Any]:
        return {
            "power": self.power,
            "overpower": 0.0,
            "is_valid": True,
            "timestamp": 1790003600,
            "counters": [self.power, self.power, self.power],
            "total": round(self.energy_wh * 60),
        }


class Shelly3EmGen1(ShellyPlugGen1):
    """A Shelly 3EM: three clamps that count watt hours, the third one exporting."""

    @override
    def answers(self) -> Mapping[str, Any]:
        answers = {path: dict(answer) for path, answer in super().answers().items()}
        answers["/shelly"] |= {"type": "SHEM-3", "num_meters": 0, "num_emeters": 3}
        answers["/status"] |= {
            "meters": [],
            "emeters": [self._emeter(power) for power in (self.power, 0.0, -100.0)],
            "total_power": self.power - 100.0,
        }
        return answers

    def _emeter(self, power: float) -> dict[str, Any]:
        return {
            "power": power,
            "pf": 0.98,
            "current": abs(power) / 230,
            "voltage": 230.1,
            "is_valid": True,
            "total": self.energy_wh / 3,
            "total_returned": 30.0,
        }


class ShellyPlusGen2(HttpDevice):
    """A Shelly Plus 2PM: two relays with meters of their own."""

    open_paths = ("/shelly",)

    def __init__(self, password: str | None = None) -> None:
        """Want a digest of the password, if there is one."""
        realm = "shellyplus2pm-aabbccddee01"
        super().__init__(digest("admin", password, realm) if password else None)

    @override
    def answers(self) -> Mapping[str, Any]:
        return {
            "/shelly": {
                "name": "Kitchen",
                "id": "shellyplus2pm-aabbccddee01",
                "mac": self.mac,
                "slot": 1,
                "model": "SNSW-102P16EU",
                "gen": 2,
                "fw_id": "20250924-062731/1.7.1-gd336f31",
                "ver": "1.7.1",
                "app": "Plus2PM",
                "auth_en": self.guard is not None,
                "auth_domain": "shellyplus2pm-aabbccddee01",
                "profile": "switch",
            },
            "/rpc/Shelly.GetStatus": {
                "ble": {},
                "cloud": {"connected": False},
                "input:0": {"id": 0, "state": False},
                "sys": {"mac": self.mac, "unixtime": 1790000000, "uptime": 60},
                "wifi": {"sta_ip": "192.0.2.7", "status": "got ip", "rssi": -61},
            }
            | self._components(),
        }

    def _components(self) -> dict[str, Any]:
        return {
            f"switch:{index}": {
                "id": index,
                "source": "WS_in",
                "output": True,
                "apower": self.power * (index + 1),
                "voltage": 230.1,
                "freq": 50.0,
                "current": self.power * (index + 1) / 230.1,
                "pf": 0.98,
                "aenergy": {
                    "total": self.energy_wh * (index + 1),
                    "by_minute": [6866.6, 6866.6, 6866.6],
                    "minute_ts": 1790000000,
                },
                "temperature": {"tC": 52.9, "tF": 127.2},
            }
            for index in (0, 1)
        }


class ShellyPro3EmGen2(ShellyPlusGen2):
    """A Shelly Pro 3EM with its clamps on one connection of three phases."""

    @override
    def answers(self) -> Mapping[str, Any]:
        answers = {path: dict(answer) for path, answer in super().answers().items()}
        answers["/shelly"] |= {
            "model": "SPEM-003CEBEU",
            "app": "Pro3EM",
            "profile": "triphase",
        }
        return answers

    @override
    def _components(self) -> dict[str, Any]:
        phases = {
            f"{phase}_{name}": value
            for phase in "abc"
            for name, value in {
                "current": self.power / 3 / 230.1,
                "voltage": 230.1,
                "act_power": self.power / 3,
                "aprt_power": self.power / 3,
                "pf": 1.0,
                "freq": 50.0,
            }.items()
        }
        energies = {
            f"{phase}_{name}": value
            for phase in "abc"
            for name, value in {
                "total_act_energy": self.energy_wh / 3,
                "total_act_ret_energy": 10.0,
            }.items()
        }
        return {
            "em:0": {
                "id": 0,
                **phases,
                "n_current": None,
                "total_current": self.power / 230.1,
                "total_act_power": self.power,
                "total_aprt_power": self.power,
                "user_calibrated_phase": [],
            },
            "emdata:0": {
                "id": 0,
                **energies,
                "total_act": self.energy_wh,
                "total_act_ret": 30.0,
            },
        }
