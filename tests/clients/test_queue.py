"""The queue of the Python client, and what it takes."""

import ast
import math
from pathlib import Path
import subprocess
import sys
import threading
import time

import pytest
from wattwise_push import FIELDS, InvalidReadingError, Reading, ReadingQueue

from custom_components.wattwise.dialects.wattwise_fields import FIELDS as REAL_FIELDS

from .conftest import CLIENTS

WRITER = """
import sys
from wattwise_push import Reading, ReadingQueue
queue = ReadingQueue(sys.argv[1])
for i in range(1_000_000):
    queue.add(Reading(i, {"power": i}))
    print(i, flush=True)
"""


def numbers(queue: ReadingQueue) -> list[int]:
    """Return the times of all readings that wait."""
    return [reading.time_ms for reading in queue.oldest(1_000_000)[1]]


def test_killed_while_adding(tmp_path: Path) -> None:
    """What add() returned from is there after the process was killed."""
    path = tmp_path / "readings.db"
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", WRITER, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(CLIENTS / "python")},
    ) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 50:
                break
        writer.kill()
        told = 50 + len(writer.stdout.readlines())
    with ReadingQueue(path) as queue:
        found = numbers(queue)
        assert len(queue) == len(found) >= told
        assert found == list(range(len(found)))


def test_the_oldest_makes_room(tmp_path: Path) -> None:
    """A full queue keeps the latest readings and counts what it dropped."""
    with ReadingQueue(tmp_path / "readings.db", limit=5) as queue:
        for i in range(7):
            queue.add(Reading(i, {"power": i}))
        assert numbers(queue) == [2, 3, 4, 5, 6]
        queue.add(*(Reading(i, {"power": i}) for i in range(10, 17)))
        assert numbers(queue) == [12, 13, 14, 15, 16]
        assert (len(queue), queue.dropped) == (5, 9)


def test_only_what_was_sent_is_removed(tmp_path: Path) -> None:
    """Readings that were added or dropped during a request are not mistaken for sent."""
    with ReadingQueue(tmp_path / "readings.db", limit=4) as queue:
        queue.add(*(Reading(i, {"power": i}) for i in range(4)))
        sent, _ = queue.oldest(3)
        queue.add(Reading(4, {"power": 4}))
        queue.remove(sent)
        assert numbers(queue) == [3, 4]
        assert len(queue) == 2
        queue.remove([])
        assert len(queue) == 2


def test_two_threads(tmp_path: Path) -> None:
    """One thread adds while another removes; none is lost, none is seen twice."""
    taken: list[int] = []
    with ReadingQueue(tmp_path / "readings.db") as queue:
        adding = threading.Thread(
            target=lambda: [queue.add(Reading(i, {"power": i})) for i in range(300)]
        )
        adding.start()
        until = time.monotonic() + 30
        while len(taken) < 300 and time.monotonic() < until:
            found, readings = queue.oldest(20)
            taken += [reading.time_ms for reading in readings]
            queue.remove(found)
        adding.join()
        assert len(queue) == 0
    assert taken == list(range(300))


def test_its_fields_are_those_of_wattwise() -> None:
    """Names and units are WattWise's, without those of another platform."""
    real = {name: unit for name, (_, unit) in REAL_FIELDS.items()}
    assert list(FIELDS.items()) == list(real.items())[: len(FIELDS)]
    assert {REAL_FIELDS[name] for name in FIELDS} == set(REAL_FIELDS.values())


def test_a_reading() -> None:
    """Unknown values are left out; the time is that of the call, unless it is given."""
    before = time.time() * 1000
    reading = Reading.of({"power": 412, "energy_import": math.nan, "load": math.inf})
    assert before - 1 <= reading.time_ms <= time.time() * 1000 + 1
    assert reading.values == {"power": 412}
    assert Reading.of({"power": 1.5}, 1_772_348_400.25).as_item() == {
        "time": 1_772_348_400_250,
        "power": 1.5,
    }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "no value"),
        ({"power": math.nan}, "no value"),
        ({"powr": 1}, "no field 'powr'"),
        ({"power": "1"}, "power must be a number"),
        ({"power": True}, "power must be a number"),
        ({"power": None}, "power must be a number"),
    ],
)
def test_readings_that_wattwise_would_not_take(
    values: dict[str, float], message: str
) -> None:
    """They are refused where they are made."""
    with pytest.raises(InvalidReadingError, match=message):
        Reading.of(values)


def test_it_runs_on_the_python_it_names() -> None:
    """No file uses grammar of a later Python than the package asks for."""
    files = sorted((CLIENTS / "python").rglob("*.py"))
    assert len(files) > 5
    for file in files:
        ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 11))
