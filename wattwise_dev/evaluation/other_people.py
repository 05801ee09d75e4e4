"""Asks the models of other people, in the environment that has their packages."""

from collections.abc import Sequence
import os
from pathlib import Path
import subprocess
import tempfile
from typing import Final

from custom_components.wattwise.analytics.forecasting.past import Past

from .contest import Entry
from .errors import EvaluationError
from .household import Household
from .issued import Issued
from .plan import Plan
from .third_party.job import Floats, Home, Job, read_answer

ROOT: Final = Path(__file__).parents[2]
PYTHON: Final = ROOT / ".wattwise" / "evaluation" / "bin" / "python"

OTHER_PEOPLES: Final = (
    "emhass_neighbours",
    "lasso",
    "histogram_trees",
    "lightgbm",
    "lightgbm_pooled",
    "auto_ets",
    "mstl",
)
_MISSING: Final = (
    "the packages of other people's models are not installed "
    "(scripts/setup --evaluation installs them)"
)


def installed() -> bool:
    """Return whether they can be asked."""
    return PYTHON.exists()


def ask_others(
    name: str, households: Sequence[Household], pool: Sequence[Household], plan: Plan
) -> Entry:
    """Ask a model for `households`; a pooled one also learns from those in `pool`.

    EvaluationError where it is not installed or fails.
    """
    return ask_all((name,), households, pool, plan)[0]


def ask_all(
    names: Sequence[str],
    households: Sequence[Household],
    pool: Sequence[Household],
    plan: Plan,
) -> list[Entry]:
    """Ask several models in one process: only the first one's memory means anything."""
    if not installed():
        raise EvaluationError(_MISSING)
    asked = {home.name for home in households}
    others = [home for home in pool if home.name not in asked]
    homes = [_home(home.past, tuple(plan.origins_of(home))) for home in households]
    homes += [_home(home.past, ()) for home in others]
    with tempfile.TemporaryDirectory(prefix="wattwise-evaluation-") as parent:
        folders = [Path(parent, name) for name in names]
        for name, folder in zip(names, folders, strict=True):
            folder.mkdir()
            Job(name, plan.lead, plan.history, homes).write(folder)
        _run(folders)
        answers = [read_answer(folder) for folder in folders]
    return [
        Entry(name, _issued(homes, said), cost)
        for name, (said, cost) in zip(names, answers, strict=True)
    ]


def _issued(homes: Sequence[Home], said: Sequence[Floats]) -> list[Issued]:
    """Return what was said of the homes with origins, which stand first."""
    asked = [home for home in homes if home.origins]
    return [
        Issued(home.origins, values) for home, values in zip(asked, said, strict=True)
    ]


def _home(past: Past, origins: tuple[int, ...]) -> Home:
    calendar = past.calendar
    return Home(
        past.first_day,
        past.measured,
        past.energy,
        calendar.weekday,
        calendar.day_class,
        origins,
    )


def _run(folders: Sequence[Path]) -> None:
    """Let it work; what it says goes where our own words go."""
    done = subprocess.run(  # noqa: S603
        # Warnings of libraries about each other tell nobody anything.
        [PYTHON, "-P", "-W", "ignore", "-m", f"{__package__}.third_party", *folders],
        # Times are compared for one thread.
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        names = ", ".join(folder.name for folder in folders)
        raise EvaluationError(f"{names} failed; what was said stands above")
