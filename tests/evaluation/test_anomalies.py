"""scripts/evaluate anomalies: events are what they say, and any file can be asked about."""

import csv
from datetime import UTC, datetime
import json
from pathlib import Path

import numpy as np
import pytest

from custom_components.wattwise.analytics.anomalies.anomaly import AnomalyKind
from custom_components.wattwise.analytics.anomalies.detector import AnomalyDetector
from custom_components.wattwise.analytics.anomalies.hour_series import HourSeries
from custom_components.wattwise.analytics.anomalies.severity import AnomalySeverity
from wattwise_dev.evaluation.__main__ import main
from wattwise_dev.evaluation.anomalies.baselines import RobustZ, ThreeSigma
from wattwise_dev.evaluation.anomalies.contest import CONTESTANTS, Rule, first_new
from wattwise_dev.evaluation.anomalies.contestant import Contestant, WattWise
from wattwise_dev.evaluation.anomalies.events import (
    FIRST_DAY,
    HOURS,
    Event,
    EventKind,
    events_of,
)
from wattwise_dev.evaluation.errors import EvaluationError

from .households import LONDON, made

HOUR = 3600


def series_of(days: int, seed: int = 1) -> HourSeries:
    """Return the hours of a made home."""
    home = made(days, seed=seed)
    pairs = zip(home.starts.tolist(), home.measured.tolist(), strict=True)
    series = HourSeries.of(dict(pairs), LONDON)
    assert series is not None
    return series


