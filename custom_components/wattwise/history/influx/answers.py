"""What the answers of InfluxDB's versions mean.

The texts are those of 1.6.7 (seen), 1.8, 2.x and 3 Core (read in their sources at the
tags v1.8.10, v2.9.1 and v3.9.6).
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
import json
import re
from typing import Final

from .errors import (
    CredentialsError,
    FileLimitError,
    ForbiddenError,
    FullDiskError,
    InfluxError,
    MissingMappingError,
    NoDatabaseError,
    NotInfluxError,
    RejectedError,
    ServerError,
    TooLargeError,
)

_LONGEST_TEXT: Final = 300

_MEANINGS: Final[tuple[tuple[str, type[InfluxError]], ...]] = (
    ("no space left", FullDiskError),
    ("exceeding the file limit", FileLimitError),
    ("dbrp mapping", MissingMappingError),
    ("default retention policy not set", MissingMappingError),
    ("database not found", NoDatabaseError),
    ("retention policy not found", NoDatabaseError),
    ("not authorized", ForbiddenError),
    ("insufficient permissions", ForbiddenError),
    # 3 Core, of a token with signs that no header may have.
    ("authorization header was malformed", CredentialsError),
)
_STATUSES: Final[dict[int, type[InfluxError]]] = {
    400: RejectedError,
    401: CredentialsError,
    403: ForbiddenError,
    413: TooLargeError,
    422: RejectedError,
    507: FullDiskError,
}


def error_of_answer(
    status: int, body: str, retry_after: str | None = None
) -> InfluxError:
    """Return what an answer that is no success means."""
    text = text_of(body) or f"HTTP status {status}"
    if meaning := _meaning(text):
        return meaning(text)
    if kind := _STATUSES.get(status):
        return kind(text)
    if status in {408, 429} or status >= 500:
        return ServerError(text, _seconds(retry_after))
    # Not the path, but what is named in the request.
    if status == 404 and re.search("database|bucket|organization", text):
        return NoDatabaseError(text)
    return NotInfluxError(text)


def error_of_statement(text: str) -> InfluxError:
    """Return what the error of one InfluxQL statement means."""
    meaning = _meaning(text)
    return meaning(text) if meaning else RejectedError(text)


def text_of(body: str) -> str:
    """Return the sentence in the body of an answer; a web page has none."""
    try:
        answer = json.loads(body)
    except ValueError:
        text = body.strip()
        return "" if text.startswith("<") else text[:_LONGEST_TEXT]
    if isinstance(answer, dict):
        # {"error": ...} of 1.x and 3 Core, {"code": ..., "message": ...} of 2.x.
        answer = answer.get("error") or answer.get("message") or body
    return str(answer)


def _meaning(text: str) -> type[InfluxError] | None:
    lower = text.lower()
    return next((kind for part, kind in _MEANINGS if part in lower), None)


def _seconds(retry_after: str | None) -> float | None:
    """Return the delay [s] that a Retry-After header asks for, in either form."""
    if retry_after is None:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(
            0.0,
            (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds(),
        )
    except TypeError, ValueError:
        return None
