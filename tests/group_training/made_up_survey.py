"""A survey of homes that never were, with the columns of RECS 2015."""

import csv
from pathlib import Path
from typing import Final

import numpy as np

HEADER: Final = (
    "household_id",
    "hdd_c",
    "cdd_c",
    "dwelling",
    "floor_area_m2",
    "rooms",
    "occupants",
    "heating_fuel",
    "electric_any_heating",
    "electric_hot_water",
    "gas_hot_water",
    "aircon",
    "televisions",
    "kwh",
    "kwh_cooling",
    "kwh_heating_electric",
)
_DWELLINGS: Final = (
    "detached",
    "detached",
    "attached",
    "apartment_2_4",
    "apartment_5plus",
    "mobile_home",
)
_FUELS: Final = ("gas", "gas", "electric", "electric", "oil", "propane", "none")


def write_survey(path: Path, count: int, seed: int = 5) -> None:
    """Write homes whose use follows from their answers, but for a spread of 30 %."""
    random = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(count):
            writer.writerow(_home(number, random))


def _home(number: int, random: np.random.Generator) -> tuple[object, ...]:
    dwelling = str(random.choice(_DWELLINGS))
    in_building = dwelling.startswith("apartment")
    area = float(np.exp(random.normal(4.4 if in_building else 5.2, 0.35)))
    people = int(min(1 + random.poisson(1.5), 9))
    cold = float(random.uniform(200, 4200))
    warm = float(np.clip(2600 - 0.6 * cold + random.normal(0, 150), 100, None))
    fuel = str(random.choice(_FUELS))
    is_electric = fuel == "electric"
    heaters = is_electric or (fuel != "none" and random.random() < 0.2)
    electric_water = random.random() < (0.85 if is_electric else 0.2)
    cooling = str(random.choice(["none", "room_units", "central", "central"]))
    heat = 1.4 * cold * (area / 150) ** 0.7 if is_electric else 0.0
    cooled = {"none": 0, "room_units": 0.5}.get(cooling, 1.2) * warm * area / 150
    rest = 1500 * people**0.5 * (area / 150) ** 0.6 + 1500 * electric_water
    kwh = (heat + cooled + rest) * float(np.exp(random.normal(0, 0.3)))
    return (
        f"made-{number}",
        round(cold),
        round(warm),
        dwelling,
        round(area),
        max(1, round(area / 25)),
        people,
        fuel,
        int(heaters),
        int(electric_water),
        int(not electric_water),
        cooling,
        int(random.integers(0, 5)),
        round(kwh),
        round(kwh * cooled / (heat + cooled + rest)),
        round(kwh * heat / (heat + cooled + rest))
        if is_electric or not heaters
        else "",
    )
