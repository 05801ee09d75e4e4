"""An entity as a device announces it to Home Assistant over MQTT."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
import re
from typing import Any, Final

from .field_reader import as_list, as_object, as_text
from .meter_units import QUANTITY_OF_UNIT

# Announcements may shorten their keys. These are the ones that are needed.
_LONG: Final = {
    "avty": "availability",
    "avty_t": "availability_topic",
    "avty_tpl": "availability_template",
    "cmps": "components",
    "dev_cla": "device_class",
    "ent_cat": "entity_category",
    "lrst_val_tpl": "last_reset_value_template",
    "p": "platform",
    "pl_avail": "payload_available",
    "pl_not_avail": "payload_not_available",
    "stat_t": "state_topic",
    "t": "topic",
    "unit_of_meas": "unit_of_measurement",
    "uniq_id": "unique_id",
    "val_tpl": "value_template",
}
_BASE: Final = "~"
_NO_TOPIC: Final = re.compile(r"[+#\x00]")
_SENSOR: Final = "sensor"
_POWER_FACTOR: Final = "power_factor"

_SIMPLE_TEMPLATE: Final = re.compile(
    r"""\{\{-?\s*value(?:_json((?:\.\w+|\[\s*(?:'[^']+'|"[^"]+"|\d+)\s*\])+))?\s*-?\}\}"""
)
_STEP: Final = re.compile(r"""\.(\w+)|\[\s*(?:'([^']+)'|"([^"]+)"|(\d+))\s*\]""")


@dataclass(frozen=True, slots=True)
class DiscoveredEntity:
    """A value of a meter, and where it comes."""

    key: str
    topic: str
    path: tuple[str | int, ...]
    """The way to the value in the JSON; empty where it is the whole message."""
    unit: str
    availability: tuple[Mapping[str, str], ...]
    """The topics of being there, with what they say then and else."""

    def as_dict(self, key: str) -> dict[str, Any]:
        """Return the entity in JSON types, under this key."""
        path = list(self.path)
        return {"key": key, "topic": self.topic, "path": path, "unit": self.unit}


def entities_of(
    component: str, object_id: str, announced: Mapping[str, Any]
) -> Iterator[DiscoveredEntity]:
    """Yield the entities of an announcement that can be part of a meter.

    `component` is the one of the topic: `device` announces many at once.
    """
    body = _spelled_out(announced)
    if component == _SENSOR:
        entity = _entity(object_id, body)
        if entity is not None:
            yield entity
        return
    shared = {k: v for k, v in body.items() if k != "components"}
    for name, part in as_object(body.get("components")).items():
        described = _spelled_out({**shared, **as_object(part)})
        if described.get("platform") == _SENSOR:
            entity = _entity(str(name), described)
            if entity is not None:
                yield entity


def value_at(body: object, path: Sequence[object]) -> object:
    """Return what a JSON value holds at the end of a way; None if it ends before."""
    for step in path:
        if isinstance(step, str):
            body = as_object(body).get(step)
        elif isinstance(step, int):
            body = (as_list(body)[step : step + 1] or [None])[0]
    return body


def _spelled_out(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return an announcement with its keys and topics in full."""
    full = {_LONG.get(key, key): value for key, value in body.items()}
    base = full.get(_BASE)
    if isinstance(base, str):
        for key, value in full.items():
            if key.endswith("topic") and isinstance(value, str):
                full[key] = _with_base(value, base)
    return full


def _with_base(topic: str, base: str) -> str:
    if topic.startswith(_BASE):
        return base + topic[1:]
    return topic[:-1] + base if topic.endswith(_BASE) else topic


def _topic(body: Mapping[str, Any], name: str) -> str:
    """Return a topic; empty where there is none, or a filter of many."""
    topic = as_text(body.get(name))
    return "" if _NO_TOPIC.search(topic) else topic


def _entity(object_id: str, body: Mapping[str, Any]) -> DiscoveredEntity | None:
    topic = _topic(body, "state_topic")
    template = body.get("value_template", "{{ value }}")
    path = _path(template) if isinstance(template, str) else None
    unit, words = _unit(body), object_id.lower()
    # Diagnostics are about the device: its own supply voltage, for one.
    if not topic or path is None or unit is None or body.get("entity_category"):
        return None
    if body.get("device_class") == _POWER_FACTOR and "factor" not in words:
        object_id += "_power_factor"
    if body.get("last_reset_value_template"):
        object_id += "_since_reset"
    return DiscoveredEntity(object_id, topic, path, unit, tuple(_availability(body)))


def _unit(body: Mapping[str, Any]) -> str | None:
    """Return the unit of what a meter measures; None for all else."""
    unit = body.get("unit_of_measurement")
    if body.get("device_class") == _POWER_FACTOR:
        return "%" if unit == "%" else "1"
    return unit if isinstance(unit, str) and unit in QUANTITY_OF_UNIT else None


def _path(template: str) -> tuple[str | int, ...] | None:
    """Return the way that a simple template goes; None for one that does more."""
    match = _SIMPLE_TEMPLATE.fullmatch(template.strip())
    if match is None:
        return None
    steps = _STEP.findall(match[1] or "")
    return tuple(int(index) if index else "".join(names) for *names, index in steps)


def _availability(body: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the topics of being there whose messages are plain texts."""
    listed = body.get("availability")
    parts = [body] if listed is None else as_list(listed) or [listed]
    for part in parts:
        told = _spelled_out({_BASE: body.get(_BASE), **as_object(part)})
        topic = _topic(told, "topic" if listed is not None else "availability_topic")
        if topic and not (told.get("value_template") and listed is not None):
            yield {
                "topic": topic,
                "online": as_text(told.get("payload_available"), "online"),
                "offline": as_text(told.get("payload_not_available"), "offline"),
            }
