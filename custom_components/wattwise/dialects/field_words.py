"""What the words in the names of fields mean, in English, German and Dutch."""

import re
from typing import Final

from ..metering.quantity import Quantity

# Names are cut where a capital follows a small letter, but not within a unit.
_UNIT_SPELLINGS: Final = re.compile(
    r"(kWh|KWh|KWH|MWh|mWh|Wh|kW|KW|MW|mW|mA|mV|kV|Hz)(?![a-z])"
)
# Without their capitals these two could be either.
_SPELLED_OUT: Final = {"MWh": "megawh", "mWh": "milliwh", "MW": "megaw", "mW": "milliw"}
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")

QUANTITIES: Final[dict[str, Quantity]] = {
    "pf": Quantity.POWER_FACTOR,
    "factor": Quantity.POWER_FACTOR,
    "powerfactor": Quantity.POWER_FACTOR,
    "cos": Quantity.POWER_FACTOR,
    "cosphi": Quantity.POWER_FACTOR,
    "leistungsfaktor": Quantity.POWER_FACTOR,
    "arbeidsfactor": Quantity.POWER_FACTOR,
    "frequency": Quantity.FREQUENCY,
    "freq": Quantity.FREQUENCY,
    "frequenz": Quantity.FREQUENCY,
    "netzfrequenz": Quantity.FREQUENCY,
    "frequentie": Quantity.FREQUENCY,
    "f": Quantity.FREQUENCY,
    "energy": Quantity.ENERGY,
    "energie": Quantity.ENERGY,
    "verbrauch": Quantity.ENERGY,
    "stromverbrauch": Quantity.ENERGY,
    "verbruik": Quantity.ENERGY,
    "stroomverbruik": Quantity.ENERGY,
    "zählerstand": Quantity.ENERGY,
    "zaehlerstand": Quantity.ENERGY,
    "meterstand": Quantity.ENERGY,
    "power": Quantity.POWER,
    "leistung": Quantity.POWER,
    "wirkleistung": Quantity.POWER,
    "gesamtleistung": Quantity.POWER,
    "vermogen": Quantity.POWER,
    "p": Quantity.POWER,
    "voltage": Quantity.VOLTAGE,
    "spannung": Quantity.VOLTAGE,
    "netzspannung": Quantity.VOLTAGE,
    "spanning": Quantity.VOLTAGE,
    "u": Quantity.VOLTAGE,
    # Last, because it also means what is at the moment.
    "current": Quantity.CURRENT,
    "strom": Quantity.CURRENT,
    "stromstärke": Quantity.CURRENT,
    "stromstaerke": Quantity.CURRENT,
    "stroom": Quantity.CURRENT,
    "stroomsterkte": Quantity.CURRENT,
    "i": Quantity.CURRENT,
}
UNITS: Final[dict[str, str]] = {
    "kwh": "kWh",
    "wh": "Wh",
    "megawh": "MWh",
    "milliwh": "mWh",
    "megaw": "MW",
    "milliw": "mW",
    "w": "W",
    "watt": "W",
    "watts": "W",
    "kw": "kW",
    "v": "V",
    "volt": "V",
    "volts": "V",
    "mv": "mV",
    "a": "A",
    "amp": "A",
    "amps": "A",
    "ampere": "A",
    "ma": "mA",
    "hz": "Hz",
    "hertz": "Hz",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EXPORT: Final = _words(
    "export exported returned return ret fed feed feedin production produced "
    "generated generation injected injection yield out "
    "einspeisung eingespeist netzeinspeisung erzeugung erzeugt "
    "teruglevering teruggeleverd terug retour opgewekt opwek opbrengst"
)
IMPORT: Final = _words(
    "import imported consumed consumption delivered in used usage "
    "bezug bezogen netzbezug verbrauch verbruik afname geleverd"
)
# Counters of a part of the time begin anew when it is over.
PARTIAL: Final = _words(
    "daily day today yesterday hour hourly week weekly month monthly year yearly "
    "annual last period reset heute gestern tag täglich tages woche monat jahr "
    "vandaag gisteren dag week maand jaar"
)
TARIFF: Final = _words("t tariff tarif tarief")
PHASE: Final = _words("l phase phas fase")
NEUTRAL: Final = _words("n neutral neutralleiter nul")
LOAD: Final = _words("load last auslastung belasting")
# What becomes of values in the course of time, or what they are held against.
STATISTICS: Final = _words(
    "max min maximum minimum peak average avg mean threshold limit setpoint target "
    "forecast"
)
# Neither the flow of real energy nor what it flows with.
OTHER: Final = STATISTICS | _words(
    "reactive apparent blind schein blindleistung scheinleistung blindvermogen "
    "schijnbaar var va kvar kva kvarh varh price cost preis kosten prijs gas "
    "water temp temperature temperatur temperatuur humidity rssi signal wifi uptime "
    "battery batterie akku accu soc supply vcc heap dc pulses count angle thd"
)
# Words that do not tell one circuit from another.
PLAIN: Final = _words(
    "total active act real sum net all overall now actual instant instantaneous "
    "lifetime counter since value values state data sensor meter electricity "
    "electric electrical mains grid line home house ac rms "
    "gesamt summe aktuell wirk zähler zaehler stromzähler netz haus "
    "totaal som actueel huidig teller net huis phi of the"
)


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case; numbers are words of their own."""
    spelled = _UNIT_SPELLINGS.sub(
        lambda match: f" {_SPELLED_OUT.get(match[1], match[1].lower())} ", name
    )
    return tuple(_WORD.findall(_CAMEL.sub(" ", spelled).lower()))


def quantity_of(words: tuple[str, ...]) -> Quantity | None:
    """Return the quantity that a name says; None if it says none."""
    told = {QUANTITIES[word] for word in words if word in QUANTITIES}
    # Power factor is no power, and current power is no current.
    for quantity in dict.fromkeys(QUANTITIES.values()):
        if quantity in told:
            return quantity
    return None
