"""What is recognised in files as portals and programs write them, and what is not."""

from pathlib import Path

import pytest

from custom_components.wattwise.history.files.errors import NoTableError
from custom_components.wattwise.history.files.guess import Guess, detect
from custom_components.wattwise.history.files.headings import (
    channel_of,
    stamped_at_end,
    unit_of,
)
from custom_components.wattwise.history.files.layout import DateOrder, DecimalMark
from custom_components.wattwise.metering.quantity import Channel

LONDON_HOME = (
    Path(__file__).parents[2] / "data/lcl_MAC000002_2013_halfhourly_kwh_utc.csv"
)
HOURS = range(24)


def guess(path: Path, *lines: str) -> Guess:
    """Return what is guessed of a file with these lines."""
    file = path / "file.csv"
    file.write_text("\n".join(lines))
    return detect(file)


def test_a_real_home() -> None:
    """A year of half hours: all is known but the zone."""
    found = detect(LONDON_HOME)
    assert (found.time_column, found.value_column) == ("time", "kwh")
    value = found.values["kwh"]
    assert (value.channel, value.unit) == (Channel.ENERGY_IMPORT, "kWh")
    assert value.is_counter is False
    assert value.decimal_mark is DecimalMark.POINT
    assert found.interval_s == 1_800
    assert found.stamped_at_end is False
    assert not found.is_zoned
    assert found.rows == 17_520
    assert found.first[0] == "2013-01-01 00:00"
    assert found.last[0] == "2013-12-31 23:30"


def test_a_counter_at_its_own_times(tmp_path: Path) -> None:
    """What only rises is a counter; times with an offset say their zone."""
    found = guess(
        tmp_path,
        "Zeitpunkt;Zählerstand 1.8.0 [kWh];Zählerstand 2.8.0 [kWh] Einspeisung",
        *(f"2026-02-01T{h:02}:00+01:00;{5000 + h / 8};{h // 3}" for h in HOURS),
    )
    assert found.time_column == "Zeitpunkt"
    assert found.value_column == "Zählerstand 1.8.0 [kWh]"
    assert found.is_zoned
    assert [value.is_counter for value in found.values.values()] == [True, True]
    assert [value.channel for value in found.values.values()] == [
        Channel.ENERGY_IMPORT,
        Channel.ENERGY_EXPORT,
    ]


def test_start_and_end_beside_each_other(tmp_path: Path) -> None:
    """The first of two columns of times is taken, and its heading tells its end."""
    found = guess(
        tmp_path,
        "Von,Bis,Wirkarbeit in kWh,Ersatzwert",
        *(f"01.02.2026 {h:02}:00,01.02.2026 {h:02}:15,{h % 5}.5,nein" for h in HOURS),
    )
    assert (found.time_column, found.stamped_at_end) == ("Von", False)
    assert found.value_column == "Wirkarbeit in kWh"
    assert set(found.values) == {"Wirkarbeit in kWh"}


def test_numbered_hours_in_a_column_of_their_own(tmp_path: Path) -> None:
    """Spanish portals number the hours from 1 to 24: the end of each."""
    found = guess(
        tmp_path,
        "CUPS;Fecha;Hora;AE_kWh;Metodo",
        *(
            f"ES0031;{day:02}/02/2026;{h + 1};0,{h:03};R"
            for day in range(1, 20)
            for h in HOURS
        ),
    )
    assert (found.time_column, found.clock_column) == ("Fecha", "Hora")
    assert found.value_column == "AE_kWh"
    assert found.date_order is DateOrder.DAY_FIRST
    assert found.stamped_at_end is True
    assert found.interval_s == 3_600


def test_american_portal(tmp_path: Path) -> None:
    """A preamble with commas in it, month first, halves of the day, dollars."""
    found = guess(
        tmp_path,
        "Name,JANE DOE",
        'Address,"1 Main St, Springfield"',
        "",
        "TYPE,DATE,START TIME,END TIME,USAGE (kWh),COST,NOTES",
        *(
            f"Electric usage,2026-01-{day:02},{h:02}:00,{h:02}:59,{h}.25,$0.{h:02},"
            for day in range(1, 5)
            for h in HOURS
        ),
    )
    assert (found.time_column, found.clock_column) == ("DATE", "START TIME")
    assert found.value_column == "USAGE (kWh)"


def test_headings_that_are_numbers(tmp_path: Path) -> None:
    """Meters are often called by their serial numbers."""
    found = guess(
        tmp_path,
        "time,10006414,10006486",
        *(f"2026-02-01 {h:02}:30,0.{h},," for h in HOURS),
    )
    assert found.columns[:3] == ("time", "10006414", "10006486")
    # A column may begin to be filled later; which one is meant is not known.
    assert set(found.values) >= {"10006414", "10006486"}
    assert found.value_column is None
    assert found.stamped_at_end is None


