"""Which device answers at an address, and what it measures."""

from collections.abc import Mapping, Sequence
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
from .client import DeviceClient

# Understands any JSON, so nothing can be known by it without being told where.
GENERIC_DIALECT: Final = "generic_json"

_HTTP: Final = "_http._tcp.local."
# Type of an announcement, beginning of its name -> dialects to try, likeliest first.
# HomeWizard's newer meters speak their older language too, which needs no token.
_ANNOUNCED: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("_esphomelib._tcp.local.", ""): ("esphome_web",),
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


@callback
def hint_of_zeroconf(
    info: ZeroconfServiceInfo,
) -> tuple[HttpEndpoint, tuple[str, ...]] | None:
    """Return where to ask the device of an announcement, and in which dialects.

    None for one that is none of ours.
    """
    kind, name = info.type.lower(), info.name.lower()
    dialects: tuple[str, ...] = ()
    for (announced, beginning), spoken in _ANNOUNCED.items():
        if kind == announced and name.startswith(beginning):
            dialects = spoken
    if not dialects:
        return None
    if _generation(info.properties) >= 2:
        dialects = tuple(d for d in dialects if d != "shelly_gen1")
    port = info.port if kind in _ANNOUNCED_PORT else None
    host = next(
        (str(address) for address in info.ip_addresses if address.version == 4),
        info.host,
    )
    return HttpEndpoint(host, None if port == _USUAL_PORT else port), dialects


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
    DeviceUnreachableError, DeviceAuthError, UnknownDeviceError where no dialect is
    the device's, and UnreadableAnswerError where its values cannot be understood.
    """
    dialects = await hass.async_add_import_executor_job(all_dialects)
    if path is not None:
        dialect = dialects[GENERIC_DIALECT]
        assert dialect.http is not None  # it is the dialect for that
        return await _Probe(hass, endpoint, dialect, dialect.http).read_path(
            "/" + path.removeprefix("/")
        )
    names = dialect_names or _quickest_first(dialects)
    refused: DeviceAuthError | None = None
    away: dict[bool, DeviceUnreachableError] = {}
    answered = False
    for name in names:
        dialect = dialects[name]
        # What does not answer one question needs not be asked the others.
        if (http := dialect.http) is None or http.uses_tls in away:
            continue
        probe = _Probe(hass, endpoint, dialect, http)
        try:
            identity = await probe.identify()
        except DeviceUnreachableError as err:
            away[http.uses_tls] = err
            continue
        except DeviceAuthError as err:
            refused = err
            continue
        except UnreadableAnswerError:
            identity = None
        answered = True
        if identity is not None:
            return await probe.read(identity)
    if refused:
        raise refused
    if away and not answered:
        raise next(iter(away.values()))
    raise UnknownDeviceError(f"{endpoint.host} speaks none of: {', '.join(names)}")


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
        bodies, _ = await self._ask(self._http.setup_paths())
        return await self._read(identity, self._http.address(bodies))

    async def read_path(self, path: str) -> FoundDevice:
        """Return the device that answers with some JSON at a path."""
        body = (await self._client.get(path)).body
        host, port = self._endpoint.host, self._endpoint.port
        place = f"{host}{path}" if port is None else f"{host}:{port}{path}"
        identity = DeviceIdentity(f"{self._dialect.name}:{place}", host)
        return await self._read(identity, self._http.address({path: body}))

    async def _read(self, identity: DeviceIdentity, address: Address) -> FoundDevice:
        bodies, problem = await self._ask(self._http.read_paths(address))
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
        self, paths: Sequence[str]
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
        return bodies, problem
