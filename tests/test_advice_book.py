"""What becomes of advice that people dismissed, snoozed or took."""

from datetime import UTC, datetime, timedelta
import json

import pytest

from custom_components.wattwise.advice.advice_book import (
    AdviceBook,
    AdviceState,
    UnknownAdviceError,
)
from custom_components.wattwise.analytics.advice.advice import Advice, AdviceKind

NOW = datetime(2026, 6, 17, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def standby(size: float) -> Advice:
    """Return advice about so many watts."""
    return Advice(AdviceKind.STANDBY, {"base_load_w": size}, size, 5)


def states(book: AdviceBook, now: datetime) -> list[AdviceState]:
    """Return what became of all pieces."""
    return [piece.state for piece in book.pieces(now)]


@pytest.mark.parametrize(
    ("size", "state"),
    [
        (300.0, AdviceState.DISMISSED),
        (449.0, AdviceState.DISMISSED),
        (450.0, AdviceState.OPEN),
    ],
)
def test_dismissed_advice_comes_back_when_it_grew_by_half(
    size: float, state: AdviceState
) -> None:
    """Not before, however many years pass; then it is new."""
    book = AdviceBook()
    book.take([standby(300.0)], 28, NOW)
    book.dismiss("standby")
    assert states(book, NOW) == [AdviceState.DISMISSED]
    later = NOW + 800 * DAY
    # For a while it was not found at all.
    book.take([], 28, NOW + 100 * DAY)
    book.take([standby(size)], 28, later)
    assert states(book, later) == [state]
    since = later if state is AdviceState.OPEN else NOW
    assert book.notes["standby"].since == since


def test_advice_that_passed_is_new_when_it_returns() -> None:
    """Within two months it is the same; after that it begins anew."""
    book = AdviceBook()
    book.take([standby(300.0)], 28, NOW)
    book.take([], 28, NOW + 30 * DAY)
    assert book.pieces(NOW) == []
    book.take([standby(300.0)], 28, NOW + 40 * DAY)
    assert book.notes["standby"].since == NOW
    book.take([], 28, NOW + 101 * DAY)
    assert book.notes == {}


def test_what_was_not_found_cannot_be_dismissed() -> None:
    """Also what was found some time ago."""
    book = AdviceBook()
    with pytest.raises(UnknownAdviceError):
        book.dismiss("standby")
    book.take([standby(300.0)], 28, NOW)
    book.take([], 28, NOW + DAY)
    with pytest.raises(UnknownAdviceError):
        book.snooze("standby", NOW + 5 * DAY)


def test_only_a_handful_is_open() -> None:
    """Of what is open, five; what is snoozed takes no place."""
    book = AdviceBook()
    roofs = [
        Advice(AdviceKind.ROOF_OUTPUT, {}, 0.2, 7, subject=f"roof {i}")
        for i in range(7)
    ]
    book.take(roofs, 28, NOW)
    assert len(book.open(NOW)) == 5
    book.snooze("roof_output.roof 0", NOW + DAY)
    assert book.next_end(NOW) == NOW + DAY
    assert [piece.advice.subject for piece in book.open(NOW)] == [
        f"roof {i}" for i in range(1, 6)
    ]
    assert len(book.open(NOW + DAY)) == 5
    assert book.open(NOW + DAY)[0].advice.subject == "roof 0"
    assert book.next_end(NOW + DAY) is None


def test_notes_are_bounded() -> None:
    """However many meters come and go."""
    book = AdviceBook()
    for i in range(300):
        advice = Advice(AdviceKind.ROOF_OUTPUT, {}, 0.2, 7, subject=f"roof {i}")
        book.take([advice], 28, NOW + i * DAY)
        book.dismiss(advice.key)
    book.take([], 28, NOW + 300 * DAY)
    assert len(book.notes) == 200
    assert "roof_output.roof 299" in book.notes


def test_a_snooze_lasts_as_long_as_was_asked() -> None:
    """Also of what is not found for months: only then it begins anew."""
    book = AdviceBook()
    book.take([standby(300.0)], 28, NOW)
    book.snooze("standby", NOW + 300 * DAY)
    book.take([], 28, NOW + 100 * DAY)
    book.take([standby(300.0)], 28, NOW + 200 * DAY)
    assert states(book, NOW + 200 * DAY) == [AdviceState.SNOOZED]
    book.take([], 28, NOW + 301 * DAY)
    assert book.notes == {}


def test_what_another_version_kept_costs_nothing_else() -> None:
    """A kind or a note that is not known is left out; what people said stays."""
    book = AdviceBook()
    book.take([standby(300.0)], 28, NOW)
    book.dismiss("standby")
    kept = json.loads(json.dumps(book.as_dict()))
    strange = kept["found"][0]
    kept["found"] += [
        strange | {"kind": "of_tomorrow"},
        strange | {"colour": "red"},
        strange | {"evidence": {"days": "many"}},
        strange | {"evidence": None},
        "no piece",
    ]
    kept["notes"] |= {"roof": {"since": "yesterday"}, "plug": 7}
    assert AdviceBook.from_dict(kept) == book


def test_all_of_it_is_kept() -> None:
    """What is written as JSON is read as it was."""
    book = AdviceBook()
    fridge = Advice(
        AdviceKind.APPLIANCE_EFFICIENCY, {"days": 28.0}, 0.4, 6, 100.0, 30.0, "fridge"
    )
    book.take([fridge, standby(300.0)], 28, NOW)
    book.dismiss("standby")
    book.snooze(fridge.key, NOW + DAY)
    again = AdviceBook.from_dict(json.loads(json.dumps(book.as_dict())))
    assert again == book
    assert AdviceBook.from_dict(AdviceBook().as_dict()) == AdviceBook()
