"""HomeWizard meters and sockets, over the first of their interfaces."""

from collections.abc import Mapping
from typing import Final

from .contract.dialect import Address, DeviceIdentity, Dialect, HttpAuth, HttpDialect
from .contract.field import Decoded
from .field_reader import as_object, as_text
from .homewizard_fields import circuits_of, identity_of, tell_measurement

_DATA_PATH: Final = "/api/v1/data"


class _Http:
    """Open to everybody once the owner has switched the local interface on."""

    auth: HttpAuth = HttpAuth.NONE
    identify_path: str = "/api"
    interval_s: float = 5.0
    uses_tls: bool = False
    event_path: str | None = None

    def identity(self, body: object) -> DeviceIdentity | None:
        """Return which meter answered."""
        answer = as_object(body)
        if as_text(answer.get("api_version")) != "v1":
            return None
        return identity_of(answer)

    def setup_paths(self) -> tuple[str, ...]:
        """Return none: the paths are the same for all."""
        return ()

    def address(self, bodies: Mapping[str, object]) -> Address:
        """Return nothing to keep."""
        return {}

    def read_paths(self, address: Address) -> tuple[str, ...]:
        """Return where the values are."""
        return (_DATA_PATH,)

    def decode(self, address: Address, path: str, body: object) -> Decoded:
        """Return what an answer says."""
        decoded = Decoded()
        if path == _DATA_PATH:
            tell_measurement(decoded, as_object(body), None)
        return decoded


_HTTP: Final[HttpDialect] = _Http()
DIALECT: Final = Dialect("homewizard", "HomeWizard", circuits_of, http=_HTTP)
