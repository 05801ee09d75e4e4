"""Looking for what explains anomalies: the history is asked once for all of them."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..analytics.anomalies.anomaly import Anomaly, AnomalyKind
from ..analytics.forecasting.covariates import Covariates
from ..household import Household
from .probable_reason import Cause, Evidence, Reason, probable_cause
from .sub_meters import async_sub_meters
from .unusual_hours import Spans

if TYPE_CHECKING:
    from ..analytics.anomalies.production_drop import ProductionDrop


class CauseSearch:
    """Finds the causes of a household's anomalies, and remembers those found last."""

    def __init__(
        self,
        hass: HomeAssistant,
        household: Household,
        chargers: Collection[str],
    ) -> None:
        """Ask the meters of a household, of which some charge cars."""
        self._hass = hass
        self._household = household
        self._chargers = chargers
        self._found: dict[Anomaly, Cause] = {}

    async def async_find(
        self,
        anomalies: Collection[Anomaly],
        roof: ProductionDrop | None,
        known: Covariates,
        away: Spans,
    ) -> dict[Anomaly, Cause]:
        """Return what explains each anomaly; raises HistoryError."""
        found = {a: self._found[a] for a in anomalies if a in self._found}
        new = [anomaly for anomaly in anomalies if anomaly not in found]
        used = [a for a in new if a.kind is not AnomalyKind.PRODUCTION_DROP]
        found |= {a: _cause_of_drop(roof) for a in new if a not in used}
        if used:
            meters = await async_sub_meters(
                self._household,
                self._chargers,
                min(anomaly.start for anomaly in used),
                max(anomaly.end for anomaly in used),
            )
            evidence = Evidence(meters, known.temperature, known.free, tuple(away))
            for anomaly in used:
                found[anomaly] = await self._hass.async_add_executor_job(
                    probable_cause,
                    anomaly,
                    evidence,
                    dt_util.get_default_time_zone(),
                )
        self._found = found
        return found


def _cause_of_drop(roof: ProductionDrop | None) -> Cause:
    if roof and roof.maybe_snow:
        return Cause(Reason.SNOW)
    if roof and roof.nothing:
        return Cause(Reason.INVERTER_OFF)
    return Cause(Reason.SHADE_OR_FAULT)
