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


async def test_a_home_survives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner, and nobody else, can go on with the same token; it stops in order."""
    home = HomeAssistant(tmp_path, free_port(), with_integration=False)
    await home.start()
    try:
        credentials = await home.onboard()
        await only_the_owner_gets_in(home, monkeypatch)

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
        await nobody_else_starts_in(tmp_path)
    assert config["state"] == "RUNNING"
    assert not config["recovery_mode"]


async def only_the_owner_gets_in(
    home: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """See a second onboarding refused, and a request without a token."""
    assert (await home.command("auth/current_user"))["is_owner"]
    with monkeypatch.context() as patch:
        # After a long silence, Home Assistant has closed the connection.
        patch.setattr(client, "_FRESH_S", 0.0)
        assert (await home.command("auth/current_user"))["is_owner"]
    with pytest.raises(RestError) as second:
        await home.onboard()
    assert second.value.status in (403, 404)
    token, home.client.token = home.client.token, None
    with pytest.raises(RestError) as stranger:
        await home.rest("GET", "/api/states")
    home.client.token = token
    assert stranger.value.status == 401


async def nobody_else_starts_in(folder: Path) -> None:
    """See a start in a folder that is in use fail, for the reason it printed last."""
    second = HomeAssistant(folder, free_port(), with_integration=False)
    with pytest.raises(HomeAssistantProcessError, match="already running"):
        await second.start()
