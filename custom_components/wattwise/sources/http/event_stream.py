"""Server-sent events: the data of each, out of the bytes of an endless answer."""

from codecs import getincrementaldecoder
from typing import Final

# Longer than any event of a meter; what is longer is no event.
MAX_EVENT_CHARACTERS: Final = 65_536

_BYTE_ORDER_MARK: Final = "\ufeff"


class EventTooLongError(Exception):
    """What comes does not end, as an event does."""


class EventStreamParser:
    """Puts events together, however the network divides them."""

    def __init__(self) -> None:
        """Begin with the first byte of an answer."""
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._data: list[str] = []
        self._began = False

    def feed(self, chunk: bytes) -> list[str]:
        """Return the data of the events that the chunk completes.

        Raises EventTooLongError once more is kept than an event can have.
        """
        text = self._rest + self._decode(chunk)
        if text and not self._began:
            self._began = True
            text = text.removeprefix(_BYTE_ORDER_MARK)
        # A return at the end may be the first half of a line's end.
        held = "\r" if text.endswith("\r") else ""
        text = text.removesuffix(held).replace("\r\n", "\n").replace("\r", "\n")
        *lines, rest = text.split("\n")
        self._rest = rest + held
        events = [data for line in lines if (data := self._take(line)) is not None]
        if len(self._rest) + sum(map(len, self._data)) > MAX_EVENT_CHARACTERS:
            raise EventTooLongError(f"more than {MAX_EVENT_CHARACTERS} characters")
        return events

    def _take(self, line: str) -> str | None:
        """Return the data of the event that ends with the line, if one does."""
        if not line:
            data, self._data = self._data, []
            return "\n".join(data) if data else None
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
        return None
