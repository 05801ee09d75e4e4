"""The action that loads past readings from a file."""

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .history.csv_file import (
    CsvBatch,
    CsvLayout,
    CsvLayoutError,
    detect_interval,
    read_batches,
)
from .history.errors import HistoryError
from .meter import Meter
from .meter_target import async_target_meter
from .metering.profile import EnergyKind
from .metering.quantity import (
    METER_CHANNELS,
    Channel,
    Quantity,
    UnknownUnitError,
    known_units,
    to_base_unit,
)
from .metering.reading import Reading, RefusedReading

# Besides the folders Home Assistant allows, files may lie in this one.
IMPORT_FOLDER: Final = "wattwise"

ATTR_FILE: Final = "file"
ATTR_CHANNEL: Final = "channel"
ATTR_TIME_COLUMN: Final = "time_column"
ATTR_VALUE_COLUMN: Final = "value_column"
ATTR_UNIT: Final = "unit"
ATTR_TIME_ZONE: Final = "time_zone"
ATTR_TIME_FORMAT: Final = "time_format"
ATTR_STAMP: Final = "stamp"
ATTR_KIND: Final = "kind"
ATTR_DRY_RUN: Final = "dry_run"

_STAMP_START: Final = "start"
_STAMP_END: Final = "end"
_PREVIEW_READINGS: Final = 5
_NAMED_REFUSALS: Final = 20

SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_DEVICE_ID): cv.string,
        probatio.Required(ATTR_FILE): cv.string,
        probatio.Required(ATTR_CHANNEL): probatio.In(
            [channel.value for channel in METER_CHANNELS]
        ),
        probatio.Required(ATTR_TIME_COLUMN): cv.string,
        probatio.Required(ATTR_VALUE_COLUMN): cv.string,
        probatio.Required(ATTR_UNIT): cv.string,
        probatio.Optional(ATTR_TIME_ZONE): cv.string,
        probatio.Optional(ATTR_TIME_FORMAT): cv.string,
        probatio.Optional(ATTR_STAMP, default=_STAMP_START): probatio.In(
            [_STAMP_START, _STAMP_END]
        ),
        probatio.Optional(ATTR_KIND): probatio.In([kind.value for kind in EnergyKind]),
        probatio.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
    }
)


@dataclass(slots=True)
class _Summary:
    """What a file held and what became of it."""

    accepted: int = 0
    duplicate: int = 0
    held: int = 0
    rows: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    refused: list[RefusedReading] = field(default_factory=list)
    preview: list[Reading] = field(default_factory=list)

    def count_rows(self, batch: CsvBatch) -> None:
        """Note what a part of the file holds."""
        self.rows += len(batch.readings) + len(batch.refused)
        for reading in batch.readings:
            if self.first_ms is None or reading.time_ms < self.first_ms:
                self.first_ms = reading.time_ms
            if self.last_ms is None or reading.time_ms > self.last_ms:
                self.last_ms = reading.time_ms
        missing = _PREVIEW_READINGS - len(self.preview)
        self.preview += batch.readings[:missing]

    def count_refused(self, refused: list[RefusedReading]) -> None:
        """Note refused rows, the first ones by their line."""
        self.reasons.update(item.reason.value for item in refused)
        self.refused += refused[: _NAMED_REFUSALS - len(self.refused)]

    def as_response(self, interval_s: float, *, dry_run: bool) -> dict[str, Any]:
        """Return what the caller is told."""
        response: dict[str, Any] = {
            "dry_run": dry_run,
            "rows": self.rows,
            "interval": interval_s,
            "first": _iso(self.first_ms),
            "last": _iso(self.last_ms),
            "refused": sum(self.reasons.values()),
            "refused_by_reason": dict(self.reasons),
            "refused_rows": [
                {"line": item.index, "reason": item.reason.value}
                for item in self.refused
            ],
            "preview": [
                {
                    "time": _iso(reading.time_ms),
                    "channel": reading.channel.value,
                    "value": reading.value,
                }
                for reading in self.preview
            ],
        }
        if not dry_run:
            response |= {
                "accepted": self.accepted,
                "duplicate": self.duplicate,
                "held": self.held,
            }
        return response


