"""The action that loads past readings from a file."""

from typing import Any, Final

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..file_import import (
    ImportPreview,
    ImportResult,
    async_load,
    async_look_through,
)
from ..file_problems import import_problem
from ..history.errors import HistoryError
from ..history.files.errors import FileError
from ..history.files.layout import (
    DateOrder,
    DecimalMark,
    Layout,
)
from ..history.files.overview import Overview, Refusals
from ..meter import Meter
from ..metering.profile import EnergyKind
from ..metering.quantity import (
    BASE_UNIT,
    METER_CHANNELS,
    Channel,
    Quantity,
    UnknownUnitError,
    known_units,
    to_base_unit,
)
from ..metering.reading import Refusal
from ..time_zones import async_zone
from .allowed_files import async_file_to_read
from .local_time import local_iso
from .meter_target import async_target_meter
from .refusal_words import async_refusals_in_words

ATTR_FILE: Final = "file"
ATTR_CHANNEL: Final = "channel"
ATTR_TIME_COLUMN: Final = "time_column"
ATTR_CLOCK_COLUMN: Final = "clock_column"
ATTR_VALUE_COLUMN: Final = "value_column"
ATTR_UNIT: Final = "unit"
ATTR_TIME_ZONE: Final = "time_zone"
ATTR_TIME_FORMAT: Final = "time_format"
ATTR_DATE_ORDER: Final = "date_order"
ATTR_DECIMAL_MARK: Final = "decimal_mark"
ATTR_STAMP: Final = "stamp"
ATTR_KIND: Final = "kind"
ATTR_DRY_RUN: Final = "dry_run"

_STAMP_START: Final = "start"
_STAMP_END: Final = "end"

SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_DEVICE_ID): cv.string,
        probatio.Required(ATTR_FILE): cv.string,
        probatio.Required(ATTR_CHANNEL): probatio.In(
            [channel.value for channel in METER_CHANNELS]
        ),
        probatio.Required(ATTR_TIME_COLUMN): cv.string,
        probatio.Optional(ATTR_CLOCK_COLUMN): cv.string,
        probatio.Required(ATTR_VALUE_COLUMN): cv.string,
        probatio.Required(ATTR_UNIT): cv.string,
        probatio.Optional(ATTR_TIME_ZONE): cv.string,
        probatio.Optional(ATTR_TIME_FORMAT): cv.string,
        probatio.Optional(ATTR_DATE_ORDER): probatio.In(list(map(str, DateOrder))),
        probatio.Optional(ATTR_DECIMAL_MARK): probatio.In(list(map(str, DecimalMark))),
        probatio.Optional(ATTR_STAMP, default=_STAMP_START): probatio.In(
            [_STAMP_START, _STAMP_END]
        ),
        probatio.Optional(ATTR_KIND): probatio.In([kind.value for kind in EnergyKind]),
        probatio.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
    }
)


async def async_import_history(call: ServiceCall) -> ServiceResponse:
    """Load a file into a meter's history, or show what it would bring."""
    hass, name = call.hass, call.data[ATTR_FILE]
    meter = async_target_meter(hass, call.data[ATTR_DEVICE_ID])
    path = await async_file_to_read(hass, name)
    kind = _kind(meter, call.data)
    layout = await _async_layout(hass, call.data, kind)
    try:
        if call.data[ATTR_DRY_RUN]:
            zone = dt_util.get_default_time_zone()
            preview = await async_look_through(hass, meter, path, layout, kind, zone)
            return await _expected(hass, preview)
        return await _told(hass, await async_load(hass, meter, path, layout, kind))
    except (FileError, OSError, HistoryError) as err:
        raise import_problem(err, name) from err


async def _told(hass: HomeAssistant, result: ImportResult) -> dict[str, Any]:
    """Return what became of a file."""
    return {
        "dry_run": False,
        "import_id": result.load_id
        if result.tally.accepted + result.tally.held
        else None,
        "accepted": result.tally.accepted,
        "duplicate": result.tally.duplicate,
        "doubled": result.tally.doubled,
        "held": result.tally.held,
        "statistics": list[Any](result.statistics),
        **await _described(hass, result.overview, result.tally.refused),
    }


async def _expected(hass: HomeAssistant, preview: ImportPreview) -> dict[str, Any]:
    """Return what a file holds, and what would become of its first rows."""
    tally = preview.tally
    return {
        "dry_run": True,
        "expected": {
            "rows": preview.looked_at,
            "accepted": tally.accepted,
            "duplicate": tally.duplicate,
            "doubled": tally.doubled,
            "held": tally.held,
            "compared_with_history": preview.is_compared,
            "joints": [
                {
                    "start": local_iso(joint.start_ms),
                    "end": local_iso(joint.end_ms),
                    "energy_kwh": round(joint.energy_wh / 1000, 3),
                    "counted": joint.is_counted,
                }
                for joint in preview.joints
            ],
        },
        **await _described(hass, preview.overview, tally.refused),
        "preview": [
            {
                "time": local_iso(start_ms),
                "channel": reading.channel.value,
                "value": reading.value,
                "unit": BASE_UNIT[reading.channel.quantity],
            }
            for start_ms, reading in preview.overview.preview
        ],
    }


async def _described(
    hass: HomeAssistant, overview: Overview, refused: Refusals
) -> dict[str, Any]:
    """Return what a file holds, and what is or would be refused of it."""
    counts: dict[str, int] = {key.value: n for key, n in refused.reasons.items()}
    by_reason = await async_refusals_in_words(hass, counts)
    return {
        "rows": overview.rows,
        "interval": overview.interval_s,
        "first": local_iso(overview.first_ms),
        "last": local_iso(overview.last_ms),
        "refused": refused.reasons.total(),
        "refused_by_reason": [
            item | {"lines": list[Any](refused.first_of(Refusal(item["reason"])))}
            for item in by_reason
        ],
    }


def _kind(meter: Meter, data: dict[str, Any]) -> EnergyKind:
    """Return how the file tells energy; amounts are what most portals offer."""
    if chosen := data.get(ATTR_KIND):
        return EnergyKind(chosen)
    if Channel(data[ATTR_CHANNEL]).is_energy:
        return EnergyKind.INTERVAL
    return meter.profile.energy_kind


async def _async_layout(
    hass: HomeAssistant, data: dict[str, Any], kind: EnergyKind
) -> Layout:
    channel = Channel(data[ATTR_CHANNEL])
    zone = await async_zone(hass, data.get(ATTR_TIME_ZONE))
    _check_unit(channel.quantity, data[ATTR_UNIT])
    order, mark = data.get(ATTR_DATE_ORDER), data.get(ATTR_DECIMAL_MARK)
    return Layout(
        channel=channel,
        time_column=data[ATTR_TIME_COLUMN],
        value_column=data[ATTR_VALUE_COLUMN],
        unit=data[ATTR_UNIT],
        time_zone=zone,
        stamped_at_end=data[ATTR_STAMP] == _STAMP_END,
        is_amount=channel.is_energy and kind is EnergyKind.INTERVAL,
        time_format=data.get(ATTR_TIME_FORMAT),
        clock_column=data.get(ATTR_CLOCK_COLUMN),
        date_order=DateOrder(order) if order else None,
        decimal_mark=DecimalMark(mark) if mark else None,
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
