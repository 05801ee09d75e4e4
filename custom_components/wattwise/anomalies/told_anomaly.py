"""What people are told of an anomaly, and which alert tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ..alerts.alert import AlertDetail, AlertKind, AlertSeverity
from ..analytics.anomalies.anomaly import Anomaly, AnomalyKind
from ..analytics.anomalies.severity import severity_of
from .probable_reason import Cause

# Few alerts, so that each means something. What is only told by the action, such as a
# meter that sticks, has alerts elsewhere or is nothing to be alarmed by.
_ALERTS: Final = {
    AnomalyKind.UNUSUAL_HOUR: AlertKind.UNUSUAL_USE,
    AnomalyKind.UNUSUAL_DAY: AlertKind.UNUSUAL_USE,
    AnomalyKind.LEFT_ON: AlertKind.LEFT_ON,
    AnomalyKind.STANDBY_RISING: AlertKind.STANDBY_RISING,
    AnomalyKind.AWAY_USE: AlertKind.AWAY_USE,
    AnomalyKind.PRODUCTION_DROP: AlertKind.PRODUCTION_DROP,
}

_TIME: Final = "%Y%m%dT%H%M"
# Kinds that become one another while something goes on, and how much later [s] it may then
# be said to have begun.
_MORE: Final = frozenset(
    {
        AnomalyKind.UNUSUAL_HOUR,
        AnomalyKind.UNUSUAL_DAY,
        AnomalyKind.LEFT_ON,
        AnomalyKind.STANDBY_RISING,
        AnomalyKind.AWAY_USE,
    }
)
_MOVES: Final = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class ToldAnomaly:
    """An anomaly with what is made of it.

    `ongoing` says that nothing tells yet that it is over, `normal` that people said that
    it was to be expected. `cost` is what the difference from what was expected is worth
    [currency], None without a price.
    """

    anomaly: Anomaly
    ongoing: bool
    normal: bool
    cause: Cause
    cost: float | None

    @property
    def anomaly_id(self) -> str:
        """What people call it by; they may go on to when it has become another one."""
        return anomaly_id(self.anomaly)

    @property
    def alert(self) -> AlertKind | None:
        """The alert that is on meanwhile; nobody is alarmed by what is not much."""
        one = self.anomaly
        # In an empty home what is usual at that time is too much, too.
        if one.kind in _MORE - {AnomalyKind.AWAY_USE} and (
            one.energy <= one.expected_high
        ):
            return None
        return _ALERTS.get(self.anomaly.kind)

    @property
    def alarms(self) -> bool:
        """Whether its alert is on because of it."""
        return self.ongoing and not self.normal and self.alert is not None

    @property
    def severity(self) -> AlertSeverity:
        """How soon a person has to care."""
        return AlertSeverity(severity_of(self.anomaly).value)

    def figures(self) -> Mapping[str, AlertDetail]:
        """Return what explains it, as plain numbers and words."""
        return {
            "kind": self.anomaly.kind.value,
            "energy_kwh": round(self.anomaly.energy, 3),
            "expected_low_kwh": round(self.anomaly.expected_low, 3),
            "expected_high_kwh": round(self.anomaly.expected_high, 3),
            "excess_kwh": round(self.anomaly.excess, 3),
            "cost": None if self.cost is None else round(self.cost, 2),
            "reason": self.cause.reason.value,
            "appliance": self.cause.appliance,
        }


def anomaly_id(anomaly: Anomaly) -> str:
    """Return what tells an anomaly from all others of a home."""
    start = datetime.fromtimestamp(anomaly.start, UTC)
    return f"{anomaly.kind}_{start.strftime(_TIME)}"


def called(anomalies: Sequence[Anomaly], wanted: str) -> Anomaly | None:
    """Return the anomaly that an id means, the newest of equals; None if there is none.

    While something goes on, its kind and its beginning change, and so does its id: an
    older id means what holds its time.
    """
    for anomaly in reversed(anomalies):
        if anomaly_id(anomaly) == wanted:
            return anomaly
    name, _, time = wanted.rpartition("_")
    try:
        kind = AnomalyKind(name)
        start = datetime.strptime(time, _TIME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    kinds = _MORE if kind in _MORE else {kind}
    held = [
        anomaly
        for anomaly in anomalies
        if anomaly.kind in kinds and anomaly.start - _MOVES <= start < anomaly.end
    ]
    return min(held, key=lambda one: abs(one.start - start), default=None)
