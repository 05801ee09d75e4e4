"""What a model of other people is asked, as files between two environments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from ..cost import Cost

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]
type Tell = Callable[[str], None]

_JOB: Final = "job.json"
_ARRAYS: Final = "homes.npz"
_SAID: Final = "said.npz"
_COST: Final = "cost.json"


@dataclass(frozen=True, slots=True)
class Home:
    """One home: `measured` and, with gaps filled, `energy` (days, slots) in kWh.

    `weekday` and `day_class` know some days more. `origins` are the days that begin when
    a forecast is wanted; a home without any is there to learn from. `first_day` is the
    first one's ordinal.
    """

    first_day: int
    measured: Floats
    energy: Floats
    weekday: Integers
    day_class: Integers
    origins: tuple[int, ...]

    @property
    def slots(self) -> int:
        """Slots of a day."""
        return int(self.measured.shape[1])


@dataclass(frozen=True, slots=True)
class Job:
    """Forecast the day `lead` days after each origin from `history` days (None: all)."""

    model: str
    lead: int
    history: int | None
    homes: list[Home]

    def first(self, day: int) -> int:
        """Return the first day that is known at an origin."""
        return 0 if self.history is None else max(0, day - self.history)

    def write(self, folder: Path) -> None:
        """Write it for `read`."""
        facts = {
            "model": self.model,
            "lead": self.lead,
            "history": self.history,
            "homes": [[home.first_day, home.origins] for home in self.homes],
        }
        (folder / _JOB).write_text(json.dumps(facts), encoding="utf-8")
        arrays = {
            f"{name}{index}": getattr(home, name)
            for index, home in enumerate(self.homes)
            for name in ("measured", "energy", "weekday", "day_class")
        }
        np.savez(folder / _ARRAYS, **arrays)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read what `write` wrote."""
        facts: dict[str, Any] = json.loads((folder / _JOB).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            homes = [
                Home(
                    first_day,
                    arrays[f"measured{index}"],
                    arrays[f"energy{index}"],
                    arrays[f"weekday{index}"],
                    arrays[f"day_class{index}"],
                    tuple(origins),
                )
                for index, (first_day, origins) in enumerate(facts["homes"])
            ]
        return cls(facts["model"], facts["lead"], facts["history"], homes)


def write_answer(folder: Path, said: Sequence[Floats], cost: Cost) -> None:
    """Write (origins, 4, slots) of each home that has origins: P10, P50, P90 and mean."""
    arrays = {str(index): values for index, values in enumerate(said)}
    np.savez(folder / _SAID, **arrays)  # type: ignore[arg-type]
    (folder / _COST).write_text(json.dumps(cost.as_dict()), encoding="utf-8")


def read_answer(folder: Path) -> tuple[list[Floats], Cost]:
    """Read what `write_answer` wrote."""
    with np.load(folder / _SAID, allow_pickle=False) as arrays:
        said = [arrays[str(index)] for index in range(len(arrays.files))]
    return said, Cost(**json.loads((folder / _COST).read_text(encoding="utf-8")))
