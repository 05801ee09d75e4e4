"""Which homes and models a list of names, numbers and groups means."""

from collections.abc import Sequence
import re

from .contestants import PERSISTENCE, WEEKLY_NAIVE, contestants, of_scikit_learn
from .divided_hours import DIVIDED
from .errors import EvaluationError
from .other_people import OTHER_PEOPLES


def chosen_homes(text: str | None, names: Sequence[str]) -> list[str]:
    """Return the names that a list means: names, or numbers from 1 such as 1-20,25."""
    if text is None:
        return list(names)
    chosen = list[str]()
    for part in text.split(","):
        if part in names:
            chosen.append(part)
            continue
        numbers = re.fullmatch(r"(\d+)(?:-(\d+))?", part)
        first = int(numbers[1]) if numbers else 0
        last = int(numbers[2] or numbers[1]) if numbers else 0
        if not 1 <= first <= last <= len(names):
            raise EvaluationError(
                f"'{part}' is neither a home's name nor a number up to {len(names)}"
            )
        chosen += names[first - 1 : last]
    return list(dict.fromkeys(chosen))


def chosen_models(text: str) -> list[str]:
    """Return the models that a list means, and the two references besides."""
    ours, learned = contestants(), of_scikit_learn()
    groups = {
        "ours": ours,
        "scikit-learn": learned,
        "others": OTHER_PEOPLES,
        "all": (*ours, *learned, *OTHER_PEOPLES),
    }
    chosen = list[str]()
    for part in text.split(","):
        if part in groups:
            chosen += groups[part]
        elif part in groups["all"] or part in DIVIDED:
            chosen.append(part)
        else:
            raise EvaluationError(
                f"no model is called '{part}'. Choose from: "
                f"{', '.join([*groups['all'], *DIVIDED])}"
            )
    return list(dict.fromkeys([*chosen, WEEKLY_NAIVE, PERSISTENCE]))
