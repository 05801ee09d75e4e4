"""What a SQLite file is made of, in bytes."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
import sqlite3


@dataclass(frozen=True, slots=True)
class Space:
    """The pages of a file [bytes]."""

    file: int
    """The whole file once all is in it, its free pages too."""
    used: int
    """Without pages that wait to be used again."""
    tables: dict[str, int]
    """By the table they belong to, indexes and overflow pages included."""

    def of(self, *prefixes: str) -> int:
        """Return the pages of the tables whose name begins so."""
        return sum(n for name, n in self.tables.items() if name.startswith(prefixes))


def measure_space(path: Path) -> Space:
    """Look through all pages of a file, which nobody may be writing."""
    with closing(sqlite3.connect(path)) as connection:
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        tables = connection.execute(
            "SELECT ifnull(tbl_name, 'schema'), sum(pgsize) FROM dbstat"
            " LEFT JOIN sqlite_schema USING (name) GROUP BY 1"
        )
        return Space(pages * page_size, (pages - free) * page_size, dict(tables))
