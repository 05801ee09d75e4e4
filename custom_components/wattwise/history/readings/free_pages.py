"""Pages of the file that hold nothing any more go back to the disk, a few at a time."""

from typing import Final

from ..writer import Transaction

# Packing frees pages that the next readings take again. Only what is free beyond that
# is given back: moving pages costs writing.
_KEPT_PAGES: Final = 512
_KEPT_SHARE: Final = 0.1
_AT_ONCE: Final = 64


def give_back(transaction: Transaction) -> bool:
    """Shorten the file a little, if much of it is free; between two transactions.

    Returns whether there is more to give back. Files that were made before pages could
    be given back keep them for what comes.
    """
    connection = transaction.connection
    (kind,) = connection.execute("PRAGMA auto_vacuum").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    excess = free - max(_KEPT_PAGES, int(pages * _KEPT_SHARE))
    if kind == 0 or excess <= 0:
        return False
    # Every row this yields is a page that moved.
    connection.execute(f"PRAGMA incremental_vacuum({min(excess, _AT_ONCE)})").fetchall()
    return bool(excess > _AT_ONCE)