def test_no_headings(tmp_path: Path) -> None:
    """Columns without names are numbered."""
    found = guess(tmp_path, *(f"2026-02-01 {h:02}:00;{h}" for h in HOURS))
    assert found.columns == ("Column 1", "Column 2")
    assert found.rows == 24


def test_a_letter_is_no_table(tmp_path: Path) -> None:
    """Where no row has two cells there is nothing to choose from."""
    with pytest.raises(NoTableError):
        guess(tmp_path, "Dear customer,", "your bill is attached.", "Regards")


def test_newest_first_with_a_footer(tmp_path: Path) -> None:
    """The order of the rows does not matter, nor does a sum below them."""
    found = guess(
        tmp_path,
        "Time\tPower (kW)",
        *(f"2026-02-01 {h:02}:00\t{h}" for h in reversed(HOURS)),
        "Sum\t",
    )
    assert found.value_column == "Power (kW)"
    assert found.values["Power (kW)"].channel is Channel.POWER
    assert found.last == ("2026-02-01 00:00", "0")
    assert found.stamped_at_end is False


@pytest.mark.parametrize(
    ("values", "is_counter"),
    [
        (["1"] * 30, None),
        ([str(n) for n in range(5)], None),
        ([str(n) for n in range(30)], True),
        ([str(30 - n) for n in range(30)], True),
        ([str(n % 7) for n in range(300)], False),
        # Reset once, or amounts of what is seldom used?
        ([str(n % 200) for n in range(300)], None),
    ],
)
def test_counters_only_rise(
    tmp_path: Path, values: list[str], is_counter: bool | None
) -> None:
    """Where both is possible, nothing is said."""
    rows = (f"{1_760_000_000 + 60 * n},{value}" for n, value in enumerate(values))
    found = guess(tmp_path, "time,kWh", *rows)
    assert found.values["kWh"].is_counter is is_counter


@pytest.mark.parametrize(
    ("heading", "unit", "channel"),
    [
        ("Consumption (kWh)", "kWh", Channel.ENERGY_IMPORT),
        ("energy_wh", "Wh", Channel.ENERGY_IMPORT),
        ("Einspeisung in kWh", "kWh", Channel.ENERGY_EXPORT),
        ("Solar production [MWh]", "MWh", Channel.ENERGY_EXPORT),
        ("Wirkleistung [kW]", "kW", Channel.POWER),
        ("power_W", "W", Channel.POWER),
        ("Leistung MW", "MW", Channel.POWER),
        ("leistung mw", None, None),
        ("voltage_l2_V", "V", Channel.VOLTAGE_L2),
        ("Spannung Phase 3 (V)", "V", Channel.VOLTAGE_L3),
        ("current_n_A", "A", Channel.CURRENT_N),
        ("intensity_mean_a", "A", Channel.CURRENT_L1),
        ("Netzfrequenz (Hz)", "Hz", Channel.FREQUENCY),
        ("Temperature (°C)", None, None),
        ("A house", None, None),
        ("reactive_kvarh", None, None),
        ("kWh per kW", None, None),
    ],
)
def test_headings(heading: str, unit: str | None, channel: Channel | None) -> None:
    """A unit is one that stands alone; what it is of, and in which direction."""
    assert unit_of(heading) == unit
    assert channel_of(heading, unit) is channel


@pytest.mark.parametrize(
    ("heading", "at_end"),
    [
        ("Start", False),
        ("Datum von", False),
        ("reading_datetime_end", True),
        ("bis", True),
        ("from - to", None),
        ("Datum", None),
        ("Vendor time", None),
    ],
)
def test_stamps(heading: str, at_end: bool | None) -> None:
    """Words that name one end of an interval, and only that."""
    assert stamped_at_end(heading) is at_end


def test_a_counter_that_fell_once(tmp_path: Path) -> None:
    """What is called a reading of the meter is proposed as one, also with an error."""
    shown = [1000 + hour / 8 for hour in range(100)]
    shown[40] = 3.0
    rows = [
        f"2026-02-{1 + hour // 24:02} {hour % 24:02}:00,{kwh}"
        for hour, kwh in enumerate(shown)
    ]
    found = guess(tmp_path, "Time,Meter reading kWh", *rows)
    assert found.values["Meter reading kWh"].is_counter is True
    assert guess(tmp_path, "Time,Used kWh", *rows).values["Used kWh"].is_counter is None
    falling = [row.rpartition(",")[0] + f",{n % 7}" for n, row in enumerate(rows)]
    found = guess(tmp_path, "Time,Meter reading kWh", *falling)
    assert found.values["Meter reading kWh"].is_counter is False


def test_a_table_of_words(tmp_path: Path) -> None:
    """Without a column of numbers there is nothing that could be loaded."""
    with pytest.raises(NoTableError):
        guess(tmp_path, "time,kWh", "yesterday,many", "today,few", "soon,a lot")
    with pytest.raises(NoTableError):
        guess(tmp_path, "time,note", *(f"2026-02-01 {h:02}:00,fine" for h in HOURS))
