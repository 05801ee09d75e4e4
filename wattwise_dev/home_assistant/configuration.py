"""What stands in the configuration folder before Home Assistant starts."""

from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any, Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
INTEGRATION: Final = REPOSITORY / "custom_components" / "wattwise"
HOST: Final = "127.0.0.1"
# The adapter's name on Linux, and on a Mac.
_LOOPBACK: Final = ("lo", "lo0")

_CONFIGURATION: Final = """\
# Written anew at every start; change wattwise_dev instead.
homeassistant:
  name: {name}
  latitude: {latitude}
  longitude: {longitude}
  elevation: 0
  unit_system: metric
  time_zone: {time_zone}
  country: {country}
  currency: {currency}
  internal_url: {url}

frontend:
config:
recorder:
history:
logbook:
energy:
my:
automation: !include automations.yaml
script: !include scripts.yaml

logger:
  default: warning
  logs:
    custom_components.wattwise: info
    # Voices and cameras look for programmes that nobody needs here.
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""


# What people make in the frontend's editors is written there.
_OWNED_BY_EDITOR: Final = ("automations.yaml", "scripts.yaml")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the home stands."""

    name: str = "Home"
    country: str = "DE"
    currency: str = "EUR"
    time_zone: str = "Europe/Berlin"
    latitude: float = 52.52
    longitude: float = 13.4


def url_of(port: int) -> str:
    """Return the address of a Home Assistant on this machine."""
    return f"http://{HOST}:{port}"


def write_configuration(
    config_dir: Path,
    port: int,
    place: Place,
    *,
    extra_configuration: str = "",
    with_integration: bool = True,
) -> None:
    """Make the folder one that Home Assistant starts from, on this port only.

    What Home Assistant keeps there itself stays untouched, so that the next start
    finds the same home again.
    """
    config_dir.mkdir(parents=True, exist_ok=True)
    (config_dir / "configuration.yaml").write_text(
        _CONFIGURATION.format(
            name=place.name,
            latitude=place.latitude,
            longitude=place.longitude,
            time_zone=place.time_zone,
            country=place.country,
            currency=place.currency,
            url=url_of(port),
        )
        + ("\n" + extra_configuration if extra_configuration else ""),
        encoding="utf-8",
    )
    for owned in _OWNED_BY_EDITOR:
        # What was made in the editors is kept.
        (config_dir / owned).touch()
    _write_http_settings(config_dir, port)
    _keep_to_loopback(config_dir)
    _skip_core_config_step(config_dir)
    _link_integration(config_dir, present=with_integration)


def _write_http_settings(config_dir: Path, port: int) -> None:
    """Bind to this machine only.

    Settings in YAML are taken on trial and reverted by a restart after five minutes;
    the form of storage version 1 is migrated to confirmed settings instead.
    """
    _write_storage(config_dir, "http", 1, {"server_host": [HOST], "server_port": port})


def _keep_to_loopback(config_dir: Path) -> None:
    """Let it neither announce itself in the network nor look for devices there."""
    _write_storage(config_dir, "core.network", 1, {"configured_adapters": _LOOPBACK})


def _skip_core_config_step(config_dir: Path) -> None:
    """Leave out the one onboarding step that talks to the internet.

    It sets up the weather, the radio and the translate service; everything else it
    asks for stands in the configuration already.
    """
    if not (config_dir / ".storage" / "onboarding").exists():
        _write_storage(config_dir, "onboarding", 4, {"done": ["core_config"]})


def _write_storage(
    config_dir: Path, key: str, version: int, data: dict[str, Any]
) -> None:
    storage = config_dir / ".storage"
    storage.mkdir(exist_ok=True)
    (storage / key).write_text(
        json.dumps({"version": version, "minor_version": 1, "key": key, "data": data}),
        encoding="utf-8",
    )


def _link_integration(config_dir: Path, *, present: bool) -> None:
    custom_components = config_dir / "custom_components"
    custom_components.mkdir(exist_ok=True)
    link = custom_components / INTEGRATION.name
    if link.is_symlink():
        link.unlink()
    if present:
        link.symlink_to(INTEGRATION, target_is_directory=True)
