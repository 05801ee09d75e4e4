"""Setting up, changing and ending the export to InfluxDB, on a real server."""

import pytest

from custom_components.wattwise.const import CONF_INFLUX
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from wattwise_dev.home_assistant import free_port
from wattwise_dev.influxdb.influx_server import InfluxServer

from .history.influx.http_server import Answer, HttpServer
from .homes import async_add_household, push_meter
from .household_flows import open_options, submit_options, suggested
from .influx_servers import DATABASE, PASSWORD, USER, influx
from .translated_flows import translated_flows

__all__ = ["influx", "translated_flows"]

pytestmark = pytest.mark.real


@pytest.fixture(autouse=True)
def _wattwise(wattwise: HomeAssistant) -> None:
    """Run in a folder of its own."""


async def test_set_up_change_and_end(hass: HomeAssistant, influx: InfluxServer) -> None:
    """The form finds the version, takes the right credentials, and lets go again."""
    entry = await async_add_household(hass, push_meter())
    result = await open_options(hass, entry, "influx")
    assert result["step_id"] == "influx_server"
    result = await submit_options(hass, result, url=f"{influx.url}/ ", verify_ssl=True)
    assert result["step_id"] == "influx_login_1"
    assert suggested(result, "database") == "wattwise"

    wrong = await submit_options(
        hass, result, database=DATABASE, username=USER, password="wrong"
    )
    assert wrong["errors"] == {"base": "influx_credentials"}
    wrong = await submit_options(
        hass, wrong, database="other", username=USER, password=PASSWORD
    )
    assert wrong["errors"] == {"base": "influx_no_database"} or wrong["errors"] == {
        "base": "influx_forbidden"
    }
    result = await submit_options(
        hass, wrong, database=DATABASE, username=USER, password=PASSWORD
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    stored = entry.options[CONF_INFLUX]
    assert (stored["url"], stored["version"]) == (influx.url, "1")
    assert "contracted_power" in entry.options
    assert influx.run("SHOW MEASUREMENTS", DATABASE) == []

    # The password need not be entered again to change something else.
    await hass.async_block_till_done()
    result = await open_options(hass, entry, "influx")
    assert result["type"] is FlowResultType.MENU
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": "influx_server"}
    )
    assert suggested(result, "url") == influx.url
    result = await submit_options(hass, result, url=influx.url, verify_ssl=False)
    assert suggested(result, "username") == USER
    result = await submit_options(hass, result, database=DATABASE, username=USER)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options[CONF_INFLUX]["password"] == PASSWORD

    await hass.async_block_till_done()
    # What else is set up stays when the tariff is changed.
    result = await open_options(hass, entry, "tariff_and_power")
    result = await submit_options(hass, result, tariff="none")
    assert CONF_INFLUX in entry.options

    await hass.async_block_till_done()
    result = await open_options(hass, entry, "influx")
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": "influx_end"}
    )
    result = await submit_options(hass, result)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert CONF_INFLUX not in entry.options


async def test_nobody_there(hass: HomeAssistant, socket_enabled: None) -> None:
    """A wrong address is told as such, and can be corrected."""
    entry = await async_add_household(hass)
    result = await open_options(hass, entry, "influx")
    for url in (f"http://127.0.0.1:{free_port()}", "not an address", "ftp://x"):
        result = await submit_options(hass, result, url=url, verify_ssl=True)
        assert result["errors"] == {"base": "influx_unreachable"}, url
        assert suggested(result, "url") == url


async def test_something_else_is_there(
    hass: HomeAssistant, socket_enabled: None
) -> None:
    """The form says what answered, which may be another device of the home."""
    entry = await async_add_household(hass, push_meter())
    result = await open_options(hass, entry, "influx")
    page = Answer(404, "<html><body>No such page</body></html>")
    with HttpServer(lambda _: page) as other:
        result = await submit_options(hass, result, url=other.url, verify_ssl=True)
    assert result["errors"] == {"base": "influx_not_influx"}
    placeholders = result["description_placeholders"]
    assert placeholders
    assert placeholders["detail"] == "HTTP status 404"
