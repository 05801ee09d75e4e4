"""A dashboard's questions as Grafana would send them.

Grafana itself is no package that could be installed here, so this does to a query what
its InfluxDB data source does: variables by their format (`regex` joins several values
to an alternative), `$timeFilter`, `$__interval` and `$__timezone`. The time overrides of
panels ("10m", "now/d") are those of its relative ranges.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import json
from pathlib import Path
import re
from typing import Any, Final
from zoneinfo import ZoneInfo

DASHBOARDS: Final = Path(__file__).resolve().parents[2] / "docs" / "grafana"
ALL: Final = "$__all"

_VARIABLE: Final = re.compile(r"\$\{(\w+)(?::(\w+))?\}")
_TIME: Final = re.compile(r"now(?:-(\d+)([smhdM]))?(?:/([dM]))?")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

type Series = Mapping[str, Any]
type Ask = Callable[[str], list[Series]]
"""Asks a server in InfluxQL; times are in milliseconds."""


@dataclass(frozen=True)
class Question:
    """A query of a panel, and from when to when it asks [UTC milliseconds]."""

    panel: str
    name: str
    """What the legend says, as far as it is fixed."""
    text: str
    start_ms: int
    end_ms: int


class Dashboard:
    """One of the files, opened at some moment by somebody in some time zone."""

    def __init__(self, name: str, now: datetime, ask: Ask) -> None:
        """Open it; `now` is in the zone that Grafana shows."""
        text = (DASHBOARDS / f"{name}.json").read_text(encoding="utf-8")
        self.model: dict[str, Any] = json.loads(text)
        self._now = now
        self.values: dict[str, Sequence[str]] = {}
        """What is chosen in each variable; those below look at those above."""
        for variable in self.model["templating"]["list"]:
            if variable["type"] == "query":
                self.values[variable["name"]] = self._chosen(variable, ask)

    def questions(self, interval: str | None = None) -> Iterator[Question]:
        """Yield what all panels ask.

        The interval is the shortest one that the panel allows, unless one is given.
        """
        for panel in self.model["panels"]:
            start, end = self._range(panel)
            repeated = panel.get("repeat")
            for value in self.values[repeated] if repeated else [None]:
                chosen = {**self.values, **({repeated: [value]} if value else {})}
                for target in panel["targets"]:
                    text = self._filled_in(
                        target["query"],
                        chosen,
                        start,
                        end,
                        interval or panel.get("interval", "10s"),
                    )
                    yield Question(
                        panel["title"].replace(f"${repeated}", value or ""),
                        target.get("alias", ""),
                        text,
                        _milliseconds(start),
                        _milliseconds(end),
                    )

    def _chosen(self, variable: Mapping[str, Any], ask: Ask) -> list[str]:
        query = _with_variables(variable["query"]["query"], self.values)
        offered = [row[1] for series in ask(query) for row in series["values"]]
        chosen = variable["current"]["value"]
        wanted = chosen if isinstance(chosen, list) else [chosen]
        if wanted == [ALL]:
            return sorted(offered)
        # What is not there any more is replaced by the first one.
        return [value for value in wanted if value in offered] or sorted(offered)[:1]

    def _range(self, panel: Mapping[str, Any]) -> tuple[datetime, datetime]:
        start = panel.get("timeFrom") or self.model["time"]["from"]
        if not start.startswith("now"):
            start = f"now-{start}"
        return _time(start, self._now), _time(self.model["time"]["to"], self._now)

    def _filled_in(
        self,
        query: str,
        values: Mapping[str, Sequence[str]],
        start: datetime,
        end: datetime,
        interval: str,
    ) -> str:
        zone = self._now.tzinfo
        assert isinstance(zone, ZoneInfo)
        within = f"time >= {_milliseconds(start)}ms and time <= {_milliseconds(end)}ms"
        text = _with_variables(query, values)
        text = text.replace("$__timezone", zone.key)
        text = text.replace("$timeFilter", within)
        text = text.replace("$__interval", interval)
        assert "$" not in text.replace("$/", ""), text
        return text


def _with_variables(query: str, values: Mapping[str, Sequence[str]]) -> str:
    def replaced(match: re.Match[str]) -> str:
        name, form = match.groups()
        assert form == "regex", query
        chosen = [re.escape(value) for value in values[name]]
        return chosen[0] if len(chosen) == 1 else f"({'|'.join(chosen)})"

    return _VARIABLE.sub(replaced, query)


def _time(text: str, now: datetime) -> datetime:
    """Return the time that a relative one means."""
    match = _TIME.fullmatch(text)
    assert match, text
    number, unit, border = match.groups()
    time = now
    if unit == "M":
        months = now.year * 12 + now.month - 1 - int(number)
        time = now.replace(year=months // 12, month=months % 12 + 1)
    elif unit:
        time = now - timedelta(**{_UNITS[unit]: int(number)})
    if border:
        time = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return time.replace(day=1) if border == "M" else time


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)
