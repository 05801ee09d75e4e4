"""Shelly's first generation: plugs, relays, dimmers, and the meters EM and 3EM.

Relays count watt minutes since their last start; EM and 3EM count watt hours for good,
and watt minutes besides, which are only taken where nothing else comes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import re
from typing import Final

from ..metering.quantity import Channel
from ..metering.reading import Refusal
from .contract.circuit import Circuit, Formula
from .contract.dialect import Address, DeviceIdentity, Dialect, HttpAuth, MqttFinding
from .contract.field import Decoded, RefusedField
from .contract.hardware_address import hardware_address
from .contract.number import number, parse_json
from .field_reader import as_list, as_object, as_text
from .formula_choice import CURRENTS, VOLTAGES, Fields, meters, single, sum_of_all

_MANUFACTURER: Final = "Shelly"
_THREE_PHASES: Final = "SHEM-3"
_TITLES: Final = {
    "SHBDUO-1": "Duo",
    "SHDM-1": "Dimmer",
    "SHDM-2": "Dimmer 2",
    "SHEM": "EM",
    "SHEM-3": "3EM",
    "SHPLG-1": "Plug",
    "SHPLG-S": "Plug S",
    "SHPLG-U1": "Plug US",
    "SHPLG2-1": "Plug E",
    "SHRGBW2": "RGBW2",
    "SHSW-1": "1",
    "SHSW-21": "2",
    "SHSW-22": "2.5",
    "SHSW-25": "2.5",
    "SHSW-44": "4Pro",
    "SHSW-L": "1L",
    "SHSW-PM": "1PM",
    "SHVIN-1": "Vintage",
}
# The values of a relay, and those of a clamp of EM or 3EM.
_METER: Final = {"power": "W", "energy": "Wmin"}
_EMETER: Final = {
    "power": "W",
    "voltage": "V",
    "current": "A",
    "pf": "1",
    "energy": "Wmin",
    "returned_energy": "Wmin",
    "total": "Wh",
    "total_returned": "Wh",
}
_NEUTRAL: Final = "neutral/0/current"
# A roller shutter and a lamp are metered like a relay; the oldest model with two relays
# has one meter for both.
_METER_TOPIC: Final = re.compile(
    r"(?:relay|roller|light|color|white)(?:/(\d{1,2}))?/(power|energy)"
)
_EMETER_TOPIC: Final = re.compile(r"emeter/(\d{1,2})/(\w+)")
_NEUTRAL_TOPIC: Final = "emeter_n/current"
# Older ones have only the second half of their address in their name.
_ID: Final = re.compile(r"shelly[\w-]*-(?:[0-9A-Fa-f]{6}|([0-9A-Fa-f]{12}))")
_PREFIX: Final = "shellies/"


def _add(decoded: Decoded, key: str, value: object, unit: str) -> None:
    # What cannot be measured is -1, though a power may well be that.
    parsed = number(value)
    if parsed == -1 and unit not in {"W", "1"}:
        decoded.refused.append(RefusedField(key, Refusal.ERROR_VALUE, parsed))
    else:
        decoded.add(key, value, unit)


def _decode_status(body: object) -> Decoded:
    """Return the values of an answer to /status."""
    decoded, status = Decoded(), as_object(body)
    emeters = as_list(status.get("emeters"))
    kind = "phase" if len(emeters) == 3 else "emeter"
    for index, values in enumerate(emeters):
        _decode_meter(f"{kind}/{index}", values, _EMETER, decoded)
    _decode_meter("neutral/0", status.get("emeter_n"), {"current": "A"}, decoded)
    if not emeters:
        for index, values in enumerate(as_list(status.get("meters"))):
            _decode_meter(f"meter/{index}", values, _METER, decoded)
    return decoded


def _decode_meter(
    meter: str, values: object, units: Mapping[str, str], decoded: Decoded
) -> None:
    told = as_object(values)
    for name, unit in units.items():
        # Relays call total what they publish as energy.
        asked = "total" if units is _METER and name == "energy" else name
        if asked not in told:
            continue
        key = f"{meter}/{name}"
        if told.get("is_valid") is False:
            refused = RefusedField(key, Refusal.ERROR_VALUE, number(told[asked]))
            decoded.refused.append(refused)
        else:
            _add(decoded, key, told[asked], unit)


def _circuits(fields: Fields) -> list[Circuit]:
    """Return the circuit of each relay and each clamp; the 3EM's phases are one."""
    phases = tuple(f"phase/{phase}" for phase in range(3))
    if any(key.startswith(phases) for key in fields):
        choices = _choices(phases, fields)
        for name, channels in (("voltage", VOLTAGES), ("current", CURRENTS)):
            for phase, channel in zip(phases, channels, strict=True):
                choices[channel] = single(fields, f"{phase}/{name}")
        choices[Channel.CURRENT_N] = single(fields, _NEUTRAL)
        return meters("", choices)
    found = []
    all_meters = sorted({key.rpartition("/")[0] for key in fields})
    clamps = [meter for meter in all_meters if meter.startswith("emeter/")]
    for meter in clamps or [m for m in all_meters if m.startswith("meter/")]:
        choices = _choices((meter,), fields)
        choices[Channel.VOLTAGE_L1] = single(fields, f"{meter}/voltage")
        choices[Channel.CURRENT_L1] = single(fields, f"{meter}/current")
        choices[Channel.POWER_FACTOR] = single(fields, f"{meter}/pf")
        found += meters(meter.rpartition("/")[2], choices)
    return found