def write(path: Path, series: HourSeries) -> Path:
    """Write a file of a household."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("time", "kwh"))
        for start, kwh in zip(series.starts, series.energy, strict=True):
            if not np.isnan(kwh):
                moment = datetime.fromtimestamp(int(start), UTC)
                writer.writerow((moment.isoformat(), round(float(kwh), 6)))
    return path


@pytest.fixture(scope="module")
def home() -> HourSeries:
    """Return a home of half a year, in which the clock is set forward."""
    return series_of(160)


def test_events_can_be_repeated(home: HourSeries) -> None:
    """The same seed gives the same events, another one others."""

    def begins(seed: int) -> list[int]:
        return [event.begin for event in events_of(home, 3, seed)]

    assert begins(4) == begins(4)
    assert begins(4) != begins(5)
    assert len(begins(4)) == 3 * len(EventKind)


def test_events_are_what_they_say(home: HourSeries) -> None:
    """Each has its length and its energy, and nothing before it is touched."""
    rows = home.rows(home.energy).sum(axis=1)
    low = np.sort(rows)[: max(4, int(0.05 * len(rows)))]
    for event in events_of(home, 5, 4):
        changed = event.put_into(home)
        hours = HOURS[event.kind]
        assert event.end - event.begin == len(event.energy) == hours
        assert home.place.day[event.begin] >= FIRST_DAY
        assert len(changed) == event.end
        np.testing.assert_array_equal(
            changed.energy[: event.begin], home.energy[: event.begin]
        )
        before = home.energy[event.begin : event.end]
        match event.kind:
            case EventKind.OUTAGE:
                assert not event.energy.any()
            case EventKind.STUCK:
                assert (event.energy == home.energy[event.begin - 1]).all()
            case EventKind.AWAY:
                assert home.place.slot[event.begin] == 0
                assert event.energy.sum() < 3.2 * low.max()
            case EventKind.HEATER:
                assert home.place.slot[event.begin] <= 2
                assert (event.energy - before).sum() == pytest.approx(8.0)
            case _:
                more = {
                    EventKind.LEFT_ON: 12.0,
                    EventKind.APPLIANCE: 8.0,
                    EventKind.BASE: 25.2,
                    EventKind.SPIKE: 3.0,
                }[event.kind]
                assert (event.energy - before).sum() == pytest.approx(more)


def test_events_avoid_gaps(home: HourSeries) -> None:
    """An event in hours that are unknown would be none."""
    energy = home.energy.copy()
    energy[24 * 90 : 24 * 110] = np.nan
    gappy = HourSeries(home.zone, home.begin, energy)
    for event in events_of(gappy, 5, 4):
        assert not np.isnan(event.energy).any()
    with pytest.raises(EvaluationError, match="too few"):
        list(events_of(series_of(60), 1, 1))
    energy[24 * FIRST_DAY :] = np.nan
    with pytest.raises(EvaluationError, match="gaps"):
        list(events_of(HourSeries(home.zone, home.begin, energy), 1, 1))


@pytest.mark.parametrize("contestant", CONTESTANTS, ids=lambda one: one.name)
def test_no_contestant_knows_the_future(
    contestant: type[Contestant], home: HourSeries
) -> None:
    """What comes after an hour changes nothing of what is said of it."""
    middle = 24 * 120
    energy = home.energy.copy()
    energy[middle:] = np.random.default_rng(1).gamma(1.0, 3.0, len(energy) - middle)
    other = HourSeries(home.zone, home.begin, energy)
    before = contestant(home).flags
    after = contestant(other).flags
    np.testing.assert_array_equal(before[:, :middle], after[:, :middle])


@pytest.mark.parametrize("contestant", CONTESTANTS, ids=lambda one: one.name)
def test_without_a_change_nothing_new_is_said(
    contestant: type[Contestant], home: HourSeries
) -> None:
    """An event that changes nothing is judged like the hours that were there."""
    asked = contestant(home)
    begin = int(np.flatnonzero(home.place.day == 120)[0])
    event = Event(EventKind.LEFT_ON, begin, begin + 20, home.energy[begin : begin + 20])
    said = asked.flags_of(event.put_into(home), begin)
    np.testing.assert_array_equal(said, asked.flags[:, begin : begin + 20])


def test_flags_are_counted_by_two_rules() -> None:
    """An hour flagged for another reason anyway is new by its sign, and else it is not."""
    before = np.array([[True, True, False], [False, False, False]])
    said = np.array([[True, True, False], [False, True, False]])
    assert first_new(said, before, Rule.ANY) is None
    assert first_new(said, before, Rule.BY_SIGN) == 1
    said[0, 2] = True
    assert first_new(said, before, Rule.ANY) == 2
    assert first_new(before, before, Rule.BY_SIGN) is None


@pytest.mark.parametrize("contestant", [RobustZ, ThreeSigma])
def test_methods_of_others_have_signs_too(
    contestant: type[Contestant], home: HourSeries
) -> None:
    """Much is flagged by one sign and little by the other, by one threshold for both."""
    energy = home.energy.copy()
    begin = int(np.flatnonzero(home.place.day == 120)[0]) + 19
    energy[begin], energy[begin + 24] = 40.0, 0.0
    energy[begin + 24 - 14 * 24 : begin + 24 : 24] = 30.0
    asked = contestant(HourSeries(home.zone, home.begin, energy))
    more, less = asked.flags
    assert more[begin - 14 * 24 : begin].any()
    assert not (more & less).any()
    assert asked.told_since(0) == sum(runs_of(flags) for flags in (more, less))
    assert asked.alarms_since(0) == runs_of(more | less)


def runs_of(flags: np.ndarray) -> int:
    """Count flagged hours with a day or less between them as one."""
    at = np.flatnonzero(flags)
    return int(at.size and 1 + (np.diff(at) > 24).sum())


def test_an_outage_is_told_beside_an_absence(home: HourSeries) -> None:
    """What is flagged for another reason anyway takes nothing from what is told."""
    energy = home.energy.copy()
    empty = (home.place.day >= 110) & (home.place.day < 118)
    energy[empty] = 0.05 + energy[empty] / 1000
    away = HourSeries(home.zone, home.begin, energy)
    asked = WattWise(away)
    begin = int(np.flatnonzero(home.place.day == 115)[0]) + 5
    event = Event(EventKind.OUTAGE, begin, begin + 6, np.zeros(6))
    _, less, meter = asked.flags[:, begin : begin + 6]
    assert less.all()
    assert not meter.any()
    more_said, _, meter_said = asked.flags_of(event.put_into(away), begin)
    assert meter_said.any()
    assert not more_said.any()


def test_it_is_the_detector_that_is_evaluated(home: HourSeries) -> None:
    """What is found in a contest is found in Home Assistant, with the same limits."""
    asked = WattWise(home)
    for event in events_of(home, 2, 9):
        changed = event.put_into(home)
        day = home.place.day == home.place.day[event.begin]
        begin = float(home.starts[day][0])
        hours = dict(zip(changed.starts.tolist(), changed.energy.tolist(), strict=True))
        detector = AnomalyDetector(LONDON)
        detector.learn({start: kwh for start, kwh in hours.items() if start < begin})
        now = float(changed.starts[-1]) + HOUR
        told = detector.look(hours, now).anomalies
        since = float(home.starts[event.begin])
        found = any(anomaly.end > since for anomaly in told)
        assert found == bool(asked.flags_of(changed, event.begin).any()), event.kind


def test_the_table(
    home: HourSeries, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A contest ends with a row per method, and all figures for machines."""
    path, figures = write(tmp_path / "home.csv", home), tmp_path / "f.json"
    command = ["anomalies", "--input", str(path), "--timezone", "Europe/London"]

    assert main([*command, "--events", "2", "--json", str(figures)]) == 0

    table = capsys.readouterr().out
    facts = json.loads(figures.read_text(encoding="utf-8"))
    assert [one["name"] for one in facts["methods"]] == [
        one.name for one in CONTESTANTS
    ]
    for one in facts["methods"]:
        assert one["name"] in table
        assert set(one["rules"]) == {rule.value for rule in Rule}
        for counted in one["rules"].values():
            assert counted["false_alarms_per_home_month"] >= 0
            assert {event["put"] for event in counted["events"].values()} == {2}
        # What is new at all is new by its sign; and what people are told of is told apart.
        some, own = (one["rules"][rule.value]["events"] for rule in Rule)
        assert all(own[kind]["recall"] >= some[kind]["recall"] for kind in own)
        assert all(f"recall, {rule.value}" in table for rule in Rule)
    ours = facts["methods"][0]["rules"][Rule.ANY.value]["events"]
    assert ours["outage 6 h"]["recall"] == 1
    assert 1 <= ours["outage 6 h"]["delay_hours"] <= 6


