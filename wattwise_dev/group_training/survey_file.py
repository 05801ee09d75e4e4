"""Reads homes of a survey: what they are, and what they use in a year."""

from collections.abc import Callable, Iterator, Mapping
import csv
from dataclasses import dataclass
import gzip
import io
from pathlib import Path
from typing import Final, Self
import zlib

from custom_components.wattwise.analytics.similar_homes.climate import Climate
from custom_components.wattwise.analytics.similar_homes.household_profile import (
    RANGES,
    AirConditioning,
    Dwelling,
    Heating,
    HotWater,
    HouseholdProfile,
)

from .survey_cells import (
    AREA,
    DEGREE_DAYS,
    ENERGY,
    PIECES,
    CellError,
    choice,
    number,
    truth,
)

COLUMNS: Final = (
    "household_id",
    "dwelling",
    "floor_area_m2",
    "occupants",
    "heating_fuel",
    "electric_any_heating",
    "electric_hot_water",
    "gas_hot_water",
    "aircon",
    "rooms",
    "televisions",
    "hdd_c",
    "cdd_c",
    "hdd30_c",
    "cdd30_c",
    "kwh",
    "kwh_heating_electric",
    "kwh_cooling",
)
"""Those of the survey of 2015 that mean something here; each may be absent."""

_DWELLINGS: Final = {kind.value: kind for kind in Dwelling}
_HEATING: Final = {kind.value: kind for kind in Heating} | {
    "natural_gas": Heating.GAS,
    "lpg": Heating.PROPANE,
    "fuel_oil": Heating.OIL,
    "electricity": Heating.ELECTRIC,
}
_COOLING: Final = {kind.value: kind for kind in AirConditioning} | {
    "central_and_room": AirConditioning.CENTRAL
}
_MOST_DEGREE_DAYS: Final = 15_000.0
_MOST_KWH: Final = 1e7
_MONTHS: Final = 12
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")

type _Say = Callable[[str], None]


class SurveyError(Exception):
    """The file is no survey at all; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class SurveyHome:
    """One home; None where nothing is known."""

    line: int
    household_id: str
    profile: HouseholdProfile
    climate: Climate | None
    """Of the year itself, else of thirty years: its months are all alike."""
    kwh: float | None
    heating_kwh: float | None
    """What heating took of `kwh`, as the survey's authors modelled it."""
    cooling_kwh: float | None


