"""Which advice was found, and what people said to it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from ..analytics.advice.advice import Advice, AdviceKind
from ..analytics.advice.home_evidence import MOST

# What was dismissed comes back when it is about half as much again.
GROWN: Final = 1.5
# What is not found for so long was taken, or has passed: if it comes again, it is new.
_FORGOTTEN_AFTER: Final = timedelta(days=60)
_MOST_NOTES: Final = 200


class AdviceState(StrEnum):
    """What became of a piece of advice."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"


class UnknownAdviceError(Exception):
    """There is no such piece of advice."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of a piece of advice beside what it says."""

    since: datetime
    seen: datetime
    dismissed_size: float | None = None
    snoozed_until: datetime | None = None

    def state(self, now: datetime) -> AdviceState:
        """Return what became of it until now."""
        if self.dismissed_size is not None:
            return AdviceState.DISMISSED
        if self.snoozed_until is not None and now < self.snoozed_until:
            return AdviceState.SNOOZED
        return AdviceState.OPEN


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of advice as it stands."""

    advice: Advice
    note: Note
    state: AdviceState


@dataclass(slots=True)
class AdviceBook:
    """What the last look found, and notes of it by the keys of the pieces."""

    looked: datetime | None = None
    days_known: int = 0
    """Of the four weeks before the last look."""
    found: list[Advice] = field(default_factory=list)
    notes: dict[str, Note] = field(default_factory=dict)

    def take(self, found: Sequence[Advice], days_known: int, now: datetime) -> None:
        """Take what another look found, the most worthwhile first."""
        self.looked, self.days_known, self.found = now, days_known, list(found)
        for advice in found:
            note = self.notes.get(advice.key, Note(now, now))
            if note.dismissed_size and advice.size >= GROWN * note.dismissed_size:
                note = Note(now, now)
            self.notes[advice.key] = replace(note, seen=now)
        kept = sorted(
            (
                (key, note)
                for key, note in self.notes.items()
                if note.dismissed_size is not None
                or now - note.seen < _FORGOTTEN_AFTER
                or (note.snoozed_until is not None and note.snoozed_until > now)
            ),
            key=lambda item: item[1].seen,
        )
        self.notes = dict(kept[-_MOST_NOTES:])

    def pieces(self, now: datetime) -> list[Piece]:
        """Return all that was found, the most worthwhile first."""
        return [
            Piece(advice, note, note.state(now))
            for advice in self.found
            if (note := self.notes.get(advice.key))
        ]

    def open(self, now: datetime) -> list[Piece]:
        """Return what people should see: a handful."""
        pieces = self.pieces(now)
        return [piece for piece in pieces if piece.state is AdviceState.OPEN][:MOST]

    def dismiss(self, key: str) -> None:
        """Show a piece no more; raises UnknownAdviceError."""
        size = next((a.size for a in self.found if a.key == key), None)
        if size is None:
            raise UnknownAdviceError
        self.notes[key] = replace(
            self.notes[key], dismissed_size=size, snoozed_until=None
        )

    def snooze(self, key: str, until: datetime) -> None:
        """Show a piece from some time on, also if it was dismissed.

        Raises UnknownAdviceError.
        """
        if all(advice.key != key for advice in self.found):
            raise UnknownAdviceError
        self.notes[key] = replace(
            self.notes[key], dismissed_size=None, snoozed_until=until
        )

    def next_end(self, now: datetime) -> datetime | None:
        """Return when the next snooze ends."""
        ends = (piece.note.snoozed_until for piece in self.pieces(now))
        return min((end for end in ends if end is not None and end > now), default=None)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it in the form in which it is kept."""
        return {
            "looked": _text(self.looked),
            "days_known": self.days_known,
            "found": [asdict(advice) for advice in self.found],
            "notes": {
                key: {
                    "since": _text(note.since),
                    "seen": _text(note.seen),
                    "dismissed_size": note.dismissed_size,
                    "snoozed_until": _text(note.snoozed_until),
                }
                for key, note in self.notes.items()
            },
        }

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> Self:
        """Read what was kept; KeyError, TypeError or ValueError if it is something else.

        Of what another version kept, a piece or a note that this one cannot read is left
        out, and the rest stays.
        """
        return cls(
            _moment(kept["looked"]),
            int(kept["days_known"]),
            [a for kept_one in kept["found"] if (a := _advice(kept_one))],
            {
                key: n
                for key, kept_one in kept["notes"].items()
                if (n := _note(kept_one))
            },
        )


def _advice(kept: dict[str, Any]) -> Advice | None:
    try:
        evidence = {name: float(value) for name, value in kept["evidence"].items()}
        known = {"kind": AdviceKind(kept["kind"]), "evidence": evidence}
        return Advice(**{**kept, **known})
    except AttributeError, KeyError, TypeError, ValueError:
        return None


def _note(kept: dict[str, Any]) -> Note | None:
    try:
        size = kept["dismissed_size"]
        return Note(
            datetime.fromisoformat(kept["since"]),
            datetime.fromisoformat(kept["seen"]),
            None if size is None else float(size),
            _moment(kept["snoozed_until"]),
        )
    except KeyError, TypeError, ValueError:
        return None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
