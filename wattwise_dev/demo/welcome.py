"""What people are told of the demo home, on its dashboard and in the terminal."""

from typing import Final

from .database import DATABASE, PASSWORD, USER, DemoDatabase
from .memory import KnownHome
from .plan import METERS, Transport

_DASHBOARD: Final = """\
# Demo home
Four simulated meters report live, each in its own way. {}

Their last 60 days were loaded from files."""
_AND_DATABASE: Final = " Every reading is written to an **InfluxDB** as well."
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
    text = _DASHBOARD.format(" ".join(sentences))
    if known.wiring.influxdb_port is not None:
        text += _AND_DATABASE
    return text


def terminal_lines(known: KnownHome) -> list[str]:
    """Return how each meter reports and, where it had to, why not as planned."""
    lines = []
    for meter in METERS:
        line = f"{meter.name:<16} {_WORDS[_transport(known, meter.key)]}"
        if reason := known.fallbacks.get(meter.key):
            line += f" ({reason})"
        lines.append(line)
    return lines


def database_lines(database: DemoDatabase) -> list[str]:
    """Return where InfluxDB answers, and how to look at what it has."""
    question = (
        'SELECT last("value") FROM "wattwise_reading" GROUP BY "meter", "channel"'
    )
    look = (
        f"curl -G {database.url}/query -u {USER}:{PASSWORD} -d db={DATABASE}"
        f" -d pretty=true --data-urlencode 'q={question}'"
    )
    return [
        f"InfluxDB  {database.url}, database {DATABASE}",
        f"Log in    {USER} / {PASSWORD}",
        f"Look      {look}",
    ]


def _transport(known: KnownHome, meter: str) -> Transport:
    return Transport(known.meters[meter].transport)
