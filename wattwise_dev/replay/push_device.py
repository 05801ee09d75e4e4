"""A meter that pushes over HTTP with the project's own client and its offline queue."""

from pathlib import Path
from queue import Empty, SimpleQueue
import threading
import time
from typing import Final

from wattwise_push import Client, ReadingQueue

from .samples import Sent

# WattWise takes 20 requests a second for long.
_BETWEEN_REQUESTS_S: Final = 0.1


class PushDevice:
    """Pushes what it is told, in a thread of its own."""

    def __init__(self, url: str, key: str, file: Path) -> None:
        """Push to a Home Assistant; what waits lies in a file."""
        self._url, self._key, self._file = url, key, file
        self._measured: SimpleQueue[Sent] = SimpleQueue()
        self._ended = threading.Event()
        self.waiting = 0
        """How many samples are not settled."""
        self.rejected = 0
        """How many WattWise would never take."""
        self._thread = threading.Thread(target=self._run, name="push device")
        self._thread.start()

    def measure(self, sent: Sent) -> None:
        """Send a sample, now or when that makes sense again."""
        self._measured.put(sent)

    def close(self) -> None:
        """End the thread; what waits stays in the file."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        with ReadingQueue(self._file) as queue:
            client = Client(self._url, self._key, queue, timeout=5.0)
            while not self._ended.is_set():
                while True:
                    try:
                        sent = self._measured.get_nowait()
                    except Empty:
                        break
                    client.add(sent.values, sent.time_ms / 1000)
                client.send_all()
                self.waiting = client.waiting
                self.rejected = client.rejected
                time.sleep(_BETWEEN_REQUESTS_S)
