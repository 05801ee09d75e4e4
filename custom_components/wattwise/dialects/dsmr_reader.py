"""DSMR-reader, which publishes what a smart meter's P1 port says."""

from collections.abc import Iterable
from typing import Final

from ..metering.profile import MeterRole
from ..metering.quantity import Channel
from .contract.circuit import Circuit
from .contract.dialect import (
    Address,
    DeviceIdentity,
    Dialect,
    MqttDialect,
    MqttFinding,
    MqttSearch,
)
from .contract.field import Decoded
from .contract.number import epoch_ms, number, parse_json
from .field_reader import as_object, as_text, read_object, tell, tell_known
from .formula_choice import (
    CURRENTS,
    PHASES,
    VOLTAGES,
    Fields,
    difference,
    meters,
    single,
    sum_told,
)

_NAME: Final = "dsmr_reader"
_TITLE: Final = "DSMR-reader"
_SPLIT_PREFIX: Final = "dsmr/reading"
_JSON_TOPIC: Final = "dsmr/json"

# Which of the two tariffs is the low one differs by country; together they are the
# meter's energy in all of them.
_DELIVERED: Final = ("electricity_delivered_1", "electricity_delivered_2")
_RETURNED: Final = ("electricity_returned_1", "electricity_returned_2")
_PHASES_DELIVERED: Final = tuple(f"phase_currently_delivered_l{p}" for p in PHASES)
_PHASES_RETURNED: Final = tuple(f"phase_currently_returned_l{p}" for p in PHASES)

_UNITS: Final[dict[str, str]] = (
    dict.fromkeys(_DELIVERED + _RETURNED, "kWh")
    | {
        "electricity_currently_delivered": "kW",
        "electricity_currently_returned": "kW",
    }
    | dict.fromkeys(_PHASES_DELIVERED + _PHASES_RETURNED, "kW")
    | {f"phase_voltage_l{p}": "V" for p in PHASES}
    | {f"phase_power_current_l{p}": "A" for p in PHASES}
)


class _Search:
    """Knows DSMR-reader by its usual topics, of which each has one setting only."""

    def __init__(self) -> None:
        self._split = False
        self._json = False

    def note(self, topic: str, payload: str) -> None:
        """Take a message into account."""
        prefix, _, key = topic.rpartition("/")
        if prefix == _SPLIT_PREFIX and key in _UNITS:
            self._split = self._split or number(payload) is not None
        elif topic == _JSON_TOPIC:
            body = as_object(parse_json(payload))
            self._json = self._json or any(key in body for key in _UNITS)

    def findings(self) -> Iterable[MqttFinding]:
        """Return the one DSMR-reader of a broker."""
        # Where both are switched on they say the same. One of them is enough, and
        # the JSON has the meter's time.
        if self._json:
            yield MqttFinding(_identity(), {"json": _JSON_TOPIC})
        elif self._split:
            yield MqttFinding(_identity(), {"reading": _SPLIT_PREFIX})


def _identity() -> DeviceIdentity:
    return DeviceIdentity(f"{_NAME}:dsmr", _TITLE, "P1", _TITLE)


class _Mqtt:
    """Topics for each value, or one JSON with the decimals as texts."""

    search_topics: tuple[str, ...] = (f"{_SPLIT_PREFIX}/+", _JSON_TOPIC)
    prompts: tuple[tuple[str, str], ...] = ()

    def search(self) -> MqttSearch:
        """Begin a search."""
        return _Search()

    def topics(self, address: Address) -> tuple[str, ...]:
        """Return the one topic of the JSON, or the filter of the single values."""
        topic = as_text(address.get("json"))
        prefix = as_text(address.get("reading"))
        return (topic,) if topic else (f"{prefix}/+",) if prefix else ()

    def decode(self, address: Address, topic: str, payload: str) -> Decoded:
        """Return what a message says."""
        decoded = Decoded()
        if topic == address.get("json"):
            body = read_object(decoded, payload)
            tell_known(decoded, body, _UNITS, epoch_ms(body.get("timestamp")))
            return decoded
        prefix, _, key = topic.rpartition("/")
        if prefix == address.get("reading") and key in _UNITS and payload != "None":
            # The time of the telegram comes in a message of its own.
            tell(decoded, key, payload, _UNITS[key])
        return decoded

    def follow_topics(self, identity_key: str) -> tuple[str, ...]:
        """Return none: the topics are settings of DSMR-reader."""
        return ()


def _circuits(fields: Fields) -> list[Circuit]:
    """Return the meter at the grid."""
    choices = {
        Channel.POWER: difference(
            single(fields, "electricity_currently_delivered")
            or sum_told(fields, _PHASES_DELIVERED),
            single(fields, "electricity_currently_returned")
            or sum_told(fields, _PHASES_RETURNED),
        ),
        Channel.ENERGY_IMPORT: sum_told(fields, _DELIVERED),
        Channel.ENERGY_EXPORT: sum_told(fields, _RETURNED),
    }
    for phase, voltage, current in zip(PHASES, VOLTAGES, CURRENTS, strict=True):
        choices[voltage] = single(fields, f"phase_voltage_l{phase}")
        choices[current] = single(fields, f"phase_power_current_l{phase}")
    return meters("", choices, role=MeterRole.GRID)


_MQTT: Final[MqttDialect] = _Mqtt()
DIALECT: Final = Dialect(_NAME, _TITLE, _circuits, mqtt=_MQTT)
