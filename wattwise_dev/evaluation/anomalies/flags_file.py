"""Writes the unusual hours of households, so that anybody can score them."""

from collections.abc import Iterator, Sequence
import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.anomalies.detector import DAYS_NEEDED
from custom_components.wattwise.analytics.anomalies.episodes import (
    anomaly_of,
    episodes_of,
)
from custom_components.wattwise.analytics.anomalies.hour_series import HourSeries
from custom_components.wattwise.analytics.anomalies.judgement import (
    judge,
    scores_of,
    thresholds_by_day,
)
from custom_components.wattwise.analytics.anomalies.scales import SCALES
from custom_components.wattwise.analytics.anomalies.severity import severity_of
from wattwise_dev.benchmark.progress import Say

_HEADER: Final = ("time", "kind", "severity", "score")


def write_flags(path: Path, homes: Sequence[tuple[str, HourSeries]], say: Say) -> None:
    """Write one row per unusual hour: its start in UTC, and what was said when it ended.

    A score of 1 is the threshold. With several households, `home` is the first column.
    """
    several = len(homes) > 1
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("home", *_HEADER) if several else _HEADER)
        for name, series in homes:
            count = 0
            for row in _rows(series):
                writer.writerow((name, *row) if several else row)
                count += 1
            say(f"{name}: {count} of {len(series)} hours are unusual")
            if series.days <= DAYS_NEEDED:
                say(f"{name}: nothing is said before {DAYS_NEEDED} days are known")


def _rows(series: HourSeries) -> Iterator[tuple[str, ...]]:
    away = np.zeros(len(series), dtype=bool)
    scores = scores_of(series, away)
    by_day = thresholds_by_day(series, scores, range(DAYS_NEEDED, series.days), away)
    limits = np.full((len(SCALES), len(series)), np.inf)
    for day, found in by_day.items():
        limits[:, series.place.day == day] = found[:, None]
    judged = judge(series, scores, limits, away, None)
    for hour in np.flatnonzero(judged.flags).tolist():
        # What was told then, not what it became.
        for episode in episodes_of(judged.until(hour)):
            if episode.last == hour:
                anomaly = anomaly_of(episode)
                time = datetime.fromtimestamp(int(series.starts[hour]), UTC)
                score = float(np.nanmax(episode.seen.ratios[:, hour]))
                yield (
                    time.isoformat(),
                    anomaly.kind.value,
                    severity_of(anomaly).value,
                    f"{score:.3f}",
                )
