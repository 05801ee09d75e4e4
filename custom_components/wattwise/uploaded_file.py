"""A file that somebody uploaded, kept until it is not needed any more."""

import asyncio
from pathlib import Path
import shutil
from tempfile import mkdtemp

from homeassistant.components.file_upload import process_uploaded_file
from homeassistant.core import HomeAssistant, callback


class UploadedFile:
    """A file in a temporary folder of its own."""

    def __init__(self, hass: HomeAssistant, path: Path) -> None:
        """Look after a file."""
        self.path = path
        self._hass = hass

    @property
    def name(self) -> str:
        """The name the user knows it by."""
        return self.path.name

    @callback
    def async_discard(self) -> None:
        """Delete the file in the background."""
        _discard(self._hass, self.path)


async def async_take_upload(hass: HomeAssistant, file_id: str) -> UploadedFile:
    """Take over a file that was uploaded to Home Assistant.

    Raises ValueError when it is not there any more, and OSError.
    """
    taking = hass.async_add_executor_job(_take, hass, file_id)
    try:
        return UploadedFile(hass, await asyncio.shield(taking))
    except asyncio.CancelledError:
        # The thread goes on; what it brings is nobody's.
        taking.add_done_callback(lambda done: _discard_taken(hass, done))
        raise


def _take(hass: HomeAssistant, file_id: str) -> Path:
    with process_uploaded_file(hass, file_id) as uploaded:
        folder = Path(mkdtemp(prefix="wattwise-"))
        try:
            return Path(shutil.move(uploaded, folder / uploaded.name))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


@callback
def _discard_taken(hass: HomeAssistant, taking: asyncio.Future[Path]) -> None:
    if not taking.cancelled() and taking.exception() is None:
        _discard(hass, taking.result())


@callback
def _discard(hass: HomeAssistant, path: Path) -> None:
    hass.async_add_executor_job(lambda: shutil.rmtree(path.parent, ignore_errors=True))
