"""Files of homes are read, whatever state they are in."""

import gzip
from pathlib import Path

import pytest

from custom_components.wattwise.analytics.similar_homes.household_profile import (
    AirConditioning,
    Dwelling,
    Heating,
    HotWater,
    HouseholdProfile,
)
from wattwise_dev.group_training.survey_file import Survey, SurveyError

from .made_up_survey import write_survey


def read(path: Path, *lines: str, encoding: str = "utf-8") -> Survey:
    """Read a file of these lines."""
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return Survey.read(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where a file can be."""
    return tmp_path / "homes.csv"


def test_a_whole_survey(file: Path) -> None:
    """Every column means what it says; gzip changes nothing."""
    write_survey(file, 50)
    survey = Survey.read(file)
    assert len(survey.homes) == 50
    assert survey.complaints == ()
    packed = file.with_suffix(".gz")
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert Survey.read(packed) == survey


def test_columns_and_cells_may_be_missing(file: Path) -> None:
    """What is not there is not answered, and nobody complains."""
    survey = read(
        file,
        "household_id,dwelling,occupants,electric_hot_water,gas_hot_water",
        "a,detached,2,0,",
        "b,,NA,,1",
        "c,Apartment 5plus,3.0,,0",
    )
    assert [home.profile for home in survey.homes] == [
        HouseholdProfile(
            dwelling=Dwelling.DETACHED, occupants=2, hot_water=HotWater.FUEL
        ),
        HouseholdProfile(hot_water=HotWater.FUEL),
        HouseholdProfile(dwelling=Dwelling.APARTMENT_5PLUS, occupants=3),
    ]
    assert all(home.climate is None and home.kwh is None for home in survey.homes)
    assert survey.complaints == ()


@pytest.mark.parametrize(
    ("cell", "area"),
    [
        ("168", 168),
        ("168 m2", 168),
        ("168.5 m²", 168.5),
        ('"168,5"', 168.5),
        ("1 200", 1200),
        ('"1,200 sq ft"', 111.48),
        ("1.2e2", 120),
    ],
)
def test_numbers_with_units(file: Path, cell: str, area: float) -> None:
    """Units and the marks of other countries are understood."""
    survey = read(file, "household_id,floor_area_m2", f"a,{cell}")
    assert survey.complaints == ()
    assert survey.homes[0].profile.floor_area_m2 == pytest.approx(area, abs=0.01)


def test_energy_and_degree_days_with_units(file: Path) -> None:
    """The year itself counts; without it, thirty years; both in K d and kWh."""
    survey = read(
        file,
        "dwelling;hdd_c;cdd_c;hdd30_c;cdd30_c;kwh",
        "attached;1000;200;9;9;5.2 MWh",
        "attached;1000;;1800 °F d;90 F-days;5200 kWh",
        "attached;1000;;;;",
    )
    first, second, third = survey.homes
    assert first.climate is not None
    assert second.climate is not None
    assert first.climate.heating_year == pytest.approx(1000)
    assert second.climate.heating_year == pytest.approx(1000)
    assert second.climate.cooling_year == pytest.approx(50)
    assert third.climate is None
    assert first.kwh == second.kwh == 5200
    assert [home.household_id for home in survey.homes] == [
        "line 2",
        "line 3",
        "line 4",
    ]


def test_what_makes_no_sense_is_complained_of(file: Path) -> None:
    """A bad cell is skipped and a bad line left out, each by its number; others stay."""
    survey = read(
        file,
        "household_id,dwelling,floor_area_m2,occupants,heating_fuel,aircon,kwh",
        "a,villa,120,2,gas,none,3000",
        "b,detached,many,2.5,gas,none,-5",
        "c,detached,120,2,gas,none,3000,9,9",
        "",
        "d,detached,1e9,2,coal,central_and_room,inf",
        ",detached,12 acres,2,gas,none,0",
        "e,,,,,,3000",
        "f,detached,120,2",
        "g,detached,120,2,gas,none,3000",
    )
    assert [home.household_id for home in survey.homes] == [
        "a",
        "b",
        "d",
        "line 7",
        "f",
        "g",
    ]
    text = "\n".join(survey.complaints)
    for words in (
        "line 2: dwelling 'villa' is none of detached,",
        "line 3: floor_area_m2 'many' is no number",
        "line 3: occupants '2.5' is no whole number",
        "line 3: kwh '-5' is not above 0",
        "line 4: has 9 cells, the header 7; it is left out",
        "line 6: floor_area_m2 '1e9' is not from 8 to 2000",
        "line 6: heating_fuel 'coal' is none of",
        "line 6: kwh 'inf' is no number",
        "line 7: has no household_id",
        "line 7: floor_area_m2 '12 acres' has a unit that is not known: acres",
        "line 8: nothing that is asked is known; it is left out",
        "line 9: ends early",
    ):
        assert words in text
    assert survey.homes[2].profile.air_conditioning is AirConditioning.CENTRAL
    assert survey.homes[-1].profile.heating is Heating.GAS
    assert not any(line.startswith("line 10") for line in survey.complaints)


def test_a_quote_that_never_ends(file: Path) -> None:
    """It spoils its own line, not those that follow."""
    survey = read(
        file,
        "household_id,dwelling,occupants",
        'a,"detached,2',
        'b,"detached",2',
        "c,det\x00ached,3",
        "d,attached,4",
    )
    assert [home.household_id for home in survey.homes] == ["b", "c", "d"]
    assert survey.complaints[0].startswith("line 2: cannot be read")
    assert survey.complaints[1].startswith("line 4: dwelling")
    assert len(survey.complaints) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings(file: Path, encoding: str) -> None:
    """Files of spreadsheets are read as they are."""
    survey = read(file, "household_id,floor_area_m2", "Müller,95 m²", encoding=encoding)
    assert survey.homes[0].household_id == "Müller"
    assert survey.homes[0].profile.floor_area_m2 == 95


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"time,value\n1,2\n",
        b"household_id,kwh\na,3\n",
        b"dwelling,dwelling\na,b\n",
        b"\x1f\x8bno archive",
    ],
)
def test_no_survey_at_all(file: Path, content: bytes) -> None:
    """A file without any answer is refused in one line."""
    file.write_bytes(content)
    with pytest.raises(SurveyError, match=r"homes\.csv") as error:
        Survey.read(file)
    assert "\n" not in str(error.value)
