"""Which files of the server actions may read and write."""

from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from ..const import DOMAIN

# Besides the folders Home Assistant allows, files may lie in this one.
OWN_FOLDER: Final = "wattwise"


async def async_file_to_read(hass: HomeAssistant, name: str) -> Path:
    """Return a file, if it is one that may be read; names begin at the configuration.

    Raises ServiceValidationError.
    """

    def resolve() -> tuple[Path, bool, bool]:
        path, own = _resolved(hass, name)
        allowed = own or hass.config.is_allowed_path(str(path))
        return path, allowed, allowed and path.is_file()

    path, allowed, exists = await hass.async_add_executor_job(resolve)
    if not allowed or not exists:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="file_not_found" if allowed else "file_not_allowed",
            translation_placeholders={"file": name, "folder": OWN_FOLDER},
        )
    return path


async def async_file_to_write(
    hass: HomeAssistant, name: str, *, overwrite: bool
) -> Path:
    """Return a file in our own folder that may be written; the folder is made.

    Raises ServiceValidationError.
    """

    def resolve() -> tuple[Path, bool, bool]:
        path, own = _resolved(hass, name)
        return path, own, own and path.exists()

    path, own, exists = await hass.async_add_executor_job(resolve)
    if not own or path.name.startswith("."):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="file_not_writable",
            translation_placeholders={"file": name, "folder": OWN_FOLDER},
        )
    if exists and not overwrite:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="file_exists",
            translation_placeholders={"file": name},
        )
    return path


def _resolved(hass: HomeAssistant, name: str) -> tuple[Path, bool]:
    """Return the path a name means, and whether it lies in our own folder."""
    config_folder = Path(hass.config.config_dir)
    path = (config_folder / name).resolve()
    folder = (config_folder / OWN_FOLDER).resolve()
    return path, path != folder and path.is_relative_to(folder)
