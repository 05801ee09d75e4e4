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
    LESS = "less"
    """Some of its energy left the history since it was last looked at."""
    LEAVING = "leaving"
    """It is to be deleted, if it is there still."""


def note_published(
    transaction: Transaction, statistic_id: str, state: Published
) -> None:
    """Note what is to become of a statistic."""
    transaction.connection.execute(
        "INSERT OR REPLACE INTO setting VALUES (?, ?)", (_NOTE + statistic_id, state)
    )


def note_written(transaction: Transaction, statistic_id: str, state: Published) -> None:
    """Note how far a statistic was written, unless it became less meanwhile."""
    transaction.connection.execute(
        "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name)"
        " DO UPDATE SET value = excluded.value WHERE value != ?",
        (_NOTE + statistic_id, state, Published.LESS),
    )


def note_leaving(transaction: Transaction, statistic_ids: Iterable[str]) -> None:
    """Note that statistics are being deleted."""
    for statistic_id in statistic_ids:
        note_published(transaction, statistic_id, Published.LEAVING)


def note_less(transaction: Transaction, ending: str) -> None:
    """Note that energy left the history of a statistic, known by the end of its id.

    In the transaction that took it away: without this note, hours that are shown
    without being known are taken for what a damaged file has left.
    """
    transaction.connection.execute(
        "UPDATE setting SET value = ?"
        " WHERE substr(name, 1, ?) = ? AND substr(name, ?) = ? AND value != ?",
        (Published.LESS, len(_NOTE), _NOTE, -len(ending), ending, Published.LEAVING),
    )


def forget_published(transaction: Transaction, statistic_ids: Iterable[str]) -> None:
    """Forget statistics that are not to be there any more."""
    transaction.connection.executemany(
        "DELETE FROM setting WHERE name = ?", [(_NOTE + key,) for key in statistic_ids]
    )


def published(queries: Queries) -> dict[str, Published]:
    """Return the statistics that were meant to be there, by their id."""
    rows = queries.connection.execute(
        "SELECT substr(name, ?), value FROM setting WHERE substr(name, 1, ?) = ?",
        (len(_NOTE) + 1, len(_NOTE), _NOTE),
    )
    return {key: Published(state) for key, state in rows}
