"""What the demo remembers of a home it has set up, to go on with it the next time."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
import json
from pathlib import Path
from typing import Any, Final

from .devices.wiring import Wiring

_FILE: Final = "demo_home.json"
# Homes of another version have other devices.
_VERSION: Final = 2


class ForeignHomeError(Exception):
    """The home was set up by another version of the demo."""


@dataclass(frozen=True, slots=True)
class KnownMeter:
    """A meter that was set up."""

    subentry_id: str
    device_id: str
    transport: str
    """How its readings come, as in the plan."""
    found_by: str
    """What it was discovered by, in Home Assistant's words; `user` if by nobody."""
    push_key: str | None = None
    """Shown once when the meter was added; None for one that does not push."""


@dataclass(frozen=True, slots=True)
class KnownNeighbour:
    """A further household, whose only meter pushes."""

    entry_id: str
    household: str
    """Its name in the simulator."""
    seed: int
    began: datetime
    """Where its loaded past ends and its live readings begin."""
    push_key: str
    """Empty while it is being set up."""


@dataclass(frozen=True, slots=True)
class KnownHome:
    """A home whose set-up is complete."""

    entry_id: str
    began: datetime
    """Where the loaded past ends and the live readings begin."""
    wiring: Wiring
    meters: dict[str, KnownMeter]
    """By the key of the plan."""
    fallbacks: dict[str, str]
    """Why a meter is not what was planned, by its key."""
    neighbours: dict[str, KnownNeighbour] = field(default_factory=dict)
    """Further households, by their names."""


def load_home(config_dir: Path) -> KnownHome | None:
    """Return the home of a configuration folder, None when it is not complete.

    Raises ForeignHomeError when another version of the demo has set it up.
    """
    path = config_dir / _FILE
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    if kept.get("version") != _VERSION:
        raise ForeignHomeError("It was set up by another version of the demo.")
    return KnownHome(
        entry_id=kept["entry_id"],
        began=datetime.fromisoformat(kept["began"]),
        wiring=Wiring(**kept["wiring"]),
        meters={key: KnownMeter(**meter) for key, meter in kept["meters"].items()},
        fallbacks=kept["fallbacks"],
        neighbours={
            name: KnownNeighbour(
                **neighbour | {"began": datetime.fromisoformat(neighbour["began"])}
            )
            for name, neighbour in kept.get("neighbours", {}).items()
        },
    )


def save_home(config_dir: Path, home: KnownHome) -> None:
    """Keep the home; it holds the keys of its meters, so only its owner may read it."""
    path = config_dir / _FILE
    kept: dict[str, Any] = {
        "version": _VERSION,
        **asdict(home),
        "began": home.began.isoformat(),
    }
    for neighbour in kept["neighbours"].values():
        neighbour["began"] = neighbour["began"].isoformat()
    path.touch(mode=0o600)
    path.write_text(json.dumps(kept, indent=2), encoding="utf-8")
