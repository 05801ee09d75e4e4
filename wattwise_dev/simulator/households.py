"""The four households that come with the simulator."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .appliances.air_conditioner import AirConditioner
from .appliances.background import Electronics, Lights, OfficeEquipment, Standby
from .appliances.cooking import Hob, Kettle, Oven
from .appliances.cooling import Fridge
from .appliances.ev_charger import EvCharger
from .appliances.laundry import Dishwasher, WashingMachine
from .appliances.photovoltaics import Photovoltaics
from .appliances.water_heater import WaterHeater
from .errors import unknown
from .household import Household, Meter, MeterKind
from .presence import DayWorker, Family, Office, ShiftWorker
from .site import Site

_ROME: Final = Site("Europe/Rome", 41.9, 12.5, 16.0, 9.0, 5.0)
_ATHENS: Final = Site("Europe/Athens", 38.0, 23.7, 18.5, 9.5, 4.5)
_MADRID: Final = Site("Europe/Madrid", 40.4, -3.7, 15.0, 9.8, 6.5)
_VIENNA: Final = Site("Europe/Vienna", 48.2, 16.4, 11.5, 10.5, 5.0)

_DAY_WORKER: Final = Household(
    name="day_worker",
    description="One person, at work from 8 to 17 on weekdays (Rome)",
    site=_ROME,
    routine=DayWorker(),
    phases=1,
    contracted_power_w=6_000.0,
    appliances=(
        AirConditioner(rated_w=950.0),
        WaterHeater(rated_w=1500.0, rinses=6.0),
        Fridge(),
        Standby(45.0),
        Lights(130.0),
        Electronics(170.0),
        Oven(use=0.2),
        Hob(use=0.6),
        Kettle(between_meals=1.0),
        WashingMachine(use=0.18),
    ),
    producers=(),
    meters=(
        Meter("grid", MeterKind.GRID, import_kwh=18_204.5),
        Meter("ac", MeterKind.APPLIANCE, import_kwh=3_511.2),
        Meter("water_heater", MeterKind.APPLIANCE, import_kwh=6_840.9),
    ),
)

_OFFICE: Final = Household(
    name="office",
    description="Ten desks, occupied from 8 to 18 on weekdays, three phases (Athens)",
    site=_ATHENS,
    routine=Office(),
    phases=3,
    contracted_power_w=25_000.0,
    appliances=(
        AirConditioner(
            rated_w=3400.0,
            fan_w=110.0,
            phase=None,
            cool_to=24.0,
            heat_to=21.0,
            gain_k=6.0,
            pull_k_h=3.6,
            heats_below=11.0,
        ),
        WaterHeater(
            rated_w=1500.0,
            loss_w=45.0,
            allowed_wh=150.0,
            rinses=60.0,
            shower_w=9_000.0,
            phase=1,
        ),
        Fridge(phase=2),
        OfficeEquipment(desks_w=1_150.0, server_w=240.0),
        Lights(900.0, daytime_share=0.45, phase=1),
        Standby(70.0, phase=None),
        Kettle(between_meals=26.0, name="coffee machine", rated_w=1400.0, phase=2),
    ),
    producers=(),
    meters=(
        Meter("grid", MeterKind.GRID, import_kwh=84_310.0),
        Meter("ac", MeterKind.APPLIANCE, import_kwh=20_118.4),
        Meter("water_heater", MeterKind.APPLIANCE, import_kwh=4_406.1),
    ),
)

_SHIFT_WORKER: Final = Household(
    name="shift_worker",
    description="Two people living by early, late and night weeks (Madrid)",
    site=_MADRID,
    routine=ShiftWorker(),
    phases=1,
    contracted_power_w=5_750.0,
    appliances=(
        AirConditioner(rated_w=900.0, night_relief=1.0),
        WaterHeater(rated_w=1800.0),
        Fridge(rated_w=75.0, defrost_w=190.0),
        Standby(60.0),
        Lights(110.0),
        Electronics(220.0),
        Oven(use=0.25),
        Hob(use=0.6),
        Kettle(between_meals=2.5),
        WashingMachine(use=0.25),
    ),
    producers=(),
    meters=(
        Meter("grid", MeterKind.GRID, import_kwh=11_932.7),
        Meter("ac", MeterKind.APPLIANCE, import_kwh=1_975.3),
        Meter("water_heater", MeterKind.APPLIANCE, import_kwh=5_087.6),
    ),
)

_FAMILY: Final = Household(
    name="family",
    description=(
        "Four people with photovoltaics and an electric car, three phases (Vienna)"
    ),
    site=_VIENNA,
    routine=Family(),
    phases=3,
    contracted_power_w=17_250.0,
    appliances=(
        AirConditioner(rated_w=1050.0, heat_to=20.5, empty_relief=2.5, phase=0),
        WaterHeater(rated_w=2400.0, rinses=16.0, phase=1),
        EvCharger(),
        Fridge(phase=2),
        Fridge(name="freezer", rated_w=70.0, cycle_min=65.0, phase=2),
        Standby(85.0, phase=None),
        Lights(240.0, phase=0),
        Electronics(330.0, phase=2),
        Oven(use=0.35, phase=1),
        Hob(use=0.8, rated_w=2100.0, phase=2),
        Kettle(between_meals=3.0, phase=0),
        WashingMachine(use=0.5, phase=0),
        Dishwasher(use=0.85, phase=2),
    ),
    producers=(Photovoltaics(peak_w=8_200.0, inverter_w=8_000.0),),
    meters=(
        Meter("grid", MeterKind.GRID, import_kwh=21_650.3, export_kwh=17_405.8),
        Meter("pv", MeterKind.PRODUCTION, export_kwh=29_877.1),
        Meter("ac", MeterKind.APPLIANCE, import_kwh=2_680.4),
        Meter("water_heater", MeterKind.APPLIANCE, import_kwh=9_216.2),
        Meter("ev", MeterKind.APPLIANCE, import_kwh=7_744.0),
        Meter("washing_machine", MeterKind.APPLIANCE, import_kwh=611.9),
    ),
)

HOUSEHOLDS: Final[Mapping[str, Household]] = MappingProxyType(
    {
        household.name: household
        for household in (_DAY_WORKER, _OFFICE, _SHIFT_WORKER, _FAMILY)
    }
)


def household_named(name: str) -> Household:
    """Return a household; raises SimulatorError for a name that is none."""
    try:
        return HOUSEHOLDS[name]
    except KeyError:
        raise unknown("household", name, HOUSEHOLDS) from None
