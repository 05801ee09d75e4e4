"""The client: adds readings to a queue and sends what waits in it."""

from collections.abc import Callable, Mapping
import http.client
import json
import logging
import time
import urllib.error
import urllib.request

from .answer import Answer, Verdict
from .queue import ReadingQueue
from .reading import InvalidReadingError, Reading

_LOGGER = logging.getLogger(__name__)

LONGEST_BATCH = 1_000
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
PAUSE_AFTER_WRONG_KEY = 120.0
_LONGEST_ANSWER = 1_000_000


class Client:
    """Sends the readings of one meter.

    A reading leaves the queue only when WattWise has settled it. One that was settled
    while the answer got lost is sent again; WattWise recognises it by its time.
    """

    def __init__(
        self,
        url: str,
        key: str,
        queue: ReadingQueue,
        *,
        batch: int = LONGEST_BATCH,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the address of Home Assistant and the key of the meter.

        `batch` is how many readings go into a request at most, `timeout` how long to
        wait for an answer [s].
        """
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{url!r} does not begin with http:// or https://")
        self._url = f"{url.rstrip('/')}/api/wattwise/data"
        self._headers = {"X-API-Key": key, "Content-Type": "application/json"}
        self._queue = queue
        self._batch = min(batch, LONGEST_BATCH)
        self._timeout = timeout
        self._clock = clock
        self._opener = _opener()
        self._pause = 0.0
        self._send_at = clock()
        self.rejected = 0
        """Readings that WattWise will never take."""

    @property
    def waiting(self) -> int:
        """Return how many readings wait."""
        return len(self._queue)

    @property
    def pause(self) -> float:
        """Return in how many seconds it makes sense to send again; 0 for now."""
        return max(0.0, self._send_at - self._clock())

    def add(self, values: Mapping[str, float], when: float | None = None) -> None:
        """Keep what the meter showed at a moment [s since 1970], by default this one.

        It is on the disk when this returns. Raises InvalidReadingError for what WattWise
        could not take.
        """
        self._queue.add(Reading.of(values, when))

    def send(self) -> Answer | None:
        """Send the oldest readings and return the answer; None if none wait.

        Sends regardless of `pause`.
        """
        numbers, readings = self._queue.oldest(self._batch)
        if not readings:
            return None
        answer = self._post([reading.as_item() for reading in readings])
        match answer.verdict:
            case Verdict.SETTLED:
                self._queue.remove(numbers)
                self._go_on()
                for refused in answer.refused:
                    _LOGGER.warning(
                        "WattWise refused %s of a reading: %s",
                        refused.channel or "all",
                        refused.reason,
                    )
            case Verdict.REJECTED:
                self._drop(numbers, answer)
            case Verdict.TOO_LARGE if len(readings) == 1:
                self._drop(numbers, answer)
            case Verdict.TOO_LARGE:
                self._batch = (len(readings) + 1) // 2
                self._go_on()
            case _:
                self._wait(answer)
        return answer

    def send_all(self) -> Answer | None:
        """Send until nothing waits or WattWise does not take it; return the last answer.

        Does nothing during a pause that WattWise asked for.
        """
        answer = None
        while self.waiting and not self.pause:
            answer = self.send()
        return answer

    def run(self, measure: Callable[[], Mapping[str, float]], interval: float) -> None:
        """Measure every `interval` seconds and send, until the program is ended."""
        measure_at = self._clock()
        while True:
            try:
                self.add(measure())
            except InvalidReadingError as error:
                _LOGGER.warning("A reading is left out: %s", error)
            self.send_all()
            # What was missed during a slow answer is not made up for.
            measure_at = max(measure_at + interval, self._clock())
            time.sleep(max(0.0, measure_at - self._clock()))

    def _post(self, items: list[dict[str, float]]) -> Answer:
        """Return the answer to a request; a failed one is an answer too."""
        request = urllib.request.Request(  # noqa: S310
            self._url, json.dumps(items).encode(), self._headers
        )
        try:
            try:
                response = self._opener.open(request, timeout=self._timeout)
            except urllib.error.HTTPError as error:
                response = error
            with response:
                return _read(response)
        except (OSError, http.client.HTTPException) as error:
            return Answer(Verdict.LATER, None, message=str(error))

    def _drop(self, numbers: list[int], answer: Answer) -> None:
        """Forget readings that will never be taken."""
        _LOGGER.error(
            "WattWise will never take %d readings: %s", len(numbers), answer.message
        )
        self._queue.remove(numbers)
        self.rejected += len(numbers)
        self._go_on()

    def _go_on(self) -> None:
        """Send the next request without a pause."""
        self._pause = 0.0
        self._send_at = self._clock()

    def _wait(self, answer: Answer) -> None:
        """Choose when to try again: as WattWise says, else twice as long as before."""
        self._pause = min(max(self._pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        pause = self._pause
        if answer.verdict is Verdict.WRONG_KEY:
            pause = max(pause, PAUSE_AFTER_WRONG_KEY)
        if answer.retry_after is not None:
            pause = answer.retry_after
        self._send_at = self._clock() + pause
        _LOGGER.info(
            "%d readings wait for %.0f s: %s",
            self.waiting,
            pause,
            answer.message or f"status {answer.status}",
        )


def _opener() -> urllib.request.OpenerDirector:
    """Return what opens addresses: no redirections, the key goes to no other place."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _read(response: http.client.HTTPResponse | urllib.error.HTTPError) -> Answer:
    """Return the meaning of a response."""
    try:
        body = json.loads(response.read(_LONGEST_ANSWER))
    except ValueError:
        body = None
    return Answer.of(response.status, body, response.headers.get("Retry-After"))
