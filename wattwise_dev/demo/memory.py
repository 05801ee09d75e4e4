"""What the demo remembers of a home it has set up, to go on with it the next time."""

from dataclasses import asdict, dataclass
from datetime import datetime
import json
from pathlib import Path
from typing import Final

_FILE: Final = "demo_home.json"


@dataclass(frozen=True, slots=True)
class KnownMeter:
    """A meter that was set up."""

    subentry_id: str
    device_id: str
    push_key: str | None
    """Shown once when the meter was added; None for one that does not push."""


@dataclass(frozen=True, slots=True)
class KnownHome:
    """A home whose set-up is complete."""

    entry_id: str
    began: datetime
    """Where the loaded past ends and the live readings begin."""
    meters: dict[str, KnownMeter]
    """By the key of the plan."""


def load_home(config_dir: Path) -> KnownHome | None:
    """Return the home of a configuration folder, None when it is not complete."""
    path = config_dir / _FILE
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    return KnownHome(
        entry_id=kept["entry_id"],
        began=datetime.fromisoformat(kept["began"]),
        meters={key: KnownMeter(**meter) for key, meter in kept["meters"].items()},
    )


def save_home(config_dir: Path, home: KnownHome) -> None:
    """Keep the home; it holds the keys of its meters, so only its owner may read it."""
    path = config_dir / _FILE
    path.write_text(
        json.dumps({**asdict(home), "began": home.began.isoformat()}, indent=2),
        encoding="utf-8",
    )
    path.chmod(0o600)
