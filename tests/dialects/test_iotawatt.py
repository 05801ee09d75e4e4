"""IoTaWatt: each line of what it answers, and its traps."""

import pytest

from custom_components.wattwise.dialects.iotawatt import DIALECT
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel

from .fixture_files import RECEIVED_MS, PlayedDevice, fixture, play


def played(name: str) -> PlayedDevice:
    """Return the one device of a fixture."""
    (device,) = play(DIALECT, fixture("iotawatt", name))
    return device


def test_circuits() -> None:
    """Each series of power is a meter; the mains voltage comes with the first."""
    device = played("circuits")
    assert device.identity.key == "a848fae10203"
    assert device.identity.firmware == "02_08_03"
    assert device.values("mains") == pytest.approx(
        {
            Channel.POWER: 2310.5,
            Channel.ENERGY_IMPORT: 12_034_567.8,
            Channel.VOLTAGE_L1: 231.2,
            Channel.FREQUENCY: 50.01,
        }
    )
    assert device.values("heat_pump") == pytest.approx(
        {Channel.POWER: 1200.1, Channel.ENERGY_IMPORT: 4_012_345.6}
    )
    assert device.values("oven") == pytest.approx(
        {Channel.POWER: 0.4, Channel.ENERGY_IMPORT: 201_234.5}
    )
    assert set(device.circuits) == {"mains", "heat_pump", "oven"}


def test_questions() -> None:
    """Power of a small window; energy since ever the same moment, which is a counter."""
    assert DIALECT.http is not None
    momentary, counters = DIALECT.http.read_paths({"Watts": ["a"], "Volts": ["v"]})
    assert momentary == (
        "/query?select=[time.utc.unix,a.watts.d1,v.volts.d1,v.hz.d2]"
        "&begin=s-10s&end=s&group=10s"
    )
    assert counters == "/query?select=[a.wh.d1]&begin=1451606400&end=s&group=all"


def test_times() -> None:
    """Power has the beginning of its window, a counter the time of the answer."""
    readings = played("circuits").readings["mains"]
    times = {reading.channel: reading.time_ms for reading in readings}
    assert times[Channel.POWER] == 1_768_500_000_000
    assert times[Channel.ENERGY_IMPORT] == RECEIVED_MS + 1000


def test_clamp_that_nets_both_directions() -> None:
    """A counter that may fall is none: its energy comes from the power."""
    device = played("net_mains")
    assert device.circuits["mains"].energy_kind is EnergyKind.POWER
    assert device.values("mains")[Channel.POWER] == pytest.approx(-1450.2)
    assert Channel.ENERGY_IMPORT not in device.values("mains")
    assert device.circuits["solar"].energy_kind is EnergyKind.COUNTER
    assert device.values("solar")[Channel.ENERGY_IMPORT] == pytest.approx(9_120_000.1)


def test_just_restarted() -> None:
    """Missing values are no values, and no fault."""
    device = played("restarted")
    assert device.circuits == {}
    assert device.refused == []


def test_rows_with_a_header() -> None:
    """Rows may come wrapped."""
    assert played("with_header").values("mains") == pytest.approx(
        {Channel.POWER: 512.5, Channel.ENERGY_IMPORT: 1500.5}
    )


def test_other_devices() -> None:
    """A status that says neither its address nor its health is another's."""
    assert DIALECT.http is not None
    assert DIALECT.http.identity({"wifi": {"mac": "A8:48:FA:E1:02:03"}}) is None
    assert DIALECT.http.identity({"wifi": {"mac": "none"}, "stats": {}}) is None
    assert DIALECT.http.identity({"mac": "A848FAE10203", "stats": {}}) is None


def test_strange_names_are_not_asked_for() -> None:
    """A name that no IoTaWatt has cannot get into a question."""
    assert DIALECT.http is not None
    series = [{"name": "a]&end=d", "unit": "Watts"}, {"name": "ok", "unit": "Watts"}]
    address = DIALECT.http.address({"/query?show=series": {"series": series}})
    assert address == {"Watts": ["ok"], "Volts": []}
