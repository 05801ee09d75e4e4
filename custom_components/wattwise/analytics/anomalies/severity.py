"""How soon a person has to care about an anomaly."""

from enum import StrEnum
from typing import Final

from .anomaly import Anomaly, AnomalyKind

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
# Twice its threshold is far beyond what the home ever was.
_FAR: Final = 2.0
# Energy [kWh] above which what was used is worth a look today.
_MUCH_IN_HOURS: Final = 3.0
_MUCH_LEFT_ON: Final = 5.0
_MUCH_A_DAY: Final = 2.0
# A heater or an iron in an empty home [kW].
_HOT: Final = 0.8
# So long [s] food stays cold in a freezer that is not opened; half of it to act.
_FOOD_AT_RISK: Final = 12 * _HOUR
_ALWAYS_WARNED: Final = (
    AnomalyKind.OUTAGE,
    AnomalyKind.STUCK,
    AnomalyKind.AWAY_USE,
)


class AnomalySeverity(StrEnum):
    """Steps of urgency."""

    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"


def severity_of(anomaly: Anomaly) -> AnomalySeverity:
    """Say how urgent an anomaly is, by its kind, its score and its energy.

    * Nothing used is a warning, and critical after twelve hours: the freezer.
    * A stuck meter, and use while everybody is away, are warnings; the latter critical if
      it is that of something hot (0.8 kW above what was expected).
    * Something left on is a warning above 5 kWh more than expected or twice its
      threshold; stand-by rising, above 2 kWh a day.
    * Unusual hours and days are warnings if they are both far beyond the threshold (twice)
      and worth more than 3 kWh.
    * Production that dropped is a warning below half of what was expected.
    * Low use is only ever good to know.
    """
    lasting = max(anomaly.end - anomaly.start, _HOUR)
    if anomaly.kind in _ALWAYS_WARNED:
        hot = anomaly.excess >= _HOT * lasting / _HOUR
        risk = {
            AnomalyKind.OUTAGE: lasting >= _FOOD_AT_RISK,
            AnomalyKind.AWAY_USE: hot,
        }
        critical = risk.get(anomaly.kind, False)
        return AnomalySeverity.CRITICAL if critical else AnomalySeverity.WARNING
    return AnomalySeverity.WARNING if _is_much(anomaly) else AnomalySeverity.NOTICE


def _is_much(anomaly: Anomaly) -> bool:
    lasting = max(anomaly.end - anomaly.start, _HOUR)
    match anomaly.kind:
        case AnomalyKind.LEFT_ON:
            return anomaly.excess >= _MUCH_LEFT_ON or anomaly.score >= _FAR
        case AnomalyKind.STANDBY_RISING:
            return anomaly.excess * _DAY / lasting >= _MUCH_A_DAY
        case AnomalyKind.UNUSUAL_HOUR | AnomalyKind.UNUSUAL_DAY:
            return anomaly.score >= _FAR and abs(anomaly.excess) >= _MUCH_IN_HOURS
        case AnomalyKind.PRODUCTION_DROP:
            return anomaly.energy < anomaly.expected / 2
        case _:
            return False
