"""Do jobs in folders: python -m wattwise_dev.evaluation.third_party FOLDER..."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
import sys
from typing import Any, Final

from ..cost import Cost
from ..peak_memory import PeakMemory
from .job import Floats, Job, Tell, write_answer
from .single_home import SingleHomeModel, run_home_by_home

# Module and class of the models that know one home only.
_MODELS: Final = {
    "emhass_neighbours": ("emhass_neighbours", "EmhassNeighbours"),
    "lasso": ("lasso", "Lasso"),
    "histogram_trees": ("boosted_trees", "HistogramTrees"),
    "lightgbm": ("boosted_trees", "LightGbmTrees"),
    "auto_ets": ("statistical", "Ets"),
    "mstl": ("statistical", "Mstl"),
}

type Runner = Callable[[Job, Tell], tuple[list[Floats], Cost]]


def main() -> int:
    """Ask the jobs' models, one after the other, and write what they said."""
    for folder in map(Path, sys.argv[1:]):
        job = Job.read(folder)
        run = _runner(job.model)
        memory = PeakMemory()
        said, cost = run(job, _tell)
        cost.memory_mib = memory.mib()
        write_answer(folder, said, cost)
    return 0


def _tell(what: str) -> None:
    print(f"           {what}", file=sys.stderr, flush=True)


def _runner(model: str) -> Runner:
    if model == "lightgbm_pooled":
        runner: Runner = _named("boosted_trees", "run_pooled_lightgbm")
        return runner
    kind: type[SingleHomeModel] = _named(*_MODELS[model])
    return lambda job, tell: run_home_by_home(kind, job, tell)


def _named(module: str, name: str) -> Any:
    """Import only what is asked for: each of these packages takes seconds."""
    return getattr(import_module(f".{module}", __package__), name)


if __name__ == "__main__":
    sys.exit(main())
