"""What can go wrong between WattWise and an InfluxDB server.

Each error has a key that names it in the user's language; its text is what the server
said, for the log and for those who know the server.
"""

from typing import ClassVar, Final


class InfluxError(Exception):
    """Something went wrong; what was to be written is to be tried again."""

    key: ClassVar[str]


class UnreachableError(InfluxError):
    """Nobody answers at the address."""

    key = "influx_unreachable"


class InvalidAddressError(UnreachableError):
    """The address is none."""


class ConnectionCutError(UnreachableError):
    """The server ended the connection in the middle of a request."""


class TlsError(InfluxError):
    """The server's certificate cannot be verified."""

    key = "influx_certificate"


class CredentialsError(InfluxError):
    """The server does not know the user or the token (any more)."""

    key = "influx_credentials"


class ForbiddenError(InfluxError):
    """The server knows who asks, but does not allow it."""

    key = "influx_forbidden"


class NoDatabaseError(InfluxError):
    """There is no such database, bucket or organization, or none the token may see."""

    key = "influx_no_database"


class MissingMappingError(InfluxError):
    """InfluxDB 2 can write to the bucket, but has no database mapped to it to read."""

    key = "influx_no_mapping"


class WriteOnlyError(InfluxError):
    """The server takes InfluxDB's lines but cannot be asked in InfluxQL."""

    key = "influx_write_only"


class FileLimitError(InfluxError):
    """InfluxDB 3 Core refuses to look into so many files at once."""

    key = "influx_file_limit"


class FullDiskError(InfluxError):
    """The server has no space left."""

    key = "influx_full_disk"


class ServerError(InfluxError):
    """The server fails or is too slow; it may work later."""

    key = "influx_server_error"

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        """Note when the server wants to be asked again, if it said so."""
        super().__init__(text)
        self.retry_after_s = retry_after_s


class NotInfluxError(InfluxError):
    """What answers is no InfluxDB, or a version unknown to us."""

    key = "influx_not_influx"


class RejectedError(InfluxError):
    """The server refuses what it was sent; the text says why."""

    key = "influx_rejected"


class TooLargeError(RejectedError):
    """The request is larger than the server takes."""


class NoDeleteError(RejectedError):
    """The server cannot delete points."""


ERROR_KEYS: Final = tuple(
    kind.key
    for kind in (
        CredentialsError,
        FileLimitError,
        ForbiddenError,
        FullDiskError,
        MissingMappingError,
        NoDatabaseError,
        NotInfluxError,
        RejectedError,
        ServerError,
        TlsError,
        UnreachableError,
        WriteOnlyError,
    )
)
