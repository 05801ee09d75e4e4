"""The first minutes of a new Home Assistant: its owner, and a token that stays."""

import asyncio
from dataclasses import asdict, dataclass
import json
from pathlib import Path
from typing import Final

from .client import Client

_FILE: Final = "demo_access.json"
_CLIENT: Final = "wattwise_dev"
_TOKEN_DAYS: Final = 3650
_SAVE_TIMEOUT_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who may log in, and the long-lived token of that user."""

    username: str
    password: str
    token: str


def load_credentials(config_dir: Path) -> Credentials | None:
    """Return the credentials kept in a configuration folder, None for a new one."""
    path = config_dir / _FILE
    if not path.exists():
        return None
    return Credentials(**json.loads(path.read_text(encoding="utf-8")))


async def onboard(
    client: Client, config_dir: Path, *, name: str, username: str, password: str
) -> Credentials:
    """Make the owner over the onboarding interface and return a lasting token.

    The client talks as this owner afterwards. Raises RestError when the home has an
    owner already.
    """
    client_id = f"{client.url}/"
    owner = await client.rest(
        "POST",
        "/api/onboarding/users",
        {
            "client_id": client_id,
            "name": name,
            "username": username,
            "password": password,
            "language": "en",
        },
    )
    tokens = await client.rest(
        "POST",
        "/auth/token",
        form={
            "client_id": client_id,
            "grant_type": "authorization_code",
            "code": owner["auth_code"],
        },
    )
    client.token = tokens["access_token"]
    for step in await client.rest("GET", "/api/onboarding"):
        if not step["done"]:
            await client.rest(
                "POST",
                f"/api/onboarding/{step['step']}",
                {"client_id": client_id, "redirect_uri": client_id},
            )
    token = await client.command(
        "auth/long_lived_access_token",
        client_name=_CLIENT,
        lifespan=_TOKEN_DAYS,
    )
    credentials = Credentials(username, password, token)
    await _wait_until_saved(config_dir)
    (config_dir / _FILE).write_text(json.dumps(asdict(credentials)), encoding="utf-8")
    (config_dir / _FILE).chmod(0o600)
    # Commands so far went over a connection of the first token.
    await client.close()
    client.token = token
    return credentials


async def _wait_until_saved(config_dir: Path) -> None:
    """Wait until the token would survive a power cut: it is saved with a delay."""
    users = config_dir / ".storage" / "auth"
    async with asyncio.timeout(_SAVE_TIMEOUT_S):
        while True:
            if users.exists() and _CLIENT in users.read_text(encoding="utf-8"):
                return
            await asyncio.sleep(0.1)
