"""Measure every 10 seconds and send; put your device into measure()."""

import logging
import os

from wattwise_push import Client, ReadingQueue


def measure() -> dict[str, float]:
    """Return what the meter shows at this moment."""
    return {"power": 412.0, "energy_import": 1234.567}


def main() -> None:
    """Send until the program is ended."""
    logging.basicConfig(level=logging.INFO)
    url = os.environ.get("WATTWISE_URL", "http://homeassistant.local:8123")
    with ReadingQueue("readings.db") as queue:
        Client(url, os.environ["WATTWISE_KEY"], queue).run(measure, interval=10)


if __name__ == "__main__":
    main()
