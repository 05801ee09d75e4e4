"""What arguments of the command line may be."""

import argparse
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from holidays import HolidayBase, country_holidays


def existing_file(text: str) -> Path:
    """Return the file of a path."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path


def new_file(text: str) -> Path:
    """Return a path that can be written to."""
    path = Path(text)
    if not path.parent.is_dir() or path.is_dir():
        raise argparse.ArgumentTypeError(f"no file can be written at {text}")
    return path


def time_zone(text: str) -> tzinfo:
    """Return a time zone by its name."""
    if text not in available_timezones():
        raise argparse.ArgumentTypeError(f"no time zone is called {text}")
    return ZoneInfo(text)


def country(text: str) -> HolidayBase:
    """Return the public holidays of a country, or of a part of it."""
    country, _, part = text.partition("-")
    try:
        return country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        raise argparse.ArgumentTypeError(
            f"the public holidays of {text} are not known"
        ) from None


def positive(text: str) -> int:
    """Return a whole number above 0."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 on")
    return int(text)
