"""What people said was normal, kept over restarts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
import math
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..analytics.anomalies.anomaly import Anomaly, AnomalyKind
from ..const import DOMAIN, LOGGER
from .told_anomaly import anomaly_id, called

type Span = tuple[float, float]

_VERSION: Final = 1
_MOST: Final = 200
_KEPT_S: Final = 730 * 86_400
# Anomalies that lie this far in each other are about the same.
_SAME: Final = 0.5
# What goes on is seen each hour, or after a short absence; what comes later is new.
_GROWS: Final = 6 * 3600.0
_ROOF_GROWS: Final = 3 * 86_400.0
_FIGURES: Final = (
    "start",
    "end",
    "score",
    "energy",
    "expected",
    "expected_low",
    "expected_high",
)


@dataclass(frozen=True, slots=True)
class Mark:
    """An anomaly that somebody called normal, as it was last seen; when that was said."""

    anomaly: Anomaly
    said: float


class NormalMarks:
    """The anomalies that people called normal: the newest two hundred of two years."""

    def __init__(self, hass: HomeAssistant, household_id: str) -> None:
        """Keep them under the household's id."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.normal.{household_id}"
        )
        self._marks: list[Mark] = []

    async def async_load(self) -> None:
        """Take back what was kept; what is damaged is left out."""
        kept = await self._store.async_load() or {}
        marks = kept.get("marks", ())
        for row in marks if isinstance(marks, list) else ():
            try:
                self._marks.append(_mark(row))
            except (KeyError, TypeError, ValueError) as err:
                LOGGER.warning("What was called normal cannot be read: %r", err)

    async def async_remove(self) -> None:
        """Forget all of it."""
        await self._store.async_remove()

    def spans(self, until: float) -> list[Span]:
        """Return when consumption was normal and over by a time [s since the epoch]."""
        return [
            (mark.anomaly.start, mark.anomaly.end)
            for mark in self._marks
            if mark.anomaly.end <= until
            and mark.anomaly.kind is not AnomalyKind.PRODUCTION_DROP
        ]

    def since(self, begin: float) -> list[Anomaly]:
        """Return what was called normal and ended later, the newest last."""
        return [mark.anomaly for mark in self._marks if mark.anomaly.end > begin]

    async def async_add(self, anomaly: Anomaly, now: float) -> None:
        """Note that somebody called an anomaly normal."""
        self._marks = [
            mark
            for mark in self._marks
            if anomaly_id(mark.anomaly) != anomaly_id(anomaly)
            and mark.anomaly.end > now - _KEPT_S
        ]
        self._marks = [*self._marks, Mark(anomaly, now)][-_MOST:]
        await self._async_save()

    async def async_take_back(self, wanted: str | None) -> Anomaly | None:
        """Forget a mark by the anomaly's id, or the one made last; return whose it was."""
        anomalies = [mark.anomaly for mark in self._marks]
        if wanted is None:
            found = anomalies[-1] if anomalies else None
        else:
            found = called(anomalies, wanted)
        if found is not None:
            del self._marks[anomalies.index(found)]
            await self._async_save()
        return found

    async def async_follow(self, found: Sequence[Anomaly]) -> None:
        """Let what was called normal while it went on be normal until it ends."""
        grown = [
            Mark(
                next((a for a in found if _goes_on(mark.anomaly, a)), mark.anomaly),
                mark.said,
            )
            for mark in self._marks
        ]
        if grown != self._marks:
            self._marks = grown
            await self._async_save()

    def cover(self, anomaly: Anomaly) -> bool:
        """Whether somebody called an anomaly normal, or what it mostly consists of."""
        return any(_explains(mark.anomaly, anomaly) for mark in self._marks)

    async def _async_save(self) -> None:
        await self._store.async_save(
            {
                "marks": [
                    {**asdict(mark.anomaly), "said": mark.said} for mark in self._marks
                ]
            }
        )


def _goes_on(before: Anomaly, anomaly: Anomaly) -> bool:
    """Whether an anomaly is what another one became; it may be of another kind by now."""
    return anomaly.end > before.end and _explains(before, anomaly)


def _explains(normal: Anomaly, anomaly: Anomaly) -> bool:
    """Whether an anomaly is another one, or mostly consists of it, and of its time."""
    overlap = min(normal.end, anomaly.end) - max(normal.start, anomaly.start)
    roof = AnomalyKind.PRODUCTION_DROP in (normal.kind, anomaly.kind)
    if overlap <= 0 or anomaly.end > normal.end + (_ROOF_GROWS if roof else _GROWS):
        return False
    if normal.kind is anomaly.kind:
        shorter = min(normal.end - normal.start, anomaly.end - anomaly.start)
        return overlap >= _SAME * shorter
    return not roof and normal.excess * math.copysign(1, anomaly.excess) >= (
        _SAME * abs(anomaly.excess)
    )


def _mark(row: Any) -> Mark:
    """Return a mark that was kept; KeyError, TypeError or ValueError if it is damaged."""
    figures = {name: float(row[name]) for name in _FIGURES}
    said = float(row["said"])
    if not all(math.isfinite(figure) for figure in (*figures.values(), said)):
        msg = "not a number"
        raise ValueError(msg)
    return Mark(Anomaly(AnomalyKind(row["kind"]), **figures), said)
