"""Send a file with a column `time` (ISO 8601 with zone) and columns named as fields."""

import csv
from datetime import datetime
import os
from pathlib import Path
import sys
import time

from wattwise_push import Client, Reading, ReadingQueue


def main(path: str) -> None:
    """Send all rows of a file; what was not sent is sent by the next start."""
    url = os.environ.get("WATTWISE_URL", "http://homeassistant.local:8123")
    with ReadingQueue("readings.db") as queue:
        with Path(path).open(newline="", encoding="utf-8") as file:
            queue.add(*(_reading(row) for row in csv.DictReader(file)))
        client = Client(url, os.environ["WATTWISE_KEY"], queue)
        while client.waiting:
            client.send_all()
            time.sleep(client.pause)


def _reading(row: dict[str, str]) -> Reading:
    """Return the reading of a row; an empty cell is an unknown value."""
    values = {
        field: float(cell) for field, cell in row.items() if field != "time" and cell
    }
    return Reading.of(values, datetime.fromisoformat(row["time"]).timestamp())


if __name__ == "__main__":
    main(sys.argv[1])
