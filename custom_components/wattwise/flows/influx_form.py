"""What is asked about an InfluxDB, and how the answers are tried."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import probatio

from homeassistant.const import (
    CONF_PASSWORD,
    CONF_TOKEN,
    CONF_URL,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from ..history.influx.probe import find_version, probe
from ..history.influx.settings import (
    InfluxSettings,
    InfluxVersion,
    server_address,
)

CONF_DATABASE = "database"
CONF_ORG = "org"

DEFAULT_DATABASE = "wattwise"

_SECRET = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
_URL = TextSelector(TextSelectorConfig(type=TextSelectorType.URL, autocomplete="url"))


def server_fields() -> dict[probatio.Marker, Any]:
    """Return the form fields that say where the server is."""
    return {
        probatio.Required(CONF_URL): _URL,
        probatio.Required(CONF_VERIFY_SSL, default=True): BooleanSelector(),
        # Only InfluxDB 3 says nothing about itself without one.
        probatio.Optional(CONF_TOKEN): _SECRET,
    }


def login_fields(version: InfluxVersion) -> dict[probatio.Marker, Any]:
    """Return the form fields for the credentials that a version knows."""
    if version is InfluxVersion.V1:
        return {
            probatio.Optional(CONF_USERNAME): TextSelector(),
            probatio.Optional(CONF_PASSWORD): _SECRET,
        }
    fields: dict[probatio.Marker, Any] = {}
    if version is InfluxVersion.V2:
        fields[probatio.Required(CONF_ORG)] = TextSelector()
    fields[probatio.Optional(CONF_TOKEN)] = _SECRET
    return fields


def with_login(settings: InfluxSettings, answers: Mapping[str, Any]) -> InfluxSettings:
    """Return the settings with the credentials of a form.

    A secret that was left empty stays as it was: forms do not show secrets again.
    """
    known = settings.as_data()
    for key in (CONF_USERNAME, CONF_ORG):
        known[key] = answers.get(key)
    if known[CONF_USERNAME] != settings.username:
        known[CONF_PASSWORD] = None
    for key in (CONF_PASSWORD, CONF_TOKEN):
        known[key] = answers.get(key) or known[key]
    return InfluxSettings.from_data(known)


async def async_find_server(
    hass: HomeAssistant, answers: Mapping[str, Any], token: str | None
) -> InfluxSettings:
    """Return settings with the version the server says it is.

    Raises InfluxError.
    """
    url = server_address(answers[CONF_URL])
    verify_tls = answers[CONF_VERIFY_SSL]
    token = answers.get(CONF_TOKEN) or token
    version = await hass.async_add_executor_job(
        partial(find_version, url, verify_tls=verify_tls, token=token)
    )
    return InfluxSettings(
        url=url,
        database=DEFAULT_DATABASE,
        username=None,
        password=None,
        token=token,
        org=None,
        verify_tls=verify_tls,
        version=version,
    )


async def async_try(hass: HomeAssistant, settings: InfluxSettings) -> InfluxSettings:
    """Write a point and read it back; raises InfluxError if that does not work."""
    return await hass.async_add_executor_job(probe, settings)
