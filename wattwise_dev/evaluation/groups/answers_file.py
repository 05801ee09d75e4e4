"""Writes what is expected of homes, so that anybody can score it."""

from collections.abc import Sequence
import csv
from dataclasses import replace
from pathlib import Path
from typing import Final

from custom_components.wattwise.analytics.similar_homes.expectation import expect
from custom_components.wattwise.analytics.similar_homes.expected_use import percentile
from wattwise_dev.group_training.survey_file import SurveyHome

_HEADER: Final = (
    "household_id",
    "group",
    "expected_kwh",
    "p10_kwh",
    "p90_kwh",
    "percentile",
)


def write_answers(path: Path, homes: Sequence[SurveyHome], *, more: bool) -> None:
    """Write a row for each home, by the shipped model.

    `more`: than the six questions and the electric heaters.

    The percentile, from 0 to 100, is empty where the use is not known.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for home in homes:
            profile = home.profile
            if not more:
                profile = replace(profile, rooms=None, televisions=None)
            said = expect(profile, home.climate)
            tails = dict(said.quantiles_kwh)
            place = ""
            if home.kwh is not None:
                place = f"{100 * percentile(said, home.kwh):.2f}"
            writer.writerow(
                (
                    home.household_id,
                    said.group.value,
                    f"{said.median_kwh:.1f}",
                    f"{tails[0.1]:.1f}",
                    f"{tails[0.9]:.1f}",
                    place,
                )
            )
