"""Alerts about what a home uses, or its roof gives, unlike it did before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import MATCH_ALL
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from ..alerts.alert import AlertDetail, AlertKind, AlertSeverity
from ..alerts.alert_sensor import AlertSensor
from ..const import CONF_AWAY
from ..entity import household_device_info, household_unique_id
from ..household import WattWiseConfigEntry
from .anomaly_coordinator import AnomalyCoordinator
from .told_anomaly import ToldAnomaly
from .unusual import Unusual, judges_roof, judges_use


@dataclass(frozen=True, slots=True)
class AnomalyAlertDescription:
    """An alert about anomalies of some kinds."""

    kind: AlertKind
    exists_fn: Callable[[WattWiseConfigEntry], bool]
    judged_fn: Callable[[Unusual], bool] = lambda unusual: unusual.judges_use


def _uses(entry: WattWiseConfigEntry) -> bool:
    return judges_use(entry.runtime_data)


_ALERTS: Final = (
    AnomalyAlertDescription(AlertKind.UNUSUAL_USE, _uses),
    AnomalyAlertDescription(AlertKind.LEFT_ON, _uses),
    AnomalyAlertDescription(AlertKind.STANDBY_RISING, _uses),
    AnomalyAlertDescription(
        # Without knowing who is there, nobody can say that it is used in vain.
        AlertKind.AWAY_USE,
        lambda entry: _uses(entry) and bool(entry.options.get(CONF_AWAY)),
    ),
    AnomalyAlertDescription(
        AlertKind.PRODUCTION_DROP,
        lambda entry: judges_roof(entry.runtime_data),
        lambda unusual: unusual.judges_roof,
    ),
)


def anomaly_alerts(entry: WattWiseConfigEntry) -> list[AnomalyAlertDescription]:
    """Return the alerts a household can have with its meters and settings."""
    return [alert for alert in _ALERTS if alert.exists_fn(entry)]


class AnomalyAlert(AlertSensor, CoordinatorEntity[AnomalyCoordinator]):
    """On while an anomaly of its kinds goes on that nobody called normal."""

    _attr_has_entity_name = True
    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _unrecorded_attributes = frozenset({MATCH_ALL})

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        coordinator: AnomalyCoordinator,
        description: AnomalyAlertDescription,
    ) -> None:
        """Belong to the household's device."""
        super().__init__(coordinator)
        self.alert_kind = description.kind
        self.alert_household = entry.runtime_data
        self._judged_fn = description.judged_fn
        self._attr_translation_key = description.kind.value
        self._attr_unique_id = household_unique_id(entry, description.kind.value)
        self._attr_device_info = household_device_info(entry)

    @property
    def _shown(self) -> ToldAnomaly | None:
        """The gravest anomaly that goes on; of several such, the newest."""
        # None until the first look, which waits for Home Assistant to be up.
        data: Unusual | None = self.coordinator.data
        alarming = [
            one
            for one in (data.anomalies if data else ())
            if one.alarms and one.alert is self.alert_kind
        ]
        return max(reversed(alarming), key=lambda one: one.severity.rank, default=None)

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether something is unusual now; None while habits are learned."""
        data: Unusual | None = self.coordinator.data
        if data is None or not self._judged_fn(data):
            return None
        return self._shown is not None

    @property
    @override
    def alert_severity(self) -> AlertSeverity:
        """How soon somebody should look at it."""
        shown = self._shown
        return shown.severity if shown else AlertSeverity.NOTICE

    @property
    @override
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """Return what explains it."""
        shown = self._shown
        return shown.figures() if shown else {}

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what explains it, and what to call it by."""
        if (shown := self._shown) is None:
            return None
        return {
            "anomaly_id": shown.anomaly_id,
            "severity": shown.severity.value,
            "start": dt_util.utc_from_timestamp(shown.anomaly.start),
            "end": dt_util.utc_from_timestamp(shown.anomaly.end),
            **shown.figures(),
        }