@dataclass(frozen=True, slots=True)
class Survey:
    """The homes of a file, and what was wrong with it: one line for each."""

    homes: tuple[SurveyHome, ...]
    complaints: tuple[str, ...]

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a CSV file with some of `COLUMNS`, gzipped or not.

        A cell that cannot be read counts as not answered, a line that cannot be read is
        left out; both are complained of. SurveyError where there is nothing to read.
        """
        reader = _Reader(_text(file), file.name)
        homes = tuple(reader.homes())
        return cls(homes, tuple(reader.complaints))


class _Reader:
    """Goes through the lines one by one, so that a bad one spoils no other."""

    def __init__(self, text: str, name: str) -> None:
        # Any of the marks between lines that files have.
        lines = enumerate(io.StringIO(text, newline=None), start=1)
        self._lines = (line for line in lines if line[1].strip())
        self._line, first = next(self._lines, (1, ""))
        self._delimiter = max(",;\t", key=first.count)
        self.complaints: list[str] = []
        self._header = self._read_header(first, name)

    def _read_header(self, line: str, name: str) -> list[str]:
        try:
            header = [cell.strip().casefold() for cell in self._cells(line)]
        except csv.Error as err:
            raise SurveyError(f"{name} begins with a line of no CSV: {err}") from err
        known = [column for column in header if column in COLUMNS]
        if not set(known) - {"household_id", "kwh"}:
            raise SurveyError(
                f"{name} has no column that tells anything of a home, such as dwelling"
            )
        for column in known:
            if header.count(column) > 1:
                raise SurveyError(f"{name} has the column {column} more than once")
        return header

    def homes(self) -> Iterator[SurveyHome]:
        for at, line in self._lines:
            self._line = at
            try:
                cells = self._cells(line)
            except csv.Error as err:
                self._say(f"cannot be read ({err}); it is left out")
                continue
            if not any(map(str.strip, cells)):
                continue
            if len(cells) > len(self._header):
                self._say(
                    f"has {len(cells)} cells, the header {len(self._header)}; "
                    "it is left out"
                )
                continue
            if len(cells) < len(self._header):
                self._say("ends early; what is missing counts as not answered")
            row = dict(zip(self._header, cells, strict=False))
            home = _Row(row, self._say).home(at)
            if home.profile == HouseholdProfile() and home.climate is None:
                self._say("nothing that is asked is known; it is left out")
            else:
                yield home

    def _cells(self, line: str) -> list[str]:
        rows = csv.reader([line.rstrip("\n")], delimiter=self._delimiter, strict=True)
        return next(rows, [])

    def _say(self, text: str) -> None:
        self.complaints.append(f"line {self._line}: {text}")


class _Row:
    """One line: what its cells say, complaining of those that make no sense."""

    def __init__(self, cells: Mapping[str, str], say: _Say) -> None:
        self._cells = cells
        self._say = say

    def home(self, line: int) -> SurveyHome:
        name = self._cells.get("household_id", "").strip()
        if "household_id" in self._cells and not name:
            self._say("has no household_id; the line's number stands for it")
        return SurveyHome(
            line,
            name or f"line {line}",
            self._profile(),
            self._climate(),
            self._amount("kwh", ENERGY, 0, _MOST_KWH, above=True),
            self._amount("kwh_heating_electric", ENERGY, 0, _MOST_KWH),
            self._amount("kwh_cooling", ENERGY, 0, _MOST_KWH),
        )

    def _profile(self) -> HouseholdProfile:
        area = RANGES["floor_area_m2"]
        return HouseholdProfile(
            dwelling=self._read("dwelling", lambda cell: choice(cell, _DWELLINGS)),
            floor_area_m2=self._amount(
                "floor_area_m2", AREA, area.lowest, area.highest
            ),
            occupants=self._count("occupants", "occupants"),
            heating=self._read("heating_fuel", lambda cell: choice(cell, _HEATING)),
            hot_water=self._hot_water(),
            air_conditioning=self._read("aircon", lambda cell: choice(cell, _COOLING)),
            electric_heaters=self._read("electric_any_heating", truth),
            rooms=self._count("rooms", "rooms"),
            televisions=self._count("televisions", "televisions"),
        )

    def _hot_water(self) -> HotWater | None:
        electric = self._read("electric_hot_water", truth)
        gas = self._read("gas_hot_water", truth)
        if electric is None and not gas:
            return None
        return HotWater.ELECTRIC if electric else HotWater.FUEL

    def _climate(self) -> Climate | None:
        for ending in ("_c", "30_c"):
            days = [
                self._amount(name + ending, DEGREE_DAYS, 0, _MOST_DEGREE_DAYS)
                for name in ("hdd", "cdd")
            ]
            heating, cooling = days
            if heating is not None and cooling is not None:
                return Climate(
                    (heating / _MONTHS,) * _MONTHS, (cooling / _MONTHS,) * _MONTHS
                )
        return None

    def _count(self, column: str, question: str) -> int | None:
        limits = RANGES[question]
        value = self._amount(column, PIECES, limits.lowest, limits.highest)
        if value is None or value.is_integer():
            return None if value is None else int(value)
        self._complain(column, "is no whole number")
        return None

    def _amount(
        self,
        column: str,
        units: Mapping[str, float],
        lowest: float,
        highest: float,
        *,
        above: bool = False,
    ) -> float | None:
        value = self._read(column, lambda cell: number(cell, units))
        if value is None:
            return None
        if lowest <= value <= highest and not (above and value == lowest):
            return value
        least = "above" if above else "from"
        self._complain(column, f"is not {least} {lowest:g} to {highest:g}")
        return None

    def _read[Value](
        self, column: str, reader: Callable[[str], Value | None]
    ) -> Value | None:
        try:
            return reader(self._cells.get(column, ""))
        except CellError as err:
            self._complain(column, str(err))
            return None

    def _complain(self, column: str, what: str) -> None:
        cell = self._cells[column].strip()
        self._say(f"{column} {cell!r} {what}; it counts as not answered")


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as err:
        raise SurveyError(f"{file.name} cannot be read: {err}") from err
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in _UTF_16 else "utf-8"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    # Every byte means something there.
    return content.decode("latin-1")
