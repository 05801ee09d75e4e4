"""ESPHome devices with a web server, for those who have them without its own API."""

from collections.abc import Iterator, Mapping
import re
from typing import Any, Final
from urllib.parse import quote

from ..metering.quantity import Quantity
from .contract.dialect import Address, DeviceIdentity, Dialect, HttpAuth, HttpDialect
from .contract.field import Decoded
from .field_guess import guess_circuits
from .field_reader import as_list, as_object, as_text, tell
from .field_words import quantity_of, words_of
from .meter_units import QUANTITY_OF_UNIT

_EVENTS_PATH: Final = "/events"
_SENSOR: Final = re.compile(r"sensor[-/](.+)")
_STATE: Final = re.compile(r"\S+ (\S+)")
_NOT_WORD: Final = re.compile(r"\W+")


class _Http:
    """A stream of events that begins with all that the device knows.

    An answer to the path of the events is a list of what the first of them hold.
    """

    # All its web servers understand this, some of them nothing else.
    auth: HttpAuth = HttpAuth.BASIC
    identify_path: str = _EVENTS_PATH
    interval_s: float = 10.0
    uses_tls: bool = False
    event_path: str | None = _EVENTS_PATH

    def identity(self, body: object) -> DeviceIdentity | None:
        """Return which device began to tell; only its name is in what it tells."""
        for event in _events(body):
            title = as_text(event.get("title"))
            if title and "lang" in event and "ota" in event:
                return DeviceIdentity(f"esphome_web:{title}", title, "ESPHome")
        return None

    def setup_paths(self) -> tuple[str, ...]:
        """Return where all sensors are told at once."""
        return (_EVENTS_PATH,)

    def address(self, bodies: Mapping[str, object]) -> Address:
        """Return the names under which single sensors can be asked."""
        names = {
            match[1]: None
            for event in _events(bodies.get(_EVENTS_PATH))
            if (match := _SENSOR.fullmatch(as_text(event.get("id"))))
            and _is_of_meter(event, match[1])
        }
        return {"sensors": list(names)}

    def read_paths(self, address: Address) -> tuple[str, ...]:
        """Return a path for each sensor that can be part of a meter."""
        names = as_list(address.get("sensors"))
        return tuple(f"/sensor/{quote(name)}" for name in names if as_text(name))

    def decode(self, address: Address, path: str, body: object) -> Decoded:
        """Return what an event or an answer says of a sensor."""
        decoded = Decoded()
        for event in _events(body):
            if (match := _SENSOR.fullmatch(as_text(event.get("id")))) is None:
                continue
            # Older versions call a sensor by its id, newer ones by its name.
            key = _NOT_WORD.sub("_", match[1].lower())
            raw = event.get("value")
            # There is no number in JSON for a value that a sensor does not have.
            raw = "nan" if raw is None and "state" in event else raw
            tell(decoded, key, raw, _unit(event))
        return decoded


def _events(body: object) -> Iterator[Mapping[str, Any]]:
    """Yield the data of one event or of several."""
    for event in [body] if isinstance(body, Mapping) else as_list(body):
        yield as_object(event)


def _is_of_meter(event: Mapping[str, Any], name: str) -> bool:
    """Return whether a sensor can be part of a meter; power factors have no unit."""
    said = quantity_of(words_of(name))
    return said is Quantity.POWER_FACTOR or _unit(event) is not None


def _unit(event: Mapping[str, Any]) -> str | None:
    """Return the unit of what a meter measures: told, or behind the number."""
    unit = as_text(event.get("uom"))
    if not unit and (match := _STATE.fullmatch(as_text(event.get("state")))):
        unit = match[1]
    return unit if unit in QUANTITY_OF_UNIT else None


_HTTP: Final[HttpDialect] = _Http()
DIALECT: Final = Dialect(
    "esphome_web", "ESPHome (web server)", guess_circuits, http=_HTTP
)
