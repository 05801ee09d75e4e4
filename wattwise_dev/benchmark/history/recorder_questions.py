"""The same questions to Home Assistant's recorder, through its own functions."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Literal

from homeassistant.components.recorder import history
from homeassistant.components.recorder.statistics import (
    statistic_during_period,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from .asking import Answers, Question, ask
from .recorder import DATABASE, recorder_home
from .recorder_filling import entity_id
from .span import ASKED_METER, RAW, TOTALS, VOLTAGE, YEAR, Span

_POWER, _ENERGY, _VOLTAGE, _ = (
    entity_id(ASKED_METER, shown) for shown in ASKED_METER.channels
)
type _Type = Literal["change", "last_reset", "max", "mean", "min", "state", "sum"]
# What the Energy dashboard asks for, and what a chart of a sensor does.
_CHANGE: Final[set[_Type]] = {"change"}
_LEVELS: Final[set[_Type]] = {"mean", "min", "max"}


async def ask_recorder(folder: Path, name: str, span: Span, warm: int) -> Answers:
    """Return how long the recorder took to answer, just started and once more."""
    questions: dict[str, Question[HomeAssistant]] = {
        YEAR: partial(_hours, span.year_ms, _ENERGY, _CHANGE),
        RAW: partial(_states, span),
        TOTALS: partial(_totals, span),
        VOLTAGE: partial(_hours, span.voltage_ms, _VOLTAGE, _LEVELS),
    }
    return await ask(
        folder / DATABASE, partial(recorder_home, folder), questions[name], 1, warm
    )


async def _hours(
    start_ms: int, entity: str, types: set[_Type], hass: HomeAssistant
) -> int:
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        _moment(start_ms),
        None,
        {entity},
        "hour",
        None,
        types,
    )
    return len(found[entity])


async def _states(span: Span, hass: HomeAssistant) -> int:
    """Ask as Home Assistant's history panel does."""
    found = await get_instance(hass).async_add_executor_job(
        partial(
            history.get_significant_states,
            hass,
            _moment(span.raw_ms),
            _moment(span.end_ms),
            [_POWER],
            significant_changes_only=False,
            minimal_response=True,
            no_attributes=True,
            compressed_state_format=True,
        )
    )
    return len(found[_POWER])


async def _totals(span: Span, hass: HomeAssistant) -> int:
    recorder = get_instance(hass)
    changes = [
        await recorder.async_add_executor_job(
            statistic_during_period,
            hass,
            _moment(start_ms),
            None,
            _ENERGY,
            _CHANGE,
            None,
        )
        for start_ms in (span.today_ms, span.month_ms)
    ]
    return int(all(change["change"] is not None for change in changes))


def _moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)
