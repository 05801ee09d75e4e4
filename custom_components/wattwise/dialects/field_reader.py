"""Parts of messages whose types nobody can be sure of, and the fields they hold."""

from collections.abc import Mapping
from typing import Any

from ..metering.reading import Refusal
from .contract.field import Decoded, RefusedField
from .contract.number import parse_json


def read_object(decoded: Decoded, payload: str) -> Mapping[str, Any]:
    """Return the JSON object of a message; what is none is refused as a whole."""
    body = parse_json(payload)
    if not isinstance(body, Mapping):
        decoded.refused.append(RefusedField("", Refusal.MALFORMED))
    return as_object(body)


def tell(
    decoded: Decoded,
    key: str,
    raw: object,
    unit: str | None = None,
    time_ms: int | None = None,
) -> None:
    """Add what a device wrote; nothing and an empty text say nothing, without fault."""
    if raw is not None and raw != "":
        decoded.add(key, raw, unit, time_ms)


def tell_known(
    decoded: Decoded,
    body: Mapping[str, Any],
    units: Mapping[str, str],
    time_ms: int | None = None,
) -> None:
    """Add those fields of a JSON object whose units are known by their names."""
    for key, unit in units.items():
        tell(decoded, key, body.get(key), unit, time_ms)


def as_object(body: object) -> Mapping[str, Any]:
    """Return a JSON object as it is, and anything else as an empty one."""
    return body if isinstance(body, Mapping) else {}


def as_list(body: object) -> list[Any]:
    """Return a JSON list as it is, and anything else as an empty one."""
    return body if isinstance(body, list) else []


def as_text(value: object, default: str = "") -> str:
    """Return a text without white space around it, the default for all else."""
    return value.strip() if isinstance(value, str) and value.strip() else default