def test_unusual_hours_of_any_file(home: HourSeries, tmp_path: Path) -> None:
    """Each unusual hour has its time, its kind, its severity and its score."""
    energy = home.energy.copy()
    begin = int(np.flatnonzero(home.place.day == 130)[0]) + 9
    energy[begin : begin + 12] = 0.0
    dark = HourSeries(home.zone, home.begin, energy)
    path, out = write(tmp_path / "home.csv", dark), tmp_path / "flags.csv"

    command = ["anomalies", "--input", str(path), "--timezone", "Europe/London"]
    assert main([*command, "--output", str(out)]) == 0

    with out.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == ["time", "kind", "severity", "score"]
        rows = list(reader)
    outage = [row for row in rows if row["kind"] == AnomalyKind.OUTAGE]
    times = [datetime.fromisoformat(row["time"]).timestamp() for row in outage]
    assert times == sorted(times)
    assert times[0] - home.starts[begin] in {HOUR * late for late in range(2, 6)}
    assert times[-1] >= home.starts[begin + 11]
    assert outage[0]["severity"] == AnomalySeverity.WARNING
    assert AnomalySeverity.CRITICAL in {row["severity"] for row in outage}
    assert all(float(row["score"]) >= 1 for row in rows)


def test_homes_that_are_no_homes_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A meter of zeros is told and left out; without any other there is nothing to do."""
    home = series_of(100)
    energy = np.where(np.arange(len(home)) % 2, home.energy, 0.0)
    path = write(tmp_path / "z.csv", HourSeries(home.zone, home.begin, energy))
    command = ["anomalies", "--input", str(path), "--timezone", "Europe/London"]
    assert main(command) == 1
    said = capsys.readouterr().err
    assert "z.csv is left out: 0% gaps, 50% zeros" in said
    assert "no home is left" in said


def test_too_few_days_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of two months cannot have events after three."""
    path = write(tmp_path / "home.csv", series_of(60))
    command = ["anomalies", "--input", str(path), "--timezone", "Europe/London"]
    assert main(command) == 1
    assert "60 days are too few" in capsys.readouterr().err
