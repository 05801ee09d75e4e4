"""The actions that tell what was unusual in a home, and take back what was not."""

from collections.abc import Mapping
from typing import Any, Final

import probatio

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry

from ..anomalies.anomaly_coordinator import AnomalyCoordinator
from ..anomalies.detection_stage_sensor import (
    DetectionStage,
    detection_stage,
    learning_progress,
)
from ..anomalies.told_anomaly import ToldAnomaly, anomaly_id
from ..anomalies.unusual import Unusual
from ..const import DOMAIN
from ..household import WattWiseConfigEntry
from .local_time import local_iso

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"
ATTR_ANOMALY_ID: Final = "anomaly_id"
ATTR_NORMAL: Final = "normal"

GET_SCHEMA: Final = probatio.Schema(
    {probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string}
)
MARK_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Optional(ATTR_ANOMALY_ID): cv.string,
        probatio.Optional(ATTR_NORMAL, default=True): cv.boolean,
    }
)


async def async_get_anomalies(call: ServiceCall) -> ServiceResponse:
    """Return what was unusual in the last eight days, the newest last."""
    entry, anomalies = _asked(call)
    unusual: Unusual | None = anomalies.data
    if not anomalies.last_update_success:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="anomalies_not_looked_for",
            translation_placeholders={"household": entry.title},
        )
    if unusual is None:
        # The first look waits for Home Assistant to be up.
        return _answer(entry, DetectionStage.WAITING, {}, ())
    return _answer(
        entry, detection_stage(unusual), learning_progress(unusual), unusual.anomalies
    )


async def async_mark_normal(call: ServiceCall) -> ServiceResponse:
    """Remember that an anomaly was normal, or take that back."""
    entry, anomalies = _asked(call)
    wanted: str | None = call.data.get(ATTR_ANOMALY_ID)
    normal: bool = call.data[ATTR_NORMAL]
    found = None
    if normal:
        if told := await anomalies.async_mark_normal(wanted):
            found = told.anomaly
    else:
        found = await anomalies.async_unmark(wanted)
    if found is None and wanted is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="nothing_unusual" if normal else "nothing_marked",
            translation_placeholders={"household": entry.title},
        )
    if found is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="anomaly_not_found",
            translation_placeholders={"household": entry.title},
        )
    return {
        "id": anomaly_id(found),
        "kind": found.kind.value,
        "start": local_iso(int(found.start) * 1000),
        "end": local_iso(int(found.end) * 1000),
        "normal": normal,
    }


def _asked(call: ServiceCall) -> tuple[WattWiseConfigEntry, AnomalyCoordinator]:
    """Return the household that was asked for."""
    entry: WattWiseConfigEntry = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    anomalies = entry.runtime_data.anomalies
    assert anomalies is not None  # a household at work has them
    return entry, anomalies


def _answer(
    entry: WattWiseConfigEntry,
    stage: DetectionStage,
    progress: Mapping[str, int],
    anomalies: tuple[ToldAnomaly, ...],
) -> dict[str, Any]:
    return {
        "stage": stage.value,
        **progress,
        "currency": entry.runtime_data.currency,
        "anomalies": [_told(one) for one in anomalies],
    }


def _told(one: ToldAnomaly) -> dict[str, Any]:
    return {
        "id": one.anomaly_id,
        "severity": one.severity.value,
        "alert": None if one.alert is None else one.alert.value,
        "start": local_iso(int(one.anomaly.start) * 1000),
        "end": local_iso(int(one.anomaly.end) * 1000),
        "ongoing": one.ongoing,
        "normal": one.normal,
        "expected_kwh": round(one.anomaly.expected, 3),
        **one.figures(),
    }
