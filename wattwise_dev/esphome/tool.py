"""The `esphome` command of the environment which `scripts/setup --esphome` makes."""

from collections.abc import Sequence
import os
from pathlib import Path
import subprocess

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".wattwise" / "esphome"
# What ESPHome writes: generated sources, objects and programs.
DATA = ROOT / ".wattwise" / "esphome-data"


class EsphomeMissingError(Exception):
    """ESPHome is not installed; the message says how to install it."""


class EsphomeFailedError(Exception):
    """ESPHome refused a file or could not build it; the message is its output."""


def esphome_command() -> Path:
    """Return the command; raise EsphomeMissingError where it is not installed."""
    command = ENVIRONMENT / "bin" / "esphome"
    if not command.exists():
        raise EsphomeMissingError(
            "ESPHome is not installed (scripts/setup --esphome installs it)"
        )
    return command


def validate(*files: Path, data: Path = DATA) -> str:
    """Return the complete configuration which ESPHome reads from device files."""
    return run("config", files, data=data)


def generate(*files: Path, data: Path = DATA) -> str:
    """Write the C++ sources of device files to `data`, without compiling them.

    Returns what ESPHome printed.
    """
    return run("compile", files, "--only-generate", data=data)


def run(
    verb: str,
    files: Sequence[Path],
    *options: str,
    data: Path = DATA,
    substitutions: dict[str, str] | None = None,
    seconds: float = 600,
) -> str:
    """Return what ESPHome printed; raise EsphomeFailedError when it fails.

    Substitutions win over those in the files.
    """
    command = esphome_command()
    data.mkdir(parents=True, exist_ok=True)
    arguments = [str(command)]
    for name, value in (substitutions or {}).items():
        arguments += ["--substitution", name, value]
    arguments += [verb, *options, *map(str, files)]
    try:
        done = subprocess.run(  # noqa: S603
            arguments,
            env=_surroundings(command.parent, data),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EsphomeFailedError(
            f"esphome {verb} did not end within {seconds:g} s"
        ) from error
    if done.returncode != 0:
        raise EsphomeFailedError(done.stdout)
    return done.stdout


def _surroundings(programs: Path, data: Path) -> dict[str, str]:
    """Return the environment variables with which ESPHome keeps to its folders."""
    return {
        **os.environ,
        # Its ninja is found on the path.
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "ESPHOME_DATA_DIR": str(data),
        "PLATFORMIO_CORE_DIR": str(data / "platformio"),
        # Otherwise a .gitignore is written beside the device files.
        "ESPHOME_NOGITIGNORE": "true",
        "NO_COLOR": "1",
    }
