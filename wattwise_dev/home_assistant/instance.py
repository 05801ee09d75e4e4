"""One Home Assistant: its folder, its process and a client that may do everything."""

import asyncio
from pathlib import Path
import time
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import ClientError

from .client import Client, RestError
from .configuration import Place, url_of, write_configuration
from .flows import Flow, begin_config_flow, begin_options_flow, begin_subentry_flow
from .onboarding import Credentials, load_credentials, onboard
from .process import HomeAssistantProcess, HomeAssistantProcessError

_START_TIMEOUT_S: Final = 180.0
_POLL_S: Final = 0.2


class HomeAssistant:
    """A Home Assistant in a configuration folder, on a port of this machine.

    The folder is made when it does not exist; a home that lives in it goes on. Stop
    and start, or kill and start, as often as wanted: the token survives.
    """

    def __init__(
        self,
        config_dir: Path,
        port: int,
        *,
        place: Place | None = None,
        extra_configuration: str = "",
        with_integration: bool = True,
    ) -> None:
        """Describe a Home Assistant that is not started yet."""
        self.config_dir = config_dir.resolve()
        self.port = port
        self.url = url_of(port)
        self.credentials = load_credentials(self.config_dir)
        self.client = Client(
            self.url, self.credentials.token if self.credentials else None
        )
        self.process = HomeAssistantProcess(self.config_dir)
        self._place = place or Place()
        self._extra_configuration = extra_configuration
        self._with_integration = with_integration

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop it."""
        await self.stop()

    async def start(self, timeout_s: float = _START_TIMEOUT_S) -> float:
        """Start it and return the seconds until it answered.

        A new home answers when it can be onboarded, a known one when it is running
        with all its integrations. Raises HomeAssistantProcessError with the end of
        the log when it ends or does not answer in time; nothing runs then.
        """
        write_configuration(
            self.config_dir,
            self.port,
            self._place,
            extra_configuration=self._extra_configuration,
            with_integration=self._with_integration,
        )
        begun = time.monotonic()
        await self.process.spawn()
        try:
            await self._wait_until_answering(timeout_s)
        except BaseException:
            await self.stop()
            raise
        return time.monotonic() - begun

    async def stop(self) -> int | None:
        """Stop it in order and return its exit code."""
        await self.client.close()
        return await self.process.stop()

    async def kill(self) -> None:
        """End it at once with SIGKILL, as a power cut would."""
        await self.process.kill()
        await self.client.close()

    async def onboard(
        self, name: str = "Demo", username: str = "demo", password: str = "demo"
    ) -> Credentials:
        """Make the owner of a new home, wait until it runs, return the credentials."""
        self.credentials = await onboard(
            self.client,
            self.config_dir,
            name=name,
            username=username,
            password=password,
        )
        await self._wait_until_answering(_START_TIMEOUT_S)
        return self.credentials

    async def rest(self, method: str, path: str, json: Any = None) -> Any:
        """Return the decoded answer to a request; raises RestError from 400 on."""
        return await self.client.rest(method, path, json)

    async def command(self, command: str, **fields: Any) -> Any:
        """Return the result of a WebSocket command; raises CommandError."""
        return await self.client.command(command, **fields)

    async def begin_config_flow(self, domain: str) -> Flow:
        """Begin to set up an integration."""
        return await begin_config_flow(self.client, domain)

    async def begin_options_flow(self, entry_id: str) -> Flow:
        """Begin to change the options of a config entry."""
        return await begin_options_flow(self.client, entry_id)

    async def begin_subentry_flow(
        self, entry_id: str, subentry_type: str, **extra: Any
    ) -> Flow:
        """Begin to add a subentry to a config entry."""
        return await begin_subentry_flow(self.client, entry_id, subentry_type, **extra)

    async def _wait_until_answering(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while not await self._is_answering():
            self.process.raise_if_ended()
            if time.monotonic() > deadline:
                raise HomeAssistantProcessError(
                    f"Home Assistant did not answer on {self.url} within "
                    f"{timeout_s:.0f} s:\n{self.process.tail()}"
                )
            await asyncio.sleep(_POLL_S)

    async def _is_answering(self) -> bool:
        try:
            if self.client.token is None:
                await self.client.rest("GET", "/api/onboarding")
                return True
            config = await self.client.rest("GET", "/api/config")
        except ClientError, OSError, TimeoutError:
            return False
        except RestError as err:
            if err.status == 404:
                return False
            raise
        return bool(config["state"] == "RUNNING")
