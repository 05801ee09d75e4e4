"""What WattWise answered to a push, and what becomes of the readings."""

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Verdict(Enum):
    """What becomes of the readings of a request."""

    SETTLED = "settled"
    """Stored, stored before, or refused one by one for good."""
    REJECTED = "rejected"
    """The body as a whole will never be taken."""
    TOO_LARGE = "too large"
    """To be sent in smaller parts."""
    WRONG_KEY = "wrong key"
    """Kept until the key is right."""
    LATER = "later"
    """Kept until WattWise takes them."""


_VERDICTS = {
    202: Verdict.SETTLED,
    400: Verdict.REJECTED,
    401: Verdict.WRONG_KEY,
    413: Verdict.TOO_LARGE,
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that WattWise did not take, and will not when it is sent again."""

    index: int
    """The place of its reading in the request."""
    channel: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request. The counts are of values, not of readings."""

    verdict: Verdict
    status: int | None
    """None when there was no answer at all."""
    accepted: int = 0
    duplicate: int = 0
    held: int = 0
    refused: tuple[Refused, ...] = ()
    message: str = ""
    retry_after: float | None = None
    """Seconds to wait, when WattWise said so."""
    ignored: tuple[str, ...] = ()
    """Fields that WattWise does not know."""

    @classmethod
    def of(cls, status: int | None, body: object, retry_after: str | None) -> "Answer":
        """Return the meaning of a response; `body` is its JSON, or None."""
        told: dict[str, Any] = body if isinstance(body, dict) else {}
        verdict = _VERDICTS.get(status or 0, Verdict.LATER)
        if verdict is Verdict.SETTLED and "accepted" not in told:
            # Something else than WattWise answers at this address.
            verdict = Verdict.LATER
        return cls(
            verdict,
            status,
            _count(told, "accepted"),
            _count(told, "duplicate"),
            _count(told, "held"),
            tuple(
                Refused(
                    _count(item, "index"),
                    str(item.get("channel", "")),
                    str(item.get("reason", "")),
                )
                for item in _list(told, "refused")
                if isinstance(item, dict)
            ),
            str(told.get("message", "")),
            _seconds(retry_after),
            tuple(str(name) for name in _list(told, "ignored")),
        )


def _count(told: dict[str, Any], name: str) -> int:
    """Return a count of an answer, 0 where it is missing."""
    count = told.get(name)
    return count if isinstance(count, int) else 0


def _list(told: dict[str, Any], name: str) -> list[Any]:
    """Return a list of an answer, an empty one where it is missing."""
    items = told.get(name)
    return items if isinstance(items, list) else []


def _seconds(retry_after: str | None) -> float | None:
    """Return the seconds of a Retry-After header; None where it names no number."""
    try:
        seconds = float(retry_after or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < 86_400 else None
