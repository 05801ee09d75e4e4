"""How to reach one database of one InfluxDB server."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit

from .errors import InvalidAddressError


class InfluxVersion(StrEnum):
    """The generation of a server, which decides how it is spoken to."""

    V1 = "1"
    V2 = "2"
    V3 = "3"


@dataclass(frozen=True, slots=True)
class InfluxSettings:
    """A server and what to use there.

    `database` is the bucket of InfluxDB 2; for 1 it may name a retention policy too
    ("database/policy"). 1 knows users with passwords, 2 and 3 know tokens, 2 also
    organizations.
    """

    url: str
    database: str
    username: str | None
    password: str | None
    token: str | None
    org: str | None
    verify_tls: bool
    version: InfluxVersion

    @property
    def place(self) -> str:
        """What tells the database from all others, whoever asks."""
        return " ".join(filter(None, (self.url, self.org, self.database)))

    def as_data(self) -> dict[str, Any]:
        """Return what `from_data` takes."""
        return asdict(self) | {"version": self.version.value}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return the settings that were stored."""
        return cls(**{**data, "version": InfluxVersion(data["version"])})


def server_address(text: str) -> str:
    """Return the address of a server as typed, complete; raises InvalidAddressError.

    A path in it stays, for servers behind a proxy; a missing scheme is that of most.
    """
    text = text.strip()
    if "://" not in text:
        text = f"http://{text}"
    try:
        address = urlsplit(text)
        # Reading the port checks it.
        complete = bool(address.hostname) and address.port != 0
    except ValueError as err:
        raise InvalidAddressError(text) from err
    if not complete or address.scheme not in {"http", "https"}:
        raise InvalidAddressError(text)
    if address.username is not None or address.query or address.fragment:
        # A password does not belong into an address, which is shown and logged.
        raise InvalidAddressError(f"{address.scheme}://{address.hostname}")
    return text.rstrip("/")
