"""What can go wrong between WattWise and a device."""

from ..dialects.contract.dialect import DeviceIdentity


class DeviceError(Exception):
    """The device cannot be read."""


class DeviceUnreachableError(DeviceError):
    """No answer: switched off, another address, or too slow."""


class DeviceAuthError(DeviceError):
    """The device wants a password, or another one."""

    def __init__(
        self,
        problem: str,
        dialects: tuple[str, ...] = (),
        identity: DeviceIdentity | None = None,
    ) -> None:
        """Say what was refused.

        `dialects` are those in which the device refused, by name; `identity` is who
        it is, where it tells that to everybody.
        """
        super().__init__(problem)
        self.dialects = dialects
        self.identity = identity


class OtherCertificateError(DeviceError):
    """Another certificate is shown than before; it may be another device's."""


class UnknownDeviceError(DeviceError):
    """Something answers, but in none of the dialects that were tried."""


class UnreadableAnswerError(DeviceError):
    """The device answers with something else than its dialect."""


class UnknownDialectError(DeviceError):
    """The device was set up in a dialect that this version does not know."""

    def __init__(self, dialect: str) -> None:
        """Name the dialect as config entries keep it."""
        super().__init__(dialect)
        self.dialect = dialect


class MqttUnavailableError(DeviceError):
    """Home Assistant has no connection to a broker."""
