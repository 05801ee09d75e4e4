"""What can go wrong between WattWise and a device."""


class DeviceError(Exception):
    """The device cannot be read."""


class DeviceUnreachableError(DeviceError):
    """No answer: switched off, another address, or too slow."""


class DeviceAuthError(DeviceError):
    """The device wants a password, or another one."""


class UnknownDeviceError(DeviceError):
    """Something answers, but in none of the dialects that were tried."""


class UnreadableAnswerError(DeviceError):
    """The device answers with something else than its dialect."""


class MqttUnavailableError(DeviceError):
    """Home Assistant has no connection to a broker."""
