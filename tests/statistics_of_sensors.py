"""Long-term statistics of sensors for tests, as Home Assistant would have kept them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_homeassistant_custom_component.components.recorder.common import (
    async_recorder_block_till_done,
)
from sqlalchemy import insert

from homeassistant.components.recorder.db_schema import Statistics, StatisticsMeta
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance, session_scope

HOUR = timedelta(hours=1)

type Row = tuple[datetime, float]


def hours_of(start: datetime, end: datetime) -> list[datetime]:
    """Return the start of each hour of a period, in UTC."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    return [start + HOUR * i for i in range((end - start) // HOUR)]


def this_hour() -> datetime:
    """Return when the current hour began."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


async def async_keep_statistics(
    hass: HomeAssistant,
    entity_id: str,
    unit: str | None,
    *,
    sums: Iterable[Row] = (),
    means: Iterable[Row] = (),
    states: Iterable[float] | None = None,
    has_sum: bool | None = None,
) -> None:
    """Keep hourly sums or means of a sensor.

    Written as the recorder's own compiler writes them, years of them at once. `states`
    are what the counter behind each sum showed.
    """
    sums, means = list(sums), list(means)
    if has_sum is None:
        has_sum = bool(sums)
    # The counter behind a sum may restart as often as it likes.
    shown = [value % 77 for _, value in sums] if states is None else states
    rows: list[dict[str, Any]] = [
        {"start": start, "sum": value, "state": state}
        for (start, value), state in zip(sums, shown, strict=True)
    ]
    rows += [{"start": start, "mean": value} for start, value in means]

    def write() -> None:
        with session_scope(session=get_instance(hass).get_session()) as session:
            known = StatisticsMeta(
                statistic_id=entity_id,
                source="recorder",
                unit_of_measurement=unit,
                unit_class="energy" if has_sum else None,
                has_sum=has_sum,
                mean_type=StatisticMeanType.NONE
                if has_sum
                else StatisticMeanType.ARITHMETIC,
                name=None,
            )
            session.add(known)
            session.flush()
            if not rows:
                return
            session.execute(
                insert(Statistics),
                [
                    {
                        "metadata_id": known.id,
                        "created_ts": 0.0,
                        "start_ts": row["start"].timestamp(),
                        "sum": row.get("sum"),
                        "state": row.get("state"),
                        "mean": row.get("mean"),
                    }
                    for row in rows
                ],
            )

    await get_instance(hass).async_add_executor_job(write)
    await async_recorder_block_till_done(hass)


def add_sensor(
    hass: HomeAssistant, name: str, unit: str, value: str, device_class: str
) -> str:
    """Add a sensor of another integration; returns its entity id."""
    entry = er.async_get(hass).async_get_or_create(
        "sensor",
        "test",
        name,
        suggested_object_id=name,
        original_device_class=device_class,
        unit_of_measurement=unit,
    )
    hass.states.async_set(
        entry.entity_id,
        value,
        {"unit_of_measurement": unit, "device_class": device_class},
    )
    return entry.entity_id