async def async_import_history(call: ServiceCall) -> ServiceResponse:
    """Load a file into a meter's history, or show what it would bring."""
    hass = call.hass
    meter = async_target_meter(hass, call.data[ATTR_DEVICE_ID])
    path = await _async_file(hass, call.data[ATTR_FILE])
    kind = _kind(meter, call.data)
    layout = await _async_layout(hass, call.data, kind)
    try:
        return await _async_import(
            hass, meter, path, layout, kind, dry_run=call.data[ATTR_DRY_RUN]
        )
    except CsvLayoutError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_column",
            translation_placeholders={
                "column": err.column,
                "columns": ", ".join(err.columns),
            },
        ) from err
    except UnicodeDecodeError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="file_not_utf8",
            translation_placeholders={"file": call.data[ATTR_FILE]},
        ) from err
    except (OSError, HistoryError) as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="import_failed",
            translation_placeholders={"error": str(err)},
        ) from err


async def _async_import(
    hass: HomeAssistant,
    meter: Meter,
    path: Path,
    layout: CsvLayout,
    kind: EnergyKind,
    *,
    dry_run: bool,
) -> ServiceResponse:
    interval_s = await hass.async_add_executor_job(detect_interval, path, layout)
    profile = replace(meter.profile, energy_kind=kind)
    batches = read_batches(path, layout, interval_s)
    summary = _Summary()
    while batch := await hass.async_add_executor_job(partial(next, batches, None)):
        summary.count_rows(batch)
        if dry_run:
            summary.count_refused(batch.refused)
            continue
        receipt = await meter.history.append(
            replace(profile, interval_s=batch.interval_s),
            batch.readings,
            batch.refused,
            live=False,
        )
        summary.count_refused(receipt.refused)
        summary.accepted += receipt.accepted
        summary.duplicate += receipt.duplicate
        summary.held += receipt.held
    if not dry_run:
        await meter.history.refresh_rollups()
        await meter.coordinator.async_refresh()
    return summary.as_response(interval_s, dry_run=dry_run)


def _kind(meter: Meter, data: dict[str, Any]) -> EnergyKind:
    """Return how the file tells energy; amounts are what most portals offer."""
    if chosen := data.get(ATTR_KIND):
        return EnergyKind(chosen)
    if Channel(data[ATTR_CHANNEL]).is_energy:
        return EnergyKind.INTERVAL
    return meter.profile.energy_kind


async def _async_layout(
    hass: HomeAssistant, data: dict[str, Any], kind: EnergyKind
) -> CsvLayout:
    channel = Channel(data[ATTR_CHANNEL])
    zone_name = data.get(ATTR_TIME_ZONE, hass.config.time_zone)
    try:
        zone = await hass.async_add_executor_job(ZoneInfo, zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_time_zone",
            translation_placeholders={"time_zone": zone_name},
        ) from err
    _check_unit(channel.quantity, data[ATTR_UNIT])
    return CsvLayout(
        channel=channel,
        time_column=data[ATTR_TIME_COLUMN],
        value_column=data[ATTR_VALUE_COLUMN],
        unit=data[ATTR_UNIT],
        time_zone=zone,
        stamped_at_end=data[ATTR_STAMP] == _STAMP_END,
        is_amount=channel.is_energy and kind is EnergyKind.INTERVAL,
        time_format=data.get(ATTR_TIME_FORMAT),
    )


def _check_unit(quantity: Quantity, unit: str) -> None:
    try:
        to_base_unit(1.0, quantity, unit)
    except UnknownUnitError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_unit",
            translation_placeholders={
                "unit": unit,
                "units": ", ".join(u for u in known_units(quantity) if u),
            },
        ) from err


async def _async_file(hass: HomeAssistant, name: str) -> Path:
    """Return the file, if it is one that may be read."""
    config_folder = Path(hass.config.config_dir)

    def resolve() -> tuple[Path, bool, bool]:
        path = (config_folder / name).resolve()
        own = path.is_relative_to((config_folder / IMPORT_FOLDER).resolve())
        allowed = own or hass.config.is_allowed_path(str(path))
        return path, allowed, allowed and path.is_file()

    path, allowed, exists = await hass.async_add_executor_job(resolve)
    if not allowed or not exists:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="file_not_found" if allowed else "file_not_allowed",
            translation_placeholders={"file": name, "folder": IMPORT_FOLDER},
        )
    return path


def _iso(time_ms: int | None) -> str | None:
    if time_ms is None:
        return None
    return dt_util.utc_from_timestamp(time_ms / 1000).isoformat()
