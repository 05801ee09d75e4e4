"""Amounts of energy from hourly sums, whatever is wrong in them."""

from itertools import pairwise
import random

import pytest

from custom_components.wattwise.history.hourly_sums import HourlySums, HourlyValue
from custom_components.wattwise.history.periods.calendar import HOUR_MS
from custom_components.wattwise.metering.reading import Refusal

MAX_POWER_W = 30_000.0
START_MS = 1_704_067_200_000
"""2024-01-01 in UTC."""


def series(sums: list[float | None]) -> list[HourlyValue]:
    """Return one hour after the other."""
    return [HourlyValue(START_MS + i * HOUR_MS, value) for i, value in enumerate(sums)]


def test_sound_sums_are_conserved_however_they_are_cut() -> None:
    """All that was counted arrives once, whatever hours are missing, in any parts."""
    generator = random.Random(4)
    for _ in range(50):
        total, hours = 0.0, []
        for i in range(24 * 30):
            total += generator.choice([0.0, 40.0, generator.uniform(0, 5_000)])
            if generator.random() < 0.9:
                hours.append(HourlyValue(START_MS + i * HOUR_MS, total))
        sums = HourlySums(MAX_POWER_W)
        amounts = []
        while hours:
            # Parts of whole days, as months are.
            days = generator.randint(1, 9) * 24 * HOUR_MS
            until_ms = hours[0].start_ms // (24 * HOUR_MS) * 24 * HOUR_MS + days
            part = [hour for hour in hours if hour.start_ms < until_ms]
            amounts += sums.amounts(part)
            last, hours = hours[len(part) - 1].value, hours[len(part) :]
        sums.finish()

        assert sum(a.energy_wh for a in amounts) == pytest.approx(last)
        assert not sums.unused
        ends = [a.end_ms for a in amounts]
        assert ends == sorted(set(ends))
        assert all(b.end_ms - b.span_ms >= a.end_ms for a, b in pairwise(amounts))


@pytest.mark.parametrize(
    ("sums", "amounts", "unused"),
    [
        # A dip and a spike of one hour: nothing is lost, the two hours share.
        ([500.0, 1_000, 10, 2_000], [500, 500, 1_000], {Refusal.COUNTER_FELL: 1}),
        ([500.0, 1_000, 9e6, 2_000], [500, 500, 1_000], {Refusal.COUNTER_JUMPED: 1}),
        # A new level, lower or higher, is no energy.
        ([5_000.0, 100, 300, 600], [5_000, 200, 300], {Refusal.COUNTER_FELL: 1}),
        ([0.0, 9e6, 9e6 + 200, 9e6 + 500], [0, 200, 300], {Refusal.COUNTER_JUMPED: 1}),
        # The beginning was written by somebody else.
        ([8e6, 8e6 + 300], [300], {Refusal.COUNTER_JUMPED: 1}),
        ([-8e6, 300 - 8e6], [300], {Refusal.COUNTER_FELL: 1}),
        # What cannot be judged any more at the end.
        ([100.0, 300, 50], [100, 200], {Refusal.COUNTER_FELL: 1}),
        ([100.0, None, float("nan"), 300], [100, 200], {Refusal.NOT_A_NUMBER: 2}),
        ([], [], {}),
    ],
)
def test_what_is_wrong(
    sums: list[float | None], amounts: list[float], unused: dict[Refusal, int]
) -> None:
    """Wrong hours are left out and counted; those around them stay."""
    judge = HourlySums(MAX_POWER_W)

    got = judge.amounts(series(sums))
    judge.finish()

    assert [amount.energy_wh for amount in got] == pytest.approx(amounts)
    assert judge.unused == unused


def test_a_day_in_another_unit() -> None:
    """Of a day of Wh taken for kWh nothing is used, and the next day is as usual."""
    total, sums = 0.0, list[float | None]()
    for hour in range(72):
        spoiled = 24 <= hour < 48
        total += (20.0 if hour % 24 < 8 else 400.0) * (1_000 if spoiled else 1)
        sums.append(total)
    judge = HourlySums(MAX_POWER_W)

    got = judge.amounts(series(sums))
    judge.finish()

    assert judge.unused == {Refusal.UNKNOWN_UNIT: 24}
    assert len(got) == 48
    assert sum(a.energy_wh for a in got) == pytest.approx(2 * (8 * 20 + 16 * 400))
    assert {a.span_ms for a in got} == {HOUR_MS}