def _choices(parts: tuple[str, ...], fields: Fields) -> dict[Channel, Formula | None]:
    """Return the channels that are sums over parts.

    What counts for good goes before what counts since the last start.
    """

    def whole(name: str) -> Formula | None:
        return sum_of_all(fields, (f"{part}/{name}" for part in parts))

    return {
        Channel.POWER: whole("power"),
        Channel.ENERGY_IMPORT: whole("total") or whole("energy"),
        Channel.ENERGY_EXPORT: whole("total_returned") or whole("returned_energy"),
    }


def _identity(mac: str, model: str, firmware: str) -> DeviceIdentity:
    title = _TITLES.get(model, model)
    name = f"{_MANUFACTURER} {title} {mac[-6:].upper()}"
    return DeviceIdentity(mac, name, model, _MANUFACTURER, firmware)


@dataclass(slots=True)
class _Heard:
    """What was heard of a device."""

    identity: DeviceIdentity | None = None
    three_phases: bool = False
    has_values: bool = False


@dataclass(slots=True)
class _Search:
    """Knows devices by their announcement, else by the name that they were given."""

    _heard: dict[str, _Heard] = field(default_factory=dict)
    """By the name that topics have."""

    def note(self, topic: str, payload: str) -> None:
        """Take a message of one of the search topics into account."""
        device, _, relative = topic.removeprefix(_PREFIX).partition("/")
        if device == "announce" or relative == "announce":
            self._note_announcement(parse_json(payload))
        elif relative == "info":
            self._note_info(device, parse_json(payload))
        elif _key(relative, three_phases=False):
            self._heard.setdefault(device, _Heard()).has_values = True

    def _note_announcement(self, body: object) -> None:
        # Later generations announce themselves in the same place, if scripted to.
        if not isinstance(body, Mapping) or "gen" in body:
            return
        device, model = body.get("id"), body.get("model")
        mac = hardware_address(body.get("mac"))
        if not isinstance(device, str) or not isinstance(model, str) or mac is None:
            return
        heard = self._heard.setdefault(device, _Heard())
        heard.identity = _identity(mac, model, as_text(body.get("fw_ver")))
        heard.three_phases = model == _THREE_PHASES

    def _note_info(self, device: str, body: object) -> None:
        if not isinstance(body, Mapping):
            return
        mac = hardware_address(body.get("mac"))
        heard = self._heard.setdefault(device, _Heard())
        if mac is None or heard.identity:
            return
        heard.identity = DeviceIdentity(mac, device, "", _MANUFACTURER)
        heard.three_phases = len(as_list(body.get("emeters"))) == 3

    def findings(self) -> Iterable[MqttFinding]:
        """Return the devices known so far; values alone tell some by their name."""
        for device, heard in self._heard.items():
            identity, three_phases = heard.identity, heard.three_phases
            if identity is None:
                if not heard.has_values or not (match := _ID.fullmatch(device)):
                    continue
                key = match[1].lower() if match[1] else f"shelly_gen1:{device}"
                identity = DeviceIdentity(key, device, "", _MANUFACTURER)
                three_phases = device.startswith("shellyem3-")
            address = {"id": device, "three_phases": three_phases}
            yield MqttFinding(identity, address)


