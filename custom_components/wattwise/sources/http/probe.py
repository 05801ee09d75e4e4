"""Which device answers at an address, and what it measures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ...const import SOURCE_HTTP
from ...dialects import all_dialects
from ...dialects.contract.dialect import (
    Address,
    DeviceIdentity,
    Dialect,
    HttpDialect,
)
from ...dialects.contract.field import Field
from ..device_errors import (
    DeviceAuthError,
    DeviceUnreachableError,
    UnknownDeviceError,
    UnreadableAnswerError,
)
from ..device_settings import HttpEndpoint
from ..found_device import FoundDevice
from .certificate import async_trust
from .client import DeviceClient, without_query

# Understands any JSON, so nothing can be known by it without being told where.
GENERIC_DIALECT: Final = "generic_json"

_HTTP: Final = "_http._tcp.local."
# Type of an announcement, beginning of its name -> dialects to try, likeliest first.
# HomeWizard's newer meters speak their older language too, which needs no token.
_ANNOUNCED: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("_homewizard._tcp.local.", ""): ("homewizard", "homewizard_v2"),
    ("_hwenergy._tcp.local.", ""): ("homewizard",),
    ("_shelly._tcp.local.", ""): ("shelly_gen2",),
    (_HTTP, "iotawatt"): ("iotawatt",),
    (_HTTP, "shelly"): ("shelly_gen1", "shelly_gen2"),
    (_HTTP, "tasmota"): ("tasmota",),
}
# Those whose announcement names the port that is asked; the others announce an
# encrypted one, or one for another language.
_ANNOUNCED_PORT: Final = frozenset(
    {_HTTP, "_hwenergy._tcp.local.", "_shelly._tcp.local."}
)
_USUAL_PORT: Final = 80


@dataclass(frozen=True, slots=True)
class AnnouncedDevice:
    """Where to ask a device that announced itself, and in which dialects."""

    endpoint: HttpEndpoint
    dialects: tuple[str, ...]
    names_port: bool
    """Whether the announcement is of the port where these dialects are spoken."""


@callback
def hint_of_zeroconf(info: ZeroconfServiceInfo) -> AnnouncedDevice | None:
    """Return what an announcement says of a device; None if it is none of ours."""
    kind, name = info.type.lower(), info.name.lower()
    dialects: tuple[str, ...] = ()
    for (announced, beginning), spoken in _ANNOUNCED.items():
        if kind == announced and name.startswith(beginning):
            dialects = spoken
    if not dialects:
        return None
    if _generation(info.properties) >= 2:
        dialects = tuple(d for d in dialects if d != "shelly_gen1")
    names_port = kind in _ANNOUNCED_PORT and info.port is not None
    port = info.port if names_port else None
    host = next(
        (str(address) for address in info.ip_addresses if address.version == 4),
        info.host,
    )
    endpoint = HttpEndpoint(host, None if port == _USUAL_PORT else port)
    return AnnouncedDevice(endpoint, dialects, names_port)


def _generation(properties: Mapping[str, Any]) -> int:
    """Return which generation of Shelly an announcement names; 1 where none does."""
    generation = str(properties.get("gen") or "")
    return int(generation) if generation.isdecimal() else 1


async def async_probe(
    hass: HomeAssistant,
    endpoint: HttpEndpoint,
    dialect_names: Sequence[str] | None = None,
    path: str | None = None,
) -> FoundDevice:
    """Return the device at an endpoint with what it tells now.

    Tries these dialects in this order, all if none are named; with a path, the
    JSON at the path is read. A device that measures nothing has no circuits. Raises
    DeviceUnreachableError, DeviceAuthError with the dialects it wants a password
    in, UnknownDeviceError where no dialect is the device's, and
    UnreadableAnswerError where its values cannot be understood.
    """
    dialects = await hass.async_add_import_executor_job(all_dialects)
    endpoint = await async_trust(hass, endpoint)
    if path is not None:
        dialect = dialects[GENERIC_DIALECT]
        assert dialect.http is not None  # it is the dialect for that
        return await _Probe(hass, endpoint, dialect, dialect.http).read_path(
            "/" + path.removeprefix("/")
        )
    names = dialect_names or _quickest_first(dialects)
    refused: list[str] = []
    away: dict[bool, DeviceUnreachableError] = {}
    answered = False
    for name in names:
        dialect = dialects[name]
        # What does not answer one question needs not be asked the others.
        if (http := dialect.http) is None or (
            (uses_tls := endpoint.uses_tls or http.uses_tls) in away
        ):
            continue
        try:
            probe = await _async_prepare(hass, endpoint, dialect, http)
            identity = await probe.identify()
        except DeviceUnreachableError as err:
            away[uses_tls] = err
            continue
        except DeviceAuthError:
            refused.append(name)
            continue
        except UnreadableAnswerError:
            identity = None
        answered = True
        if identity is not None:
            return await probe.read(identity)
    if refused:
        raise DeviceAuthError(f"{endpoint.host} wants a password", tuple(refused))
    if away and not answered:
        raise next(iter(away.values()))
    raise UnknownDeviceError(f"{endpoint.host} speaks none of: {', '.join(names)}")


async def _async_prepare(
    hass: HomeAssistant, endpoint: HttpEndpoint, dialect: Dialect, http: HttpDialect
) -> _Probe:
    """Return what asks in a dialect; raises DeviceUnreachableError."""
    if http.uses_tls and not endpoint.uses_tls:
        endpoint = await async_trust(hass, replace(endpoint, uses_tls=True))
    return _Probe(hass, endpoint, dialect, http)


def _quickest_first(dialects: Mapping[str, Dialect]) -> list[str]:
    """Return the dialects to try; listening for events takes a while."""
    asked = {n: d.http for n, d in dialects.items() if n != GENERIC_DIALECT and d.http}
    return sorted(asked, key=lambda n: asked[n].identify_path == asked[n].event_path)


class _Probe:
    """Questions to a device in one dialect."""

    def __init__(
        self,
        hass: HomeAssistant,
        endpoint: HttpEndpoint,
        dialect: Dialect,
        http: HttpDialect,
    ) -> None:
        self._endpoint = endpoint
        self._dialect = dialect
        self._http = http
        self._client = DeviceClient(hass, endpoint, http, dialect.http_headers)

    async def identify(self) -> DeviceIdentity | None:
        """Return which device it is; None if it is of another kind."""
        answer = await self._client.get(self._http.identify_path)
        return self._http.identity(answer.body)

    async def read(self, identity: DeviceIdentity) -> FoundDevice:
        """Return the device with what it tells now."""
        bodies, _ = await self._ask(self._http.setup_paths(), identity)
        return await self._read(identity, self._http.address(bodies))

    async def read_path(self, path: str) -> FoundDevice:
        """Return the device that answers with some JSON at a path."""
        host, port = self._endpoint.host, self._endpoint.port
        # Some paths have a password behind the question mark, which is no name.
        page = without_query(path)
        place = f"{host}{page}" if port is None else f"{host}:{port}{page}"
        identity = DeviceIdentity(f"{self._dialect.name}:{place}", host)
        return await self._read(identity, self._http.address({path: None}))

    async def _read(self, identity: DeviceIdentity, address: Address) -> FoundDevice:
        bodies, problem = await self._ask(self._http.read_paths(address), identity)
        if problem and not bodies:
            raise problem
        fields: dict[str, Field] = {}
        for path, body in bodies.items():
            decoded = self._http.decode(address, path, body)
            fields |= {field.key: field for field in decoded.fields}
        return FoundDevice(
            identity,
            SOURCE_HTTP,
            self._dialect.name,
            address,
            fields,
            tuple(self._dialect.circuits(fields)),
            self._endpoint,
        )

    async def _ask(
        self, paths: Sequence[str], identity: DeviceIdentity
    ) -> tuple[dict[str, object], UnreadableAnswerError | None]:
        """Return the answers by path, and what was wrong with one that is missing.

        Devices of a kind differ in what they have: not all answer everything.
        """
        bodies: dict[str, object] = {}
        problem: UnreadableAnswerError | None = None
        for path in paths:
            try:
                bodies[path] = (await self._client.get(path)).body
            except UnreadableAnswerError as err:
                problem = err
            except DeviceAuthError as err:
                dialects = (self._dialect.name,)
                raise DeviceAuthError(str(err), dialects, identity) from err
        return bodies, problem
