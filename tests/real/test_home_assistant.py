"""The harness that starts a real Home Assistant."""

from pathlib import Path

import pytest

from wattwise_dev.home_assistant import (
    HomeAssistant,
    HomeAssistantProcessError,
    RestError,
    client,
    free_port,
)

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]


async def test_a_home_survives_a_power_cut(tmp_path: Path) -> None:
    """Its owner can go on with the same token, and it stops in order."""
    home = HomeAssistant(tmp_path, free_port(), with_integration=False)
    await home.start()
    try:
        credentials = await home.onboard()
        assert (await home.command("auth/current_user"))["is_owner"]

        await home.kill()
        with pytest.raises(HomeAssistantProcessError):
            home.process.raise_if_ended()
        await home.start()

        assert (await home.command("auth/current_user"))["is_owner"]
        assert home.process.resident_memory() > 50_000_000
    finally:
        exit_code = await home.stop()
    assert exit_code == 0

    again = HomeAssistant(tmp_path, free_port(), with_integration=False)
    assert again.credentials == credentials
    async with again:
        config = await again.rest("GET", "/api/config")
    assert config["state"] == "RUNNING"
    assert not config["recovery_mode"]


async def test_only_the_owner_gets_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second onboarding is refused, and so is a request without a token."""
    async with HomeAssistant(tmp_path, free_port(), with_integration=False) as home:
        await home.onboard()
        assert (await home.command("auth/current_user"))["is_owner"]
        # After a long silence, Home Assistant has closed the connection.
        monkeypatch.setattr(client, "_FRESH_S", 0.0)
        assert (await home.command("auth/current_user"))["is_owner"]
        with pytest.raises(RestError) as second:
            await home.onboard()
        assert second.value.status in (403, 404)
        home.client.token = None
        with pytest.raises(RestError) as stranger:
            await home.rest("GET", "/api/states")
        assert stranger.value.status == 401


async def test_a_broken_configuration_is_told(tmp_path: Path) -> None:
    """What Home Assistant printed last is in the error."""
    first = HomeAssistant(tmp_path, free_port(), with_integration=False)
    async with first:
        # The folder is in use.
        second = HomeAssistant(tmp_path, free_port(), with_integration=False)
        with pytest.raises(HomeAssistantProcessError, match="already running"):
            await second.start()
