"""One house over all transports at once: what is broken on the way loses no reading."""

from dataclasses import replace
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import require_program
from tests.firmware.environment import require_esphome
from wattwise_dev.esphome.tool import ROOT
from wattwise_dev.replay.comparison import (
    Absence,
    Differences,
    compare_histories,
    compare_polled,
    compare_sent,
)
from wattwise_dev.replay.node import Poll
from wattwise_dev.replay.plan import Fault, Plan
from wattwise_dev.replay.samples import FIELDS, Sent, house_samples
from wattwise_dev.replay.stored import Rows

START_MS = 1_790_000_000_000
POWER = ("power",)


@pytest.mark.real
# A first build of the node's program takes about a minute.
@pytest.mark.timeout(400)
def test_no_transport_loses_a_reading() -> None:
    """The evening of a house in a minute; broker, network and node fail meanwhile."""
    require_program("mosquitto")
    require_program("g++")
    require_esphome()
    done = subprocess.run(  # noqa: S603  (the command is ours)
        (
            *(sys.executable, "-m", "wattwise_dev.replay"),
            *("--hours", "2", "--speed", "120", "--first-hour", "18.5"),
            *("--outage", "4"),
        ),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'clients' / 'python'}"},
        capture_output=True,
        text=True,
        timeout=350,
        check=False,
    )
    assert done.stdout, done.stderr
    seen = json.loads(done.stdout)

    assert [claim for claim, holds in seen["claims"].items() if not holds] == []
    assert done.returncode == 0
    assert seen["ok"] is True
    assert seen["skipped"] == []
    assert list(seen["meters"]) == ["Over MQTT", "Over HTTP", "Over ESPHome"]
    assert list(seen["faults"]) == [Fault.BROKER, Fault.HTTP, Fault.NODE]
    count = 720 * len(FIELDS)
    for name in ("Over MQTT", "Over HTTP"):
        assert seen["meters"][name]["readings"] == {
            "expected": count,
            "stored": count,
            "missing": 0,
            "unexpected": 0,
            "different": 0,
        }
    for fault in (Fault.BROKER, Fault.HTTP):
        # Twelve samples a second; some are under way when the outage ends.
        assert seen["faults"][fault]["samples_kept"] >= 4 * 12 * 0.9
    # What was on its way when the broker died was sent once more, and counts once.
    assert seen["sent_again_over_mqtt"] > 0
    assert seen["node_not_heard_s"] >= 4
    imported = seen["meters"]["Over MQTT"]["energies"]["energy_import"]
    assert imported["counter_wh"] > 1_000
    for meter in seen["meters"].values():
        energy = meter["energies"]["energy_import"]
        assert energy["counter_wh"] == imported["counter_wh"]
        assert energy["history_wh"] == pytest.approx(energy["counter_wh"], rel=0.001)


def test_the_house_is_that_of_the_whole_day() -> None:
    """A part of the day is cut out of it: counters begin where the day has come to."""
    plan = Plan(hours=0.5, first_hour=12)
    whole = house_samples(replace(plan, hours=24, first_hour=0))
    part = house_samples(plan)

    assert len(whole) == 8640
    assert part == whole[12 * 360 : 12 * 360 + 180]
    assert any(sample["power"] < 0 for sample in part)


def sent() -> list[Sent]:
    """Return samples that change with every second."""
    return [
        Sent(START_MS + 1000 * number, {"power": 100.0 + number, "energy_import": 1.5})
        for number in range(5)
    ]


def rows() -> Rows:
    """Return the readings of those samples."""
    return [(item.time_ms, item.values["power"]) for item in sent()]


def test_a_true_history_shows_no_differences() -> None:
    """Every reading is there once; energies are compared in Wh."""
    stored = {"power": rows(), "energy_import": [(s.time_ms, 1500.0) for s in sent()]}

    found = compare_sent(sent(), stored, ("power", "energy_import"))

    assert found == Differences(expected=10, stored=10)
    assert found.none


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (rows()[1:], Differences(5, 4, missing=1)),
        ([*rows(), (START_MS + 500, 100.0)], Differences(5, 6, unexpected=1)),
        (
            [(START_MS, 100.1), *rows()[1:]],
            Differences(5, 5, different=1),
        ),
        ([], Differences(5, 0, missing=5)),
    ],
)
def test_what_is_wrong_is_seen(stored: Rows, expected: Differences) -> None:
    """A reading that is lost, invented or changed."""
    found = compare_sent(sent(), {"power": stored}, POWER)

    assert found == expected
    assert not found.none


def polls(*powers: float) -> list[Poll]:
    """Return polls of every second."""
    return [
        Poll(START_MS + 1000 * number, {"power": power})
        for number, power in enumerate(powers)
    ]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ([(1050, 200.0), (3050, 300.0)], Differences(2, 2)),
        # A value that stands may be noted again, and one may come late.
        ([(1050, 200.0), (2700, 200.00002), (4020, 300.0)], Differences(2, 3)),
        ([(1050, 200.0)], Differences(2, 1, missing=1)),
        ([(1050, 200.0), (3050, 300.1)], Differences(2, 2, missing=1, different=1)),
        # Before it was polled nobody can know it.
        ([(900, 200.0), (3050, 300.0)], Differences(2, 2, missing=1, different=1)),
    ],
)
def test_polls_are_found_again(stored: Rows, expected: Differences) -> None:
    """Only a new value needs a reading, soon after its poll."""
    told = [(START_MS + moment_ms, value) for moment_ms, value in stored]

    found = compare_polled(
        polls(100, 200, 200, 300, 300), {"power": told}, fields=POWER
    )

    assert found == expected


def test_a_node_that_is_away_is_not_asked() -> None:
    """From the moment it was cut off until its next reading."""
    told = {"power": [(START_MS + 1050, 200.0), (START_MS + 4050, 500.0)]}
    away = Absence.after(START_MS + 2100, told)

    assert away == Absence(START_MS + 1600, START_MS + 4050)
    found = compare_polled(polls(100, 200, 300, 400, 500), told, away, POWER)
    # The value that the node has when it is heard again is not asked for either.
    assert found == Differences(1, 2)


def test_a_node_that_never_comes_back() -> None:
    """Nothing is asked for, but its absence is endless."""
    assert Absence.after(START_MS, {}).end_ms == float("inf")


def test_histories_are_compared_value_by_value() -> None:
    """Other values and missing ones differ."""
    one: dict[str, list[dict[str, Any]]] = {"power": [{"mean": 1.0}, {"mean": 2.0}]}

    assert compare_histories(one, one) == (2, 0)
    assert compare_histories(one, {"power": [{"mean": 1.5}]}) == (2, 2)
    assert compare_histories(one, {}) == (2, 2)
