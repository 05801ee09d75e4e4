"""Take pictures of all alerts of the supply: python -m wattwise_dev.screenshots."""

import argparse
import asyncio
from pathlib import Path
import sys
import tempfile
from typing import Final

from wattwise_dev.benchmark.progress import Progress
from wattwise_dev.browser import Screen, open_chromium
from wattwise_dev.browser.chromium import BrowserMissingError
from wattwise_dev.browser.frontend import Frontend

from .film import make_film
from .supply_tour import NotShownError, take_supply_tour
from .trial_home import trial_home

_USUAL_FOLDER: Final = (
    Path(__file__).resolve().parents[2] / ".wattwise" / "screenshots" / "supply"
)
_SCREEN: Final = Screen("tour", 1360, 620)


def main() -> int:
    """Take the pictures and say where they are; 1 where that did not work."""
    parser = argparse.ArgumentParser(
        prog="scripts/screenshots",
        description="Plays every alert of the supply on a simulated meter in a real Home "
        "Assistant, and takes a picture of each in a real browser, and a film. Takes half an "
        "hour, for alerts are no alerts before they last.",
    )
    parser.add_argument("--output", type=Path, default=_USUAL_FOLDER, metavar="FOLDER")
    folder: Path = parser.parse_args().output
    try:
        pictures = asyncio.run(_take(folder.resolve()))
    except (NotShownError, BrowserMissingError) as err:
        print(f"scripts/screenshots: {err}", file=sys.stderr)
        return 1
    for picture in pictures:
        print(picture)
    return 0


async def _take(folder: Path) -> list[Path]:
    say = Progress.begin()
    with tempfile.TemporaryDirectory() as scratch:
        async with (
            trial_home(Path(scratch) / "home") as home,
            open_chromium() as browser,
            Frontend.open(
                browser, home.instance.url, "demo", "demo", _SCREEN
            ) as frontend,
        ):
            say(f"the home answers on {home.instance.url}")
            pictures = await take_supply_tour(home, frontend, folder, say)
    film = folder / "supply-alerts.webp"
    make_film(pictures, film)
    return [*pictures, film]


if __name__ == "__main__":
    sys.exit(main())
