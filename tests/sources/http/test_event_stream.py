"""Server-sent events, however the network divides them."""

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.sources.http.event_stream import (
    MAX_EVENT_CHARACTERS,
    EventStreamParser,
    EventTooLongError,
)

STREAM = (
    '\ufeffretry: 30000\r\nid: 1\r\nevent: ping\r\ndata: {"title": "Zähler"}\r\n\r\n'
    ": a comment\n\n"
    "data:no space\ndata: two lines\ndata\n\n"
    "event: state\rdata: {}\r\r"
    "data: never finished"
).encode()
EVENTS = ['{"title": "Zähler"}', "no space\ntwo lines\n", "{}"]


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_events(cuts: list[int]) -> None:
    """The events are the same wherever the stream is cut, also within a letter."""
    parser = EventStreamParser()
    ends = [*sorted(cuts), len(STREAM)]
    chunks = [STREAM[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
    assert [event for chunk in chunks for event in parser.feed(chunk)] == EVENTS


@given(st.lists(st.binary()))
def test_garbage(chunks: list[bytes]) -> None:
    """Nothing a device sends breaks the parser."""
    parser = EventStreamParser()
    for chunk in chunks:
        assert all(isinstance(event, str) for event in parser.feed(chunk))


@pytest.mark.parametrize("line", [b"x", b"data: xxxxxxxxx\n"])
def test_no_end(line: bytes) -> None:
    """An event that never ends does not fill the memory."""
    parser = EventStreamParser()

    def feed_without_end() -> None:
        for _ in range(MAX_EVENT_CHARACTERS + 1):
            parser.feed(line)

    with pytest.raises(EventTooLongError):
        feed_without_end()
