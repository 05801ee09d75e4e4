"""Questions to a full history."""

from functools import partial
from pathlib import Path
from typing import Final

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.history.questions.queries import Queries
from custom_components.wattwise.metering.quantity import Channel

from .asking import Answers, Question, ask
from .opening import opened
from .plan import Plan
from .span import ASKED_METER, RAW, TOTALS, VOLTAGE, YEAR, Span

_METER: Final = ASKED_METER.meter_id


async def ask_history(path: Path, span: Span, plan: Plan) -> dict[str, Answers]:
    """Return how long the history at `path` took to answer."""
    questions: dict[str, Question[History]] = {
        YEAR: partial(_hours, Channel.ENERGY_IMPORT, span.year_ms, span.end_ms),
        RAW: partial(_raw, span),
        TOTALS: _totals,
        VOLTAGE: partial(_voltages, span),
    }
    opener = partial(opened, path)
    return {
        name: await ask(path, opener, question, plan.cold, plan.warm)
        for name, question in questions.items()
    }


async def _hours(channel: Channel, start_ms: int, end_ms: int, history: History) -> int:
    return len(await history.buckets(_METER, channel, start_ms, end_ms, Period.HOUR))


async def _voltages(span: Span, history: History) -> int:
    # As the action does: percentiles are worked out in the thread that reads.
    return await history.ask(partial(_count_voltages, span))


def _count_voltages(span: Span, queries: Queries) -> int:
    hours = queries.buckets(
        _METER, Channel.VOLTAGE_L1, span.voltage_ms, span.end_ms, Period.HOUR
    )
    known = [hour.distribution for hour in hours if hour.distribution]
    found = [one for one in known if None not in one.percentiles(5, 50, 95)]
    # The hour that is not over may have none, and the first one, which began before.
    return len(hours) if len(found) >= len(hours) - 2 else 0


async def _totals(history: History) -> int:
    totals = await history.energy_totals(_METER, Channel.ENERGY_IMPORT)
    return int(totals.this_month >= totals.today)


async def _raw(span: Span, history: History) -> int:
    count = 0
    pages = history.raw(_METER, Channel.POWER, span.raw_ms, span.end_ms)
    async for page in pages:
        count += len(page)
    return count
