"""What people are told of the demo home, on its dashboard and in the terminal."""

from typing import Final

from .memory import KnownHome
from .plan import METERS, Transport

_DASHBOARD: Final = """\
# Demo home
Four simulated meters report live, each in its own way. {}

Their last 60 days were loaded from files."""
_SENTENCES: Final = {
    Transport.MQTT: "The **{}** speaks MQTT.",
    Transport.PUSH: "The **{}** roof pushes over HTTP.",
    Transport.HTTP: "The **{}** has a plug with Tasmota that is asked over HTTP.",
    Transport.ESPHOME: "The **{}** is measured by an ESPHome node.",
    Transport.ENTITIES: "The **{}** is made of sensors that Home Assistant has already.",
}
_WORDS: Final = {
    Transport.MQTT: "speaks MQTT",
    Transport.PUSH: "pushes over HTTP",
    Transport.HTTP: "is asked over HTTP",
    Transport.ESPHOME: "is an ESPHome node",
    Transport.ENTITIES: "is made of sensors of Home Assistant",
}


def dashboard_welcome(known: KnownHome) -> str:
    """Return what stands above the dashboard, in Markdown."""
    sentences = (
        _SENTENCES[_transport(known, meter.key)].format(meter.name.lower())
        for meter in METERS
    )
    return _DASHBOARD.format(" ".join(sentences))


def terminal_lines(known: KnownHome) -> list[str]:
    """Return how each meter reports and, where it had to, why not as planned."""
    lines = []
    for meter in METERS:
        line = f"{meter.name:<16} {_WORDS[_transport(known, meter.key)]}"
        if reason := known.fallbacks.get(meter.key):
            line += f" ({reason})"
        lines.append(line)
    return lines


def _transport(known: KnownHome, meter: str) -> Transport:
    return Transport(known.meters[meter].transport)
