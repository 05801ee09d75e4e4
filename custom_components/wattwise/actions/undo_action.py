"""The actions that list what files brought, and take one back."""

import asyncio
from typing import Any, Final

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv

from ..const import DOMAIN
from ..file_import import async_is_loading
from ..history.errors import HistoryError
from ..history.loads.prospect import Prospect, prospect_of
from ..history.loads.records import Load
from ..household import WattWiseConfigEntry, async_loaded_households
from ..load_undo import async_loads, async_start_undo
from ..meter import Meter
from .local_time import local_iso
from .meter_target import async_target_meter
from .unavailable import history_needed

ATTR_IMPORT_ID: Final = "import_id"
ATTR_DRY_RUN: Final = "dry_run"

LIST_SCHEMA: Final = probatio.Schema({probatio.Required(ATTR_DEVICE_ID): cv.string})
UNDO_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_DEVICE_ID): cv.string,
        probatio.Required(ATTR_IMPORT_ID): cv.positive_int,
        probatio.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
    }
)


async def async_get_imports(call: ServiceCall) -> ServiceResponse:
    """Return the files that were loaded into a meter and can be taken back."""
    meter = async_target_meter(call.hass, call.data[ATTR_DEVICE_ID])
    with history_needed():
        loads = await async_loads([meter])
    return {"meter": meter.name, "imports": [_described(load) for load in loads]}


async def async_undo_import(call: ServiceCall) -> ServiceResponse:
    """Take back what a file brought, or tell what that would do."""
    hass, load_id = call.hass, call.data[ATTR_IMPORT_ID]
    meter = async_target_meter(hass, call.data[ATTR_DEVICE_ID])
    meter_id = meter.profile.meter_id
    with history_needed():
        expected = await meter.history.ask(
            lambda queries: prospect_of(queries.connection, meter_id, load_id)
        )
    if expected is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="import_not_found",
            translation_placeholders={"meter": meter.name, "number": str(load_id)},
        )
    if async_is_loading(hass, load_id):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="import_is_running",
            translation_placeholders={"file": expected.load.file},
        )
    told = _told(meter, expected)
    if call.data[ATTR_DRY_RUN]:
        return told | {"dry_run": True, "removed": 0}
    if expected.awaits_recovery:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="recovery_awaited",
            translation_placeholders={"file": expected.load.file},
        )
    undo = async_start_undo(hass, _entry_of(hass, meter), meter, expected.load)
    assert undo.task is not None  # it was begun
    with history_needed():
        # It goes on when nobody waits for it any more.
        await asyncio.wait([undo.task])
        if undo.was_stopped:
            raise HistoryError("the household was stopped; the rest follows with it")
        if isinstance(undo.error, HistoryError):
            raise undo.error
    if undo.error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="undo_failed",
            translation_placeholders={"file": expected.load.file},
        ) from undo.error
    return told | {"dry_run": False, "removed": undo.removed}


def _described(load: Load) -> dict[str, Any]:
    """Return a load as a client reads it."""
    return {
        "import_id": load.load_id,
        "file": load.file,
        "channel": load.channel.value,
        "loaded": local_iso(load.loaded_ms),
        "first": local_iso(load.first_ms),
        "last": local_iso(load.last_ms),
        "readings": load.count,
        "is_being_undone": load.is_leaving,
    }


def _told(meter: Meter, expected: Prospect) -> dict[str, Any]:
    return {
        "meter": meter.name,
        **_described(expected.load),
        "removable": expected.removable,
        "kept": expected.left,
        "kept_from": local_iso(expected.left_from_ms),
        "kept_until": local_iso(expected.left_until_ms),
        "sent_to_influxdb": expected.was_exported,
        "load_again": [
            {"import_id": other.load_id, "file": other.file}
            for other in expected.younger
        ],
    }


def _entry_of(hass: HomeAssistant, meter: Meter) -> WattWiseConfigEntry:
    """Return the household of a meter at work."""
    return next(
        entry
        for entry in async_loaded_households(hass)
        if meter in entry.runtime_data.meters.values()
    )