def _key(relative: str, *, three_phases: bool) -> tuple[str, str] | None:
    """Return key and unit of the field that a topic below the device's own is."""
    if match := _METER_TOPIC.fullmatch(relative):
        return f"meter/{match[1] or 0}/{match[2]}", _METER[match[2]]
    if match := _EMETER_TOPIC.fullmatch(relative):
        kind = "phase" if three_phases else "emeter"
        unit = _EMETER.get(match[2])
        return (f"{kind}/{match[1]}/{match[2]}", unit) if unit else None
    return (_NEUTRAL, "A") if relative == _NEUTRAL_TOPIC else None


class _Mqtt:
    """The first generation over MQTT: a topic for each value."""

    search_topics: tuple[str, ...] = (f"{_PREFIX}#",)
    prompts: tuple[tuple[str, str], ...] = (
        (f"{_PREFIX}command", "announce"),
        (f"{_PREFIX}command", "update"),
    )

    def search(self) -> _Search:
        """Begin a search."""
        return _Search()

    def topics(self, address: Address) -> tuple[str, ...]:
        """Return the topics of a device's values and of its last will."""
        device = as_text(address.get("id"))
        if not device:
            return ()
        kinds = ("online", "relay/#", "roller/#", "light/#", "color/#", "white/#")
        return tuple(
            f"{_PREFIX}{device}/{kind}" for kind in (*kinds, "emeter/#", "emeter_n/#")
        )

    def decode(self, address: Address, topic: str, payload: str) -> Decoded:
        """Return what a message of the device says."""
        relative = topic.removeprefix(f"{_PREFIX}{address.get('id')}/")
        if relative == "online":
            return Decoded(online={"true": True, "false": False}.get(payload))
        decoded = Decoded()
        if known := _key(relative, three_phases=address.get("three_phases") is True):
            _add(decoded, known[0], payload, known[1])
        return decoded

    def follow_topics(self, identity_key: str) -> tuple[str, ...]:
        """Return where devices announce themselves when they start."""
        return (f"{_PREFIX}announce",)


class _Http:
    """The first generation's web server."""

    auth = HttpAuth.BASIC
    identify_path = "/shelly"
    interval_s = 10.0
    uses_tls = False
    event_path: str | None = None

    def identity(self, body: object) -> DeviceIdentity | None:
        """Return which device gave this answer; later generations name theirs."""
        if not isinstance(body, Mapping) or "gen" in body:
            return None
        model, mac = body.get("type"), hardware_address(body.get("mac"))
        if not isinstance(model, str) or mac is None:
            return None
        return _identity(mac, model, as_text(body.get("fw")))

    def setup_paths(self) -> tuple[str, ...]:
        """Return nothing: all devices answer at the same place."""
        return ()

    def address(self, bodies: Mapping[str, object]) -> Address:
        """Return nothing: all devices answer at the same place."""
        return {}

    def read_paths(self, address: Address) -> tuple[str, ...]:
        """Return where all values are."""
        return ("/status",)

    def decode(self, address: Address, path: str, body: object) -> Decoded:
        """Return the values of an answer."""
        return _decode_status(body)


DIALECT = Dialect(
    "shelly_gen1", "Shelly (first generation)", _circuits, _Mqtt(), _Http()
)
