"""The action that writes a meter's history into a file, or returns it."""

from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN
from ..history.errors import HistoryError
from ..history.files.export_file import (
    TIME,
    format_of,
    rounded,
    write_export,
    written_time,
)
from ..history.files.layout import DecimalMark
from ..history.periods.calendar import Period
from ..history.questions.blocking_store import BlockingStore
from ..history.questions.export import (
    RAW,
    Export,
    Resolution,
)
from ..history.store import HistoryStore
from ..household import async_loaded_households
from ..influx_export import InfluxExport
from ..meter import Meter
from ..metering.quantity import METER_CHANNELS, Channel
from ..time_zones import async_zone
from .allowed_files import async_file_to_write
from .meter_target import async_target_meter
from .unavailable import history_needed

ATTR_FILE: Final = "file"
ATTR_CHANNELS: Final = "channels"
ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_RESOLUTION: Final = "resolution"
ATTR_TIME_ZONE: Final = "time_zone"
ATTR_DECIMAL_MARK: Final = "decimal_mark"
ATTR_OVERWRITE: Final = "overwrite"
ATTR_FROM_INFLUX: Final = "from_influxdb"

# What one answer may hold; files may hold more.
_MAX_ROWS: Final = 10_000
_LONGEST_STEP_S: Final = 366 * 86_400


def _resolution(value: Any) -> Resolution:
    """Accept raw, hour, day, month, or a number of seconds."""
    if value == RAW:
        return RAW
    if value in list(Period):
        return Period(value)
    seconds: int = probatio.All(
        probatio.Coerce(int), probatio.Range(1, _LONGEST_STEP_S)
    )(value)
    return seconds


SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_DEVICE_ID): cv.string,
        probatio.Optional(ATTR_FILE): cv.string,
        probatio.Optional(ATTR_CHANNELS): probatio.All(
            cv.ensure_list, [probatio.In([channel.value for channel in METER_CHANNELS])]
        ),
        probatio.Required(ATTR_START): cv.datetime,
        probatio.Optional(ATTR_END): cv.datetime,
        probatio.Optional(ATTR_RESOLUTION, default=Period.HOUR.value): _resolution,
        probatio.Optional(ATTR_TIME_ZONE): cv.string,
        probatio.Optional(
            ATTR_DECIMAL_MARK, default=DecimalMark.POINT.value
        ): probatio.In([mark.value for mark in DecimalMark]),
        probatio.Optional(ATTR_OVERWRITE, default=False): cv.boolean,
        probatio.Optional(ATTR_FROM_INFLUX, default=False): cv.boolean,
    }
)


async def async_export_history(call: ServiceCall) -> ServiceResponse:
    """Write a meter's history into a file, or return it if none is named."""
    hass, data = call.hass, call.data
    meter = async_target_meter(hass, data[ATTR_DEVICE_ID])
    zone = await async_zone(hass, data.get(ATTR_TIME_ZONE))
    start, end = data[ATTR_START], data.get(ATTR_END, dt_util.utcnow())
    channels = data.get(ATTR_CHANNELS, sorted(meter.coordinator.latest))
    export = Export(
        list(dict.fromkeys(map(Channel, channels))),
        _utc_ms(start, zone),
        _utc_ms(end, zone),
        data[ATTR_RESOLUTION],
        zone,
    )
    if export.end_ms <= export.start_ms:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="invalid_period"
        )
    if not data[ATTR_FROM_INFLUX]:
        return await _async_export(call, meter, export, meter.history)
    with history_needed():
        async with _influx_of(hass, meter).async_store() as store:
            return await _async_export(call, meter, export, store)


@callback
def _influx_of(hass: HomeAssistant, meter: Meter) -> InfluxExport:
    """Return the export of the meter's household."""
    for entry in async_loaded_households(hass):
        household = entry.runtime_data
        if meter in household.meters.values() and household.export:
            return household.export
    raise ServiceValidationError(
        translation_domain=DOMAIN, translation_key="not_exported"
    )


async def _async_export(
    call: ServiceCall, meter: Meter, export: Export, store: HistoryStore
) -> ServiceResponse:
    """Ask a store for the rows, and write them or return them."""
    hass, data = call.hass, call.data
    history = BlockingStore(store, meter.profile.meter_id)
    try:
        if name := data.get(ATTR_FILE):
            count = await _async_write(hass, export, history, name, data)
            return {"meter": meter.name, "file": name, "rows": count}
        if not call.return_response:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="export_needs_file"
            )
        rows = await hass.async_add_executor_job(_answer, export, history)
    except (OSError, HistoryError) as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="export_failed",
            translation_placeholders={"error": str(err)},
        ) from err
    finally:
        # The thread goes on after a call that was cancelled.
        history.abandon()
    return {
        "meter": meter.name,
        "resolution": export.resolution,
        "columns": [TIME, *export.columns],
        "rows": [*rows],
    }


async def _async_write(
    hass: HomeAssistant,
    export: Export,
    history: BlockingStore,
    name: str,
    data: dict[str, Any],
) -> int:
    """Write the file and return the number of its rows."""
    if format_of(Path(name)) is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="export_format_unknown",
            translation_placeholders={"file": name},
        )
    overwrite = data[ATTR_OVERWRITE]
    path = await async_file_to_write(hass, name, overwrite=overwrite)

    def write() -> int:
        return write_export(
            path,
            export.columns,
            export.rows(history),
            export.time_zone,
            mark=DecimalMark(data[ATTR_DECIMAL_MARK]),
            overwrite=overwrite,
        )

    return await hass.async_add_executor_job(write)


def _answer(export: Export, history: BlockingStore) -> list[JsonValueType]:
    """Return the rows of an export that is not too long for an answer."""
    rows = list(islice(export.rows(history), _MAX_ROWS + 1))
    if len(rows) > _MAX_ROWS:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="too_many_rows",
            translation_placeholders={"maximum": str(_MAX_ROWS)},
        )
    return [
        [written_time(time_ms, export.time_zone), *map(rounded, values)]
        for time_ms, values in rows
    ]


def _utc_ms(moment: datetime, zone: ZoneInfo) -> int:
    """Return the time; without a zone it is meant as the clock of this one shows it."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return int(moment.timestamp() * 1000)
