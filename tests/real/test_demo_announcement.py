"""What a device of the demo says of itself is heard by every home of the machine."""

from contextlib import ExitStack, closing
import socket

import pytest
from zeroconf import IPVersion
from zeroconf._utils.net import new_socket

from wattwise_dev.demo.devices.announcement import Announcement

pytestmark = pytest.mark.real

HOMES = 4
TIMES = 3


def test_every_home_hears_it() -> None:
    """They share a port, and none needs more than a few announcements."""
    plug = Announcement("_http._tcp.local.", "tasmota-5c1e07-7687", 80)
    with ExitStack() as stack:
        homes = [stack.enter_context(closing(listener())) for _ in range(HOMES)]
        heard = [False] * HOMES
        for _ in range(TIMES):
            plug.send()
            heard = [
                before or hears(home) for before, home in zip(heard, homes, strict=True)
            ]
    assert all(heard)


def listener() -> socket.socket:
    """Return what a home listens with, as zeroconf makes it."""
    home = new_socket(("",), ip_version=IPVersion.All)
    assert home is not None
    home.setblocking(False)
    return home


def hears(home: socket.socket) -> bool:
    """Return whether the plug is among what a home was told."""
    heard = False
    while True:
        try:
            message = home.recv(9000)
        except BlockingIOError:
            return heard
        heard |= b"tasmota-5c1e07-7687" in message
