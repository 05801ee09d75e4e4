"""The texts that say what is wrong with a device."""

from typing import Final

from ..sources.device_errors import (
    DeviceAuthError,
    DeviceError,
    DeviceUnreachableError,
    MqttUnavailableError,
    OtherCertificateError,
    UnknownDeviceError,
)
from .read_again import AnotherDeviceError

_PROBLEMS: Final[dict[type[DeviceError], str]] = {
    AnotherDeviceError: "another_device",
    DeviceUnreachableError: "cannot_connect",
    DeviceAuthError: "invalid_auth",
    OtherCertificateError: "other_certificate",
    UnknownDeviceError: "unknown_device",
    MqttUnavailableError: "mqtt_unavailable",
}


def problem_key(err: DeviceError) -> str:
    """Return the key of the text that says what is wrong with a device."""
    return _PROBLEMS.get(type(err), "unreadable_answer")
