"""Whether a month will cost more than it may, said once it is likely for some hours."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from .month_end import Expectation

# Looks in a row, about an hour apart: those in between, as after a restart, know little
# more than the one before.
_DWELL: Final = 3
_APART_S: Final = 50 * 60
# What is expected must fall so far below the budget for the worry to end.
_CALM: Final = 0.97


@dataclass(slots=True)
class BudgetWatch:
    """Follows what is expected of a month against a budget of it."""

    active: bool = False
    month: date | None = None
    _looks: int = 0
    _budget: float | None = None
    _counted: float | None = None
    """When the last look was that counted [s since the epoch]."""

    def look(
        self,
        month: date,
        budget: float,
        so_far: float,
        outlook: Expectation | None,
        now: float,
    ) -> bool:
        """Take what is known `now` [s since the epoch]; return whether it is at risk."""
        if month != self.month:
            self.active, self._looks = False, 0
        changed = budget != self._budget
        self.month, self._budget = month, budget
        if so_far > budget:
            self.active, self._looks = True, 0
            return True
        if outlook is None:
            # What is known of a month does not become less within it.
            return self.active
        if changed:
            # The user waits for an answer.
            self.active, self._looks = outlook.expected > budget, 0
            return self.active
        if self._counted is not None and 0 <= now - self._counted < _APART_S:
            return self.active
        self._counted = now
        border = budget * _CALM if self.active else budget
        if (outlook.expected > border) == self.active:
            self._looks = 0
            return self.active
        self._looks += 1
        if self._looks >= _DWELL:
            self.active, self._looks = not self.active, 0
        return self.active

    def forget(self) -> None:
        """Worry about nothing: there is no budget."""
        self.active, self.month, self._looks = False, None, 0
        self._budget = self._counted = None

    def as_dict(self) -> dict[str, Any]:
        """Return what a restart must not forget, for JSON."""
        return {
            "active": self.active,
            "month": self.month.isoformat() if self.month else None,
            "looks": self._looks,
            "budget": self._budget,
            "counted": self._counted,
        }

    def restore(self, kept: Any) -> None:
        """Go on from `as_dict`; from anything else, anew."""
        try:
            active, looks = kept["active"] is True, int(kept["looks"])
            month = date.fromisoformat(kept["month"])
            budget = float(kept["budget"])
            counted = kept["counted"] and float(kept["counted"])
        except KeyError, TypeError, ValueError:
            return
        self.active, self.month, self._looks = active, month, looks
        self._budget, self._counted = budget, counted


def is_grave(budget: float, so_far: float, outlook: Expectation | None) -> bool:
    """Whether it is spent already, or next to sure to be."""
    return so_far > budget or (outlook is not None and outlook.low > budget)
