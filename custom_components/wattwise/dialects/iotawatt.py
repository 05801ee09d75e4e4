"""IoTaWatt, which measures up to fourteen circuits with clamps."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
import re
from typing import Any, Final

from ..metering.quantity import Channel
from .contract.circuit import Circuit, Formula
from .contract.dialect import Address, DeviceIdentity, Dialect, HttpAuth, HttpDialect
from .contract.field import Decoded
from .contract.hardware_address import hardware_address
from .contract.number import epoch_ms
from .field_reader import as_list, as_object, as_text, tell
from .formula_choice import Fields, meters, single

_SERIES_PATH: Final = "/query?show=series"
_SERIES_NAME: Final = re.compile(r"\w+")
_METHODS: Final[dict[str, tuple[str, ...]]] = {
    "Watts": ("watts",),
    "Volts": ("volts", "hz"),
}
_DECIMALS: Final = {"watts": 1, "volts": 1, "hz": 2, "wh": 1}
_UNITS: Final = {"watts": "W", "volts": "V", "hz": "Hz", "wh": "Wh"}
# The energy of a group is what was used in it. Grouping everything since a fixed
# moment before the first IoTaWatt was made (2016) therefore counts like a meter. The
# device answers from the ends of the time only, so a long one costs it no more.
_COUNTED_SINCE: Final = 1_451_606_400
# It does not sample while it answers: ask for little.
_WINDOW_S: Final = 10


class _Http:
    """Queries of its log; the columns of an answer are those that were asked for."""

    auth: HttpAuth = HttpAuth.DIGEST
    identify_path: str = "/status?wifi=yes&stats=yes"
    interval_s: float = 10.0
    uses_tls: bool = False
    event_path: str | None = None

    def identity(self, body: object) -> DeviceIdentity | None:
        """Return which IoTaWatt answered."""
        answer = as_object(body)
        key = hardware_address(as_object(answer.get("wifi")).get("mac"))
        if key is None or not isinstance(answer.get("stats"), Mapping):
            return None
        firmware = as_text(answer["stats"].get("version"))
        return DeviceIdentity(key, "IoTaWatt", "IoTaWatt", "IoTaWatt", firmware)

    def setup_paths(self) -> tuple[str, ...]:
        """Return where the names of the inputs and outputs are."""
        return (_SERIES_PATH,)

    def address(self, bodies: Mapping[str, object]) -> Address:
        """Return the names of the series of power and of voltage."""
        series: dict[str, list[str]] = {unit: [] for unit in _METHODS}
        for item in as_list(as_object(bodies.get(_SERIES_PATH)).get("series")):
            name = as_text(as_object(item).get("name"))
            unit = as_text(as_object(item).get("unit"))
            if unit in series and _SERIES_NAME.fullmatch(name):
                series[unit].append(name)
        return series

    def read_paths(self, address: Address) -> tuple[str, ...]:
        """Return the question for the last seconds, and the one for the counters."""
        momentary, counters = _columns(address)
        paths = []
        if momentary:
            window = f"begin=s-{_WINDOW_S}s&end=s&group={_WINDOW_S}s"
            paths.append(_query(["time.utc.unix", *momentary], window))
        if counters:
            paths.append(_query(counters, f"begin={_COUNTED_SINCE}&end=s&group=all"))
        return tuple(paths)

    def decode(self, address: Address, path: str, body: object) -> Decoded:
        """Return what the last row of an answer says."""
        decoded = Decoded()
        paths = self.read_paths(address)
        if path not in paths:
            return decoded
        rows = as_list(body) or as_list(as_object(body).get("data"))
        row = as_list(rows[-1]) if rows else []
        momentary, counters = _columns(address)
        if "group=all" in path:
            columns, time_ms = counters, None
        else:
            columns = momentary
            # A row has the time of its beginning.
            time_ms = epoch_ms(row[0]) if row else None
            row = row[1:]
        for column, raw in zip(columns, row, strict=False):
            name, method, _ = column.split(".")
            tell(decoded, f"{name}.{method}", raw, _UNITS[method], time_ms)
        return decoded


def _query(columns: list[str], window: str) -> str:
    return f"/query?select=[{','.join(columns)}]&{window}"


def _columns(address: Address) -> tuple[list[str], list[str]]:
    """Return what to ask for: momentary values, and counters."""
    momentary = [
        _column(name, method)
        for unit, methods in _METHODS.items()
        for name in _names(address, unit)
        for method in methods
    ]
    return momentary, [_column(name, "wh") for name in _names(address, "Watts")]


def _names(address: Address, unit: str) -> Iterator[str]:
    names: list[Any] = as_list(address.get(unit))
    return (name for name in names if isinstance(name, str))


def _column(name: str, method: str) -> str:
    return f"{name}.{method}.d{_DECIMALS[method]}"


def _circuits(fields: Fields) -> list[Circuit]:
    """Return a circuit for each series of power; the first one has the voltage."""
    names = [
        name
        for name, _, method in (key.rpartition(".") for key in fields)
        if method == "watts"
    ]
    circuits: list[Circuit] = []
    for name in names:
        choices: dict[Channel, Formula | None] = {
            Channel.POWER: single(fields, f"{name}.watts")
        }
        if not circuits:
            # The first voltage input is the mains on nearly all.
            choices[Channel.VOLTAGE_L1] = _first(fields, "volts")
            choices[Channel.FREQUENCY] = _first(fields, "hz")
        counter = None if _is_netted(fields, name) else single(fields, f"{name}.wh")
        circuits += [
            replace(circuit, supply_channels=supply.channels)
            for circuit, supply in zip(
                meters(name, {**choices, Channel.ENERGY_IMPORT: counter}, name=name),
                meters(name, choices, name=name),
                strict=True,
            )
        ]
    return circuits


def _is_netted(fields: Fields, name: str) -> bool:
    """Whether energy was seen to flow back: such a counter falls, and is none.

    Where it may flow back one day, nothing but power is taken from the beginning.
    """
    return any(
        (field := fields.get(f"{name}.{method}")) is not None and field.value < 0
        for method in ("watts", "wh")
    )


def _first(fields: Fields, method: str) -> Formula | None:
    keys = (key for key in fields if key.endswith(f".{method}"))
    return single(fields, next(keys, ""))


_HTTP: Final[HttpDialect] = _Http()
DIALECT: Final = Dialect("iotawatt", "IoTaWatt", _circuits, http=_HTTP)
