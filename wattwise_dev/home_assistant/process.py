"""Home Assistant as a child process: start, stop, kill."""

import asyncio
from asyncio.subprocess import Process
import os
from pathlib import Path
import signal
import sys
from typing import Final

# Home Assistant waits up to 100 s for its own parts when it stops; a healthy one
# needs three.
_STOP_GRACE_S: Final = 60.0
_TAIL_LINES: Final = 40


class HomeAssistantProcessError(Exception):
    """Home Assistant ended or did not answer; the message holds the end of its log."""


class HomeAssistantProcess:
    """One running Home Assistant of a configuration folder."""

    def __init__(self, config_dir: Path) -> None:
        """Prepare a process that is not started yet."""
        self._config_dir = config_dir
        self._process: Process | None = None

    @property
    def console(self) -> Path:
        """What the process prints."""
        return self._config_dir / "console.log"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        process = self._process
        return process.pid if process and process.returncode is None else None

    async def spawn(self) -> None:
        """Start the process; raises HomeAssistantProcessError if it runs already."""
        if self.pid is not None:
            raise HomeAssistantProcessError(f"It runs already, as process {self.pid}")
        output = await asyncio.to_thread(self.console.open, "wb")
        with output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "homeassistant",
                "--config",
                str(self._config_dir),
                "--skip-pip",
                "--log-no-color",
                # From the repository's folder, its custom_components would be found
                # beside the one of the configuration folder.
                cwd=self._config_dir,
                env=_environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C in the terminal is for the parent, which stops its child.
                start_new_session=True,
            )

    def raise_if_ended(self) -> None:
        """Raise HomeAssistantProcessError when the process is gone."""
        if self._process is None:
            raise HomeAssistantProcessError("Home Assistant was not started")
        if (code := self._process.returncode) is not None:
            raise HomeAssistantProcessError(
                f"Home Assistant ended with code {code}:\n{self.tail()}"
            )

    async def stop(self) -> int | None:
        """End the process in order and return its exit code, None if not started."""
        process = self._process
        if process is None:
            return None
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), _STOP_GRACE_S)
            except TimeoutError:
                await self.kill()
            except asyncio.CancelledError:
                # Nobody wants to wait any longer, and nothing may be left behind.
                await self.kill()
                raise
        return process.returncode

    async def wait(self) -> int:
        """Wait until the process ends by itself and return its exit code."""
        if self._process is None:
            raise HomeAssistantProcessError("Home Assistant was not started")
        return await self._process.wait()

    async def kill(self) -> None:
        """End the process and its children at once, as a power cut would."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    def resident_memory(self) -> int:
        """Return the resident memory of the process [bytes]."""
        if self.pid is None:
            self.raise_if_ended()
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        for line in status.splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise HomeAssistantProcessError(f"No memory figures of process {self.pid}")

    def tail(self) -> str:
        """Return the end of what the process printed."""
        if not self.console.exists():
            return ""
        text = self.console.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-_TAIL_LINES:])


def _environment() -> dict[str, str]:
    """Return our own environment variables, but let Python keep what it compiled.

    Home Assistant imports more than two thousand modules. To compile them all takes
    longer than everything else it does to start.
    """
    variables = dict(os.environ)
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    return variables
