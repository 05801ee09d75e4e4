"""AMS reader: each line of what it publishes, and its traps."""

import pytest

from custom_components.wattwise.dialects.ams_reader import DIALECT
from custom_components.wattwise.dialects.contract.field import Field
from custom_components.wattwise.metering.profile import EnergyKind, MeterRole
from custom_components.wattwise.metering.quantity import Channel

from .fixture_files import PlayedDevice, fixture, play

SENT_MS = 1_768_500_010_000
HOUR_MS = 1_768_500_000_000


def played(name: str) -> PlayedDevice:
    """Return the one device of a fixture."""
    (device,) = play(DIALECT, fixture("ams_reader", name))
    return device


def times(device: PlayedDevice, channel: Channel) -> list[int]:
    """Return the times of a channel's readings [ms]."""
    return [r.time_ms for r in device.readings[""] if r.channel is channel]


def test_three_phases() -> None:
    """Lists 1, 2 and 3: powers at once, counters with the meter's hour."""
    device = played("three_phase")
    assert device.identity.key == "ams_reader:ams"
    assert device.circuits[""].role is MeterRole.GRID
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 1830,
            Channel.ENERGY_IMPORT: 45_102_371,
            Channel.ENERGY_EXPORT: 0,
            Channel.VOLTAGE_L1: 229.4,
            Channel.VOLTAGE_L2: 230.9,
            Channel.VOLTAGE_L3: 231.2,
            Channel.CURRENT_L1: 2.31,
            Channel.CURRENT_L2: 3.02,
            Channel.CURRENT_L3: 2.88,
        }
    )
    assert times(device, Channel.POWER) == [SENT_MS - 5000, SENT_MS]
    assert times(device, Channel.ENERGY_IMPORT) == [HOUR_MS]


def test_phases_that_are_not_there() -> None:
    """A phase that is written as zero is no channel."""
    assert played("single_phase").values() == pytest.approx(
        {Channel.POWER: 640, Channel.VOLTAGE_L1: 233.0, Channel.CURRENT_L1: 2.81}
    )


def test_it_grid() -> None:
    """In an IT grid the second phase has a voltage and no current."""
    device = played("it_grid")
    assert device.identity.key == "ams_reader:hus/ams"
    assert Channel.VOLTAGE_L2 in device.values()
    assert Channel.CURRENT_L2 not in device.values()
    assert device.values()[Channel.CURRENT_L3] == pytest.approx(5.2)


def test_export_and_the_short_list() -> None:
    """The short list has no export: it stands until power is taken again."""
    device = played("export")
    power = [r.value for r in device.readings[""] if r.channel is Channel.POWER]
    assert power == pytest.approx([-2740, -2740, 210])
    assert device.values()[Channel.ENERGY_EXPORT] == pytest.approx(811_500)


def test_list_4() -> None:
    """Counters of phases make one, and power factors are per cent."""
    device = played("list_4")
    assert device.values()[Channel.ENERGY_IMPORT] == pytest.approx(3_300_750)
    assert device.values()[Channel.POWER_FACTOR] == pytest.approx(0.97)
    assert device.values()[Channel.POWER] == pytest.approx(1500)


def test_counters_come_once_an_hour() -> None:
    """A meter that was just found will have its counter within the hour."""
    circuit = played("single_phase").circuits[""]
    assert circuit.energy_kind is EnergyKind.COUNTER
    assert circuit.channels[Channel.ENERGY_IMPORT].keys == ("tPI",)


def test_wrong_clock() -> None:
    """A meter's clock that is an hour off is not believed."""
    assert times(played("wrong_clock"), Channel.ENERGY_IMPORT) == [SENT_MS + 1000]


def test_no_time() -> None:
    """Without a time the values have that of their arrival."""
    fields = played("no_time").fields.values()
    assert {field.time_ms for field in fields} == {None}


def test_json_in_one_topic() -> None:
    """Times are numbers, power factors ratios, and the address tells the device."""
    device = played("json")
    assert device.identity.key == "8caab5010203"
    assert device.values()[Channel.POWER] == pytest.approx(900)
    assert device.values()[Channel.POWER_FACTOR] == pytest.approx(0.98)
    assert device.values()[Channel.ENERGY_EXPORT] == pytest.approx(1500)
    assert times(device, Channel.POWER) == [SENT_MS]
    assert times(device, Channel.ENERGY_IMPORT) == [HOUR_MS]


def test_raw() -> None:
    """Values in topics of their own have the same keys; sums of the day have none."""
    device = played("raw")
    assert device.identity.key == "8caab5010203"
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 1210,
            Channel.ENERGY_IMPORT: 45_104_250,
            Channel.ENERGY_EXPORT: 12_000,
            Channel.POWER_FACTOR: 0.99,
            Channel.VOLTAGE_L1: 230.1,
            Channel.VOLTAGE_L2: 229.5,
            Channel.VOLTAGE_L3: 231.0,
            Channel.CURRENT_L1: 2.5,
            Channel.CURRENT_L2: 1.5,
            Channel.CURRENT_L3: 1.4,
        }
    )
    # The one that the broker kept makes no reading.
    assert len(times(device, Channel.ENERGY_IMPORT)) == 1


def test_old_firmware() -> None:
    """Old firmware tells the power and nothing else."""
    assert played("old_firmware").values() == pytest.approx({Channel.POWER: 512})


def test_topics_of_others() -> None:
    """What only looks a little like a reader is none."""
    assert DIALECT.mqtt is not None
    search = DIALECT.mqtt.search()
    for topic, payload in (
        ("plug/power", '{"P": 3, "humidity": 40}'),
        ("plug/power", "412"),
        ("ams/id", "8C:AA:B5:01:02:03"),
        ("x/energy", '{"tPI": 4}'),
        ("box", '{"data": {"P": 3}, "id": "box"}'),
    ):
        search.note(topic, payload)
    assert list(search.findings()) == []


def test_without_power_and_energy() -> None:
    """Voltages alone make no meter, and an address without a topic no subscription."""
    assert DIALECT.circuits({"U1": Field("U1", 230.0, "V")}) == []
    assert DIALECT.mqtt is not None
    assert DIALECT.mqtt.topics({}) == ()
