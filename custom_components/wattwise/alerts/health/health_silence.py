"""Whether a meter is silent for longer than it ever is."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.core import HomeAssistant, callback

from ...alerting.health.silence import SilenceWatch
from ...household import WattWiseConfigEntry
from ...meter import Meter
from ..alert import AlertDetail, AlertKind
from ..moment import epoch_ms
from .health_sensors import (
    ClockDriftSensor,
    CounterResetSensor,
    HealthSensor,
    RefusedRisingSensor,
    ValueStuckSensor,
)

_KEPT_ACTIVE: Final = "active"
_KEPT_RHYTHM: Final = "rhythm"
_KEPT_UNHEARD: Final = "unheard_ms"
_SECONDS_PER_MINUTE: Final = 60


class MeterSilentSensor(HealthSensor):
    """On while a meter is silent for longer than its own rhythm explains.

    The connection of the meter tells whether it is there now; this one, whether a person
    should care.
    """

    alert_kind = AlertKind.METER_SILENT
    _unrecorded_attributes = frozenset({"learning"})

    def __init__(
        self, hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter
    ) -> None:
        """Watch a meter from now on."""
        super().__init__(hass, entry, meter)
        self._watch = SilenceWatch(meter.coordinator.rhythm, epoch_ms())
        self._heard_ms: int | None = None

    @staticmethod
    @override
    def enabled_by_default(_meter: Meter) -> bool:
        """Any meter may be missed."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Look at the meter for the first time."""
        await super().async_added_to_hass()
        self._look()

    @override
    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on with the rhythm that was learned, and from a silence."""
        if isinstance(rhythm := kept.get(_KEPT_RHYTHM), Mapping):
            self.coordinator.rhythm.restore(rhythm)
        unheard_ms = kept.get(_KEPT_UNHEARD)
        self._watch.restore(
            silent=kept.get(_KEPT_ACTIVE) is True,
            unheard_ms=unheard_ms if isinstance(unheard_ms, int) else 0,
        )

    @property
    @override
    def kept(self) -> dict[str, Any]:
        """Return the rhythm, and whether or for how long the meter is silent."""
        return {
            _KEPT_ACTIVE: self._watch.silent,
            _KEPT_UNHEARD: self._watch.unheard_ms(epoch_ms(), self._heard_ms),
            _KEPT_RHYTHM: self.coordinator.rhythm.state(),
        }

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._look()
        super()._handle_coordinator_update()

    @callback
    def _look(self) -> None:
        """Look at when the meter was last there: what its source sees is there now."""
        now_ms = epoch_ms()
        if self.coordinator.seen_by_source:
            self._heard_ms = now_ms
        elif (seen := self.coordinator.last_seen) is not None:
            self._heard_ms = max(self._heard_ms or 0, int(seen.timestamp() * 1000))
        self._watch.look(now_ms, self._heard_ms)

    @property
    @override
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """Return since when nothing is heard, and how long is usual.

        The time since then would be another one at each look.
        """
        seen = self.coordinator.last_seen
        usual_s = self.coordinator.rhythm.usual_s
        return {
            "last_heard": None if seen is None else seen.isoformat(),
            "expected_within_minutes": _minutes(self.coordinator.rhythm.missed_after_s),
            "usual_seconds": None if usual_s is None else round(usual_s),
        }

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return whether the meter's usual pauses are not known yet."""
        return {"learning": self.coordinator.rhythm.learning}

    @property
    @override
    def available(self) -> bool:
        """Be there above all when the meter is not; one never heard is not missed."""
        return self._heard_ms is not None

    @property
    @override
    def is_on(self) -> bool:
        """Whether the meter is missed."""
        return self._watch.silent


HEALTH_SENSORS: Final[tuple[type[HealthSensor], ...]] = (
    MeterSilentSensor,
    ValueStuckSensor,
    CounterResetSensor,
    ClockDriftSensor,
    RefusedRisingSensor,
)


def _minutes(seconds: float) -> float:
    return round(seconds / _SECONDS_PER_MINUTE, 1)
