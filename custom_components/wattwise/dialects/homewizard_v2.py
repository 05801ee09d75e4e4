"""HomeWizard meters and batteries, over the second of their interfaces."""

from collections.abc import Mapping
from typing import Final

from .contract.dialect import (
    Address,
    DeviceIdentity,
    Dialect,
    HttpAuth,
    HttpDialect,
    Pairing,
)
from .contract.field import Decoded
from .contract.number import epoch_ms
from .field_reader import as_object, as_text
from .homewizard_fields import circuits_of, identity_of, tell_measurement

_MEASUREMENT_PATH: Final = "/api/measurement"


class _Http:
    """Encrypted, and only for holders of a token that the owner let them have."""

    auth: HttpAuth = HttpAuth.BEARER
    identify_path: str = "/api"
    interval_s: float = 5.0
    uses_tls: bool = True
    event_path: str | None = None

    def identity(self, body: object) -> DeviceIdentity | None:
        """Return which meter answered."""
        answer = as_object(body)
        if not as_text(answer.get("api_version")).startswith("2."):
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
        return (_MEASUREMENT_PATH,)

    def decode(self, address: Address, path: str, body: object) -> Decoded:
        """Return what an answer says; its time has no zone on most firmware."""
        decoded = Decoded()
        if path == _MEASUREMENT_PATH:
            answer = as_object(body)
            tell_measurement(decoded, answer, epoch_ms(answer.get("timestamp")))
        return decoded


def _request(asker: str) -> dict[str, str]:
    """Return what to ask a token with; users that are not the cloud's are local."""
    return {"name": f"local/{asker}"}


def _token(body: object) -> str | None:
    return as_text(as_object(body).get("token")) or None


_HTTP: Final[HttpDialect] = _Http()
DIALECT: Final = Dialect(
    "homewizard_v2",
    "HomeWizard (with token)",
    circuits_of,
    http=_HTTP,
    http_headers={"X-Api-Version": "2"},
    pairing=Pairing("/api/user", _request, _token),
)
