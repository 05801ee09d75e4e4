"""Asking a device for a token, which it gives out when its button is pressed."""

from dataclasses import replace

from homeassistant.core import HomeAssistant
from homeassistant.helpers import instance_id

from ...const import DOMAIN
from ...dialects.contract.dialect import Dialect
from ..device_errors import DeviceAuthError, UnreadableAnswerError
from ..device_settings import HttpEndpoint
from .certificate import async_trust
from .client import DeviceClient

# Enough of an installation's id to tell two of them in one home apart.
_ID_LENGTH = 6


async def async_pair(
    hass: HomeAssistant, endpoint: HttpEndpoint, dialect: Dialect
) -> HttpEndpoint | None:
    """Return the endpoint with the token that the device there has given out.

    None while its button was not pressed: the device now waits for that. Raises
    DeviceUnreachableError or UnreadableAnswerError.
    """
    http, pairing = dialect.http, dialect.pairing
    assert http is not None  # there is no token without it
    assert pairing is not None
    uses_tls = endpoint.uses_tls or http.uses_tls
    stranger = replace(endpoint, token=None, uses_tls=uses_tls)
    stranger = await async_trust(hass, stranger)
    client = DeviceClient(hass, stranger, http, dialect.http_headers)
    # A device has one token for each name; another Home Assistant keeps its own.
    installation = await instance_id.async_get(hass)
    request = pairing.request(f"{DOMAIN}-{installation[:_ID_LENGTH]}")
    try:
        answer = await client.post(pairing.path, request)
    except DeviceAuthError:
        return None
    if (token := pairing.token(answer)) is None:
        raise UnreadableAnswerError(f"{pairing.path}: no token")
    return replace(stranger, token=token)
