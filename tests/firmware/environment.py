"""The ESPHome of this machine, and a copy of the firmware with secrets in it."""

import base64
import os
from pathlib import Path
import re
import shutil
from typing import Final

import pytest

from wattwise_dev.esphome.tool import ROOT, EsphomeMissingError, esphome_command

FIRMWARE: Final = ROOT / "firmware"


def require_esphome() -> None:
    """Skip the test where ESPHome is not installed; fail where everything must be."""
    try:
        esphome_command()
    except EsphomeMissingError as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


def device_files(folder: Path = FIRMWARE) -> list[Path]:
    """Return the ready device files of a firmware folder."""
    return [
        path
        for path in sorted((folder / "devices").glob("*.yaml"))
        if path.name != "secrets.yaml"
    ]


def copy_firmware(folder: Path) -> Path:
    """Copy the firmware as somebody would who follows the docs; return the copy."""
    copy = folder / "firmware"
    shutil.copytree(
        FIRMWARE,
        copy,
        ignore=lambda path, names: (
            {"secrets.yaml"} if Path(path) == FIRMWARE else {"__pycache__", ".esphome"}
        ),
    )
    example = (copy / "secrets.example.yaml").read_text()
    key = base64.b64encode(os.urandom(32)).decode()
    secrets, replaced = re.subn(r"(?m)^api_key: .*$", f'api_key: "{key}"', example)
    assert replaced == 1
    (copy / "secrets.yaml").write_text(secrets)
    return copy
