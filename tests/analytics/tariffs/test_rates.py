"""Prices by the clock: nights, weekends, seasons, and the nights when clocks are moved."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.analytics.tariffs.rate_texts import (
    RateError,
    hours_text,
    rate_of,
    spans_of,
)
from custom_components.wattwise.analytics.tariffs.rates import Days, Rate, TimeOfUse

BERLIN = ZoneInfo("Europe/Berlin")
LONDON = ZoneInfo("Europe/London")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
NIGHT = Rate(0.2, ((22 * 60, 6 * 60),))


def at(zone: ZoneInfo, *when: int, fold: int = 0) -> float:
    """Return a time of the clock on the wall [s since the epoch]."""
    return datetime(*when, tzinfo=zone, fold=fold).timestamp()  # type: ignore[misc,arg-type]


def walls(tariff: TimeOfUse, start: float, end: float) -> list[tuple[str, float]]:
    """Return the changes of a price as the clock shows them."""
    return [
        (f"{datetime.fromtimestamp(moment, tariff.timezone):%d %H:%M %z}", price)
        for moment, price in tariff.steps(start, end)
    ]


def test_night_over_midnight() -> None:
    """A rate from ten to six counts in the evening and in the morning."""
    tariff = TimeOfUse(0.3, (NIGHT,), BERLIN)
    assert walls(tariff, at(BERLIN, 2026, 6, 1, 12), at(BERLIN, 2026, 6, 3)) == [
        ("01 12:00 +0200", 0.3),
        ("01 22:00 +0200", 0.2),
        ("02 06:00 +0200", 0.3),
        ("02 22:00 +0200", 0.2),
    ]
    assert tariff.next_change(at(BERLIN, 2026, 6, 1, 22), 86_400) == at(
        BERLIN, 2026, 6, 2, 6
    )
    assert tariff.next_change(at(BERLIN, 2026, 6, 1, 22), 3_600) is None


def test_the_first_rate_that_counts_is_taken() -> None:
    """A dear evening of working days, and a weekend that is cheap all day."""
    rates = (
        Rate(0.1, (), Days.WEEKEND),
        Rate(0.5, ((17 * 60, 20 * 60),)),
        Rate(0.4, ((16 * 60, 21 * 60),), months=frozenset({12, 1})),
    )
    tariff = TimeOfUse(0.3, rates, BERLIN)
    for when, price in (
        ((2026, 6, 5, 16, 59), 0.3),
        ((2026, 6, 5, 17), 0.5),
        ((2026, 6, 5, 20), 0.3),
        ((2026, 6, 6, 18), 0.1),
        ((2026, 12, 4, 16), 0.4),
        ((2026, 12, 4, 18), 0.5),
    ):
        assert tariff.price_at(at(BERLIN, *when)) == price, when


@pytest.mark.parametrize(
    ("days", "workday", "holiday", "saturday", "holiday_on_sunday"),
    [
        (Days.ALL, True, True, True, True),
        (Days.WORKING_DAYS, True, False, False, False),
        (Days.FREE_DAYS, False, True, True, True),
        (Days.WEEKDAYS, True, True, False, False),
        (Days.WEEKEND, False, False, True, True),
    ],
)
def test_kinds_of_days(
    days: Days, workday: bool, holiday: bool, saturday: bool, holiday_on_sunday: bool
) -> None:
    """What a public holiday counts as depends on how the rate is meant."""
    free = frozenset({date(2026, 5, 14), date(2026, 5, 24)})
    tariff = TimeOfUse(0.3, (Rate(0.1, (), days),), BERLIN, free)
    for day, cheap in (
        (13, workday),
        (14, holiday),
        (16, saturday),
        (24, holiday_on_sunday),
    ):
        assert (tariff.price_at(at(BERLIN, 2026, 5, day, 12)) == 0.1) is cheap, day


def test_night_of_23_hours() -> None:
    """A cheap hour that the clock skips is not there; the rest is as on any day."""
    tariff = TimeOfUse(
        0.3, (Rate(0.2, ((120, 180),)), Rate(0.1, ((150, 240),))), LONDON
    )
    # The clock goes from 00:59 to 02:00: half of nothing is missing here.
    assert walls(tariff, at(LONDON, 2026, 3, 29), at(LONDON, 2026, 3, 29, 12)) == [
        ("29 00:00 +0000", 0.3),
        ("29 02:00 +0100", 0.2),
        ("29 03:00 +0100", 0.1),
        ("29 04:00 +0100", 0.3),
    ]
    skipped = TimeOfUse(0.3, (Rate(0.2, ((60, 120),)),), LONDON)
    assert len(skipped.steps(at(LONDON, 2026, 3, 29), at(LONDON, 2026, 3, 29, 12))) == 1
    half = TimeOfUse(0.3, (Rate(0.2, ((90, 150),)),), LONDON)
    assert walls(half, at(LONDON, 2026, 3, 29), at(LONDON, 2026, 3, 29, 12))[1:] == [
        ("29 02:00 +0100", 0.2),
        ("29 02:30 +0100", 0.3),
    ]


def test_night_of_25_hours() -> None:
    """A cheap hour that the clock shows twice is cheap twice."""
    tariff = TimeOfUse(0.3, (Rate(0.2, ((60, 120),)),), LONDON)
    steps = tariff.steps(at(LONDON, 2026, 10, 25), at(LONDON, 2026, 10, 25, 12))
    assert [price for _, price in steps] == [0.3, 0.2, 0.3]
    assert steps[2][0] - steps[1][0] == 7_200
    half = TimeOfUse(0.3, (Rate(0.2, ((60, 90),)),), LONDON)
    cheap = walls(half, at(LONDON, 2026, 10, 25), at(LONDON, 2026, 10, 25, 12))
    assert cheap == [
        ("25 00:00 +0100", 0.3),
        ("25 01:00 +0100", 0.2),
        ("25 01:30 +0100", 0.3),
        ("25 01:00 +0000", 0.2),
        ("25 01:30 +0000", 0.3),
    ]


def test_clock_that_moves_by_half_an_hour() -> None:
    """Every minute of both odd nights of Lord Howe has the price its clock says."""
    tariff = TimeOfUse(0.3, (Rate(0.2, ((90, 135),)),), LORD_HOWE)
    for day in ((2026, 4, 5), (2026, 10, 4)):
        start = at(LORD_HOWE, *day)
        steps = tariff.steps(start, start + 6 * 3600)
        for minute in range(360):
            moment = start + minute * 60
            price = [p for since, p in steps if since <= moment][-1]
            assert price == tariff.price_at(moment), minute


def test_every_minute_of_two_years_is_priced_alike() -> None:
    """The steps say what the rates say, over leap days and changes of the clock."""
    rates = (
        Rate(0.1, ((30, 7 * 60 + 30),), Days.WEEKDAYS),
        Rate(0.2, ((23 * 60, 2 * 60),), Days.WEEKEND, frozenset({2, 3, 10})),
    )
    tariff = TimeOfUse(0.3, rates, BERLIN)
    start = datetime(2027, 12, 30, tzinfo=UTC)
    end = start + timedelta(days=430)
    steps = tariff.steps(start.timestamp(), end.timestamp())
    at_step, moment = 0, start.timestamp()
    while moment < end.timestamp():
        while at_step + 1 < len(steps) and steps[at_step + 1][0] <= moment:
            at_step += 1
        assert steps[at_step][1] == tariff.price_at(moment)
        moment += 1_800


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("22:00-06:00", ((1320, 360),)),
        (" 7 - 9:30 , 17–20 ", ((420, 570), (1020, 1200))),
        ("00:00-24:00", ((0, 1440),)),
        ("22:00 to 0:00", ((1320, 1440),)),
        ("", ()),
    ],
)
def test_hours_in_words(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    """Hours may be written in the ways people write them."""
    assert spans_of(text) == spans


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("night", "hours_unreadable"),
        ("22:00", "hours_unreadable"),
        ("22:60-23:00", "hours_unreadable"),
        ("24:00-06:00", "hours_unreadable"),
        ("22:00-25:00", "hours_unreadable"),
        ("10pm-6am", "hours_unreadable"),
        ("06:00-06:00", "hours_empty"),
    ],
)
def test_hours_that_cannot_be_read(text: str, reason: str) -> None:
    """What is not clear is refused, with the words that are meant."""
    with pytest.raises(RateError) as error:
        spans_of(f"01:00-02:00, {text}")
    assert (error.value.reason, error.value.text) == (reason, text)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"hours": "1-2"}, "price_missing"),
        ({"price": "nan", "hours": "1-2"}, "price_missing"),
        ({"price": 1, "hours": "1-2", "days": "monday"}, "rate_unreadable"),
        ({"price": 1, "hours": "1-2", "months": [13]}, "rate_unreadable"),
        ({"price": 1}, "rate_always"),
    ],
)
def test_rates_that_cannot_be_read(data: dict[str, object], reason: str) -> None:
    """A rate needs a price and a time of its own."""
    with pytest.raises(RateError) as error:
        rate_of(data)
    assert error.value.reason == reason
    weekend = rate_of({"price": 1, "days": "weekend", "months": ["1", "2"]})
    assert weekend == Rate(1.0, (), Days.WEEKEND, frozenset({1, 2}))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("22-6", "22:00-06:00"),
        ("7 to 9; 17:30–24", "07:00-09:00, 17:30-24:00"),
        ("", ""),
    ],
)
def test_hours_are_shown_in_one_way(text: str, shown: str) -> None:
    """However hours were typed, they come back as a clock shows them, and mean the same."""
    assert hours_text(text) == shown
    assert spans_of(shown) == spans_of(text)
