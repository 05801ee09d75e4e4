"""Certificates of devices: most are of their own making, so nobody vouches for them."""

from dataclasses import replace

from aiohttp import (
    ClientConnectorCertificateError,
    ClientError,
    ClientResponseError,
    ClientTimeout,
    Fingerprint,
    ServerFingerprintMismatch,
)

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..device_errors import DeviceUnreachableError
from ..device_settings import HttpEndpoint

_TRUST_SECONDS = 10.0
# No certificate has it: the device shows its own, and is not asked anything.
_NOBODYS = Fingerprint(bytes(32))


def accepted_certificates(endpoint: HttpEndpoint) -> Fingerprint | bool:
    """Return what aiohttp takes as `ssl`: the one that is known, or what is vouched for."""
    if endpoint.fingerprint is None:
        return True
    return Fingerprint(bytes.fromhex(endpoint.fingerprint))


async def async_trust(hass: HomeAssistant, endpoint: HttpEndpoint) -> HttpEndpoint:
    """Return an endpoint by whose certificate the device will be known again.

    One that somebody vouches for may be renewed; any other must stay the one that
    is seen now. The device is told no password. Raises DeviceUnreachableError.
    """
    if not endpoint.uses_tls or endpoint.fingerprint is not None:
        return endpoint
    session = async_get_clientsession(hass)
    limits = ClientTimeout(total=_TRUST_SECONDS)
    url = endpoint.url("/")
    try:
        try:
            async with session.head(url, timeout=limits, allow_redirects=False):
                return endpoint
        except ClientConnectorCertificateError:
            await session.head(url, timeout=limits, ssl=_NOBODYS)
    except ServerFingerprintMismatch as err:
        return replace(endpoint, fingerprint=err.got.hex())
    except ClientResponseError:
        # Whatever it said, its certificate was good.
        return endpoint
    except (ClientError, OSError) as err:
        raise DeviceUnreachableError(f"{endpoint.host}: {type(err).__name__}") from err
    raise DeviceUnreachableError(f"{endpoint.host}: no certificate")
