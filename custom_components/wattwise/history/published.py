"""Which statistics of ours Home Assistant was given, so that none stays lost or half.

Home Assistant keeps them in a database of its own, which a power cut may set back, and
which begins anew when it is damaged. What was meant to be there is noted here first.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from .questions.queries import Queries
from .writer import Transaction

_NOTE: Final = "published:"


class Published(StrEnum):
    """How far a statistic was written."""

    BEGUN = "begun"
    """It is to be written, whatever is there."""
    WHOLE = "whole"
    """All of it was there once."""


def note_published(
    transaction: Transaction, statistic_id: str, state: Published
) -> None:
    """Note how far a statistic was written."""
    transaction.connection.execute(
        "INSERT OR REPLACE INTO setting VALUES (?, ?)", (_NOTE + statistic_id, state)
    )


def forget_published(transaction: Transaction, statistic_ids: Iterable[str]) -> None:
    """Forget statistics that are not to be there any more."""
    transaction.connection.executemany(
        "DELETE FROM setting WHERE name = ?", [(_NOTE + key,) for key in statistic_ids]
    )


def published(queries: Queries) -> dict[str, Published]:
    """Return the statistics that are to be there, by their id."""
    rows = queries.connection.execute(
        "SELECT substr(name, ?), value FROM setting WHERE substr(name, 1, ?) = ?",
        (len(_NOTE) + 1, len(_NOTE), _NOTE),
    )
    return {key: Published(state) for key, state in rows}
