"""A meter that publishes WattWise's own format, and keeps what may not have arrived."""

from collections import deque
from itertools import batched
import json
from queue import Empty, SimpleQueue
import time
from typing import Any, Final

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from wattwise_dev.mqtt.broker import HOST

from .samples import Sent

DEVICE_ID: Final = "a0b1c2d3e4f5"
NAME: Final = "Over MQTT"

_DISCOVERY: Final = f"wattwise/discovery/{DEVICE_ID}"
_DATA: Final = f"wattwise/{DEVICE_ID}/data"
_STATUS: Final = f"wattwise/{DEVICE_ID}/status"
_HOME_ASSISTANT: Final = "homeassistant/status"
_LONGEST_LIST: Final = 500
# A broker that ends takes along what it has confirmed and not yet passed on.
_KEPT_AFTER_CONFIRMED_S: Final = 5.0
# Home Assistant's word may come before the device is connected again.
_LONGEST_WAIT_S: Final = 60.0


class MqttDevice:
    """Publishes what it is told, over and over until Home Assistant has it.

    The broker's confirmation says only that the broker has a message. After every loss of
    the connection the device waits until Home Assistant says that it is back, and sends
    what was not confirmed, and what was confirmed shortly before, as a list with times.

    Paho's thread only leaves word of what happened; everything else is done where
    `measure` is called.
    """

    def __init__(self, port: int) -> None:
        """Connect to a broker on this computer."""
        self.repeated = 0
        """How many samples were sent once more after a loss of the connection."""
        self._happened: SimpleQueue[int | str] = SimpleQueue()
        self._kept: deque[Sent] = deque()
        """What has to be sent when Home Assistant is back."""
        self._on_the_way: dict[int, tuple[Sent, ...]] = {}
        self._confirmed: deque[tuple[float, Sent]] = deque()
        self._listening = True
        self._listens_from = 0.0
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=DEVICE_ID)
        self._client.reconnect_delay_set(1, 1)
        self._client.will_set(_STATUS, "offline", qos=1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._client.connect(HOST, port)
        self._client.loop_start()

    @property
    def waiting(self) -> int:
        """How many samples are not confirmed."""
        return len(self._kept) + sum(map(len, self._on_the_way.values()))

    def measure(self, sent: Sent) -> None:
        """Send a sample, now or when that makes sense again."""
        self._kept.append(sent)
        self.work()

    def work(self) -> None:
        """Do what there is to do; to be called often."""
        while True:
            try:
                happened = self._happened.get_nowait()
            except Empty:
                break
            self._take(happened)
        now = time.monotonic()
        if not self._listening and self._listens_from and now > self._listens_from:
            self._listening = True
        while self._confirmed and self._confirmed[0][0] < now - _KEPT_AFTER_CONFIRMED_S:
            self._confirmed.popleft()
        if self._listening:
            self._send()

    def close(self) -> None:
        """Leave in good order."""
        self._client.disconnect()
        self._client.loop_stop()

    def _take(self, happened: int | str) -> None:
        match happened:
            case int(number):
                now = time.monotonic()
                for sent in self._on_the_way.pop(number, ()):
                    self._confirmed.append((now, sent))
            case "lost":
                doubtful = [sent for _, sent in self._confirmed]
                for sent_together in self._on_the_way.values():
                    doubtful += sent_together
                self.repeated += len(doubtful)
                self._kept.extendleft(reversed(doubtful))
                self._confirmed.clear()
                self._on_the_way.clear()
                self._listening = False
                self._listens_from = 0.0
            case "connected":
                self._listens_from = time.monotonic() + _LONGEST_WAIT_S
            case "online":
                self._listening = True
            case "offline":
                self._listening = False

    def _send(self) -> None:
        """Publish all that waits: what is alone as it is, several as lists."""
        for sent_together in batched(tuple(self._kept), _LONGEST_LIST, strict=False):
            items = [{"time": sent.time_ms, **sent.values} for sent in sent_together]
            body = json.dumps(items if len(items) > 1 else items[0])
            told = self._client.publish(_DATA, body, qos=1)
            self._on_the_way[told.mid] = sent_together
        self._kept.clear()

    def _on_connect(self, client: Client, *_: Any) -> None:
        announced = {"id": DEVICE_ID, "name": NAME, "manufacturer": "Replay"}
        client.publish(_DISCOVERY, json.dumps(announced), qos=1, retain=True)
        client.publish(_STATUS, "online", qos=1, retain=True)
        client.subscribe(_HOME_ASSISTANT, qos=1)
        self._happened.put("connected")

    def _on_disconnect(self, *_: Any) -> None:
        self._happened.put("lost")

    def _on_message(self, _client: Client, _told: Any, message: MQTTMessage) -> None:
        self._happened.put(message.payload.decode(errors="replace"))

    def _on_publish(self, _client: Client, _told: Any, number: int, *_: Any) -> None:
        self._happened.put(number)
