"""Figures are shown as they are, and where there is none, none is shown."""

import json
from pathlib import Path

import numpy as np

from wattwise_dev.benchmark.progress import Progress
from wattwise_dev.evaluation.contest import Entry, run_here
from wattwise_dev.evaluation.contestants import PERSISTENCE, WEEKLY_NAIVE
from wattwise_dev.evaluation.cost import Cost
from wattwise_dev.evaluation.figures import Standing, standings
from wattwise_dev.evaluation.issued import Issued
from wattwise_dev.evaluation.plan import Plan
from wattwise_dev.evaluation.report import as_text, write_json

from .households import made


def three_models() -> list[Standing]:
    """Return the references and a model that was never asked."""
    home, plan = made(20), Plan(after=15)
    said = [
        run_here(name, [home], plan, Progress.begin())
        for name in (WEEKLY_NAIVE, PERSISTENCE)
    ]
    silent = Issued(said[0].issued[0].origins, np.full((5, 4, 24), np.nan))
    return standings([*said, Entry("silent", [silent], Cost())], [home], plan)


def test_a_model_that_was_not_asked_has_no_figures(tmp_path: Path) -> None:
    """Its row is empty, nothing is said of its shares, and JSON has no NaN."""
    models = three_models()
    text = as_text("title", models)

    row = next(line for line in text.splitlines() if line.startswith("silent"))
    assert row.split() == ["silent", "0"]
    assert "silent was not asked" in text
    assert "nan" not in text
    write_json(tmp_path / "f.json", {"models": [model.as_dict() for model in models]})
    written = (tmp_path / "f.json").read_text()
    assert "NaN" not in written
    figures = json.loads(written)
    assert figures["models"][2]["beats_persistence"] is None


def test_rows_are_aligned() -> None:
    """Each figure stands below its heading."""
    lines = as_text("title", three_models()).splitlines()
    heading = next(line for line in lines if line.startswith("model"))
    weekly = next(line for line in lines if line.startswith(WEEKLY_NAIVE))
    end = heading.index("/ week") + len("/ week")

    assert weekly[end - 5 : end] == "1.000"
