"""A file of which much was pruned becomes smaller, in small steps."""

from pathlib import Path
import sqlite3

from custom_components.wattwise.history.database import connect_writer
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.readings.free_pages import give_back


async def fill_and_empty(history: History) -> None:
    """Write a few megabytes and delete them again."""
    await history.run(
        lambda t: t.connection.executemany(
            "INSERT INTO packed_hour VALUES (?, zeroblob(3000))",
            [(number,) for number in range(1_500)],
        )
    )
    await history.run(lambda t: t.connection.execute("DELETE FROM packed_hour"))


async def pages(history: History) -> int:
    """Return how many pages the file has."""
    row = await history.ask(
        lambda q: q.connection.execute("PRAGMA page_count").fetchone()
    )
    return int(row[0])


async def test_what_is_free_is_given_back(history: History) -> None:
    """All but what new readings soon take; bounded in each step."""
    await fill_and_empty(history)
    before = await pages(history)
    assert before > 1_500
    steps = 1
    while await history.run_alone(give_back):
        after = await pages(history)
        # Pages that say where others lie go along.
        assert before - after <= 70
        before, steps = after, steps + 1
    assert steps > 10
    assert await pages(history) < 700
    assert not await history.run_alone(give_back)


async def test_an_old_file_stays_as_it_is(tmp_path: Path) -> None:
    """Files from before pages could be given back still work."""
    path = tmp_path / "wattwise.db"
    connect_writer(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA auto_vacuum = NONE")
    connection.execute("VACUUM")
    connection.close()
    history = History(path, "UTC")
    await history.open()
    await fill_and_empty(history)
    before = await pages(history)
    assert not await history.run_alone(give_back)
    assert await pages(history) == before
    await history.close()
