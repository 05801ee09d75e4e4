"""DSMR-reader: each line of what it publishes, and its traps."""

import pytest

from custom_components.wattwise.dialects.dsmr_reader import DIALECT
from custom_components.wattwise.metering.profile import EnergyKind, MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Refusal

from .fixture_files import PlayedDevice, fixture, play

TELEGRAM_MS = 1_768_500_010_000


def played(name: str) -> PlayedDevice:
    """Return the one device of a fixture."""
    (device,) = play(DIALECT, fixture("dsmr_reader", name))
    return device


def test_split_topics() -> None:
    """Kilowatts become watts, both tariffs one counter; sums of days are left alone."""
    device = played("split_topics")
    assert device.identity.key == "dsmr_reader:dsmr"
    assert device.address == {"reading": "dsmr/reading"}
    assert device.circuits[""].role is MeterRole.GRID
    assert device.circuits[""].energy_kind is EnergyKind.COUNTER
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 478,
            Channel.ENERGY_IMPORT: (3010.411 + 2755.120) * 1000,
            Channel.ENERGY_EXPORT: 0,
            Channel.VOLTAGE_L1: 233.1,
            Channel.CURRENT_L1: 2,
        }
    )
    assert device.refused == []


def test_json_of_three_phases() -> None:
    """Decimals that are texts are numbers, and the telegram's time is theirs."""
    device = played("json_three_phase")
    assert device.address == {"json": "dsmr/json"}
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 1250,
            Channel.ENERGY_IMPORT: 15_122_000,
            Channel.ENERGY_EXPORT: 4_701_000,
            Channel.VOLTAGE_L1: 231.4,
            Channel.VOLTAGE_L2: 229.8,
            Channel.VOLTAGE_L3: 230.6,
            Channel.CURRENT_L1: 1,
            Channel.CURRENT_L2: 2,
            Channel.CURRENT_L3: 3,
        }
    )
    assert {reading.time_ms for reading in device.readings[""]} == {TELEGRAM_MS}


def test_export_is_negative() -> None:
    """Power is what is taken less what is given."""
    assert played("json_export").values()[Channel.POWER] == pytest.approx(-2431)


def test_both_payloads_are_one_device() -> None:
    """Who publishes everything twice is found once, with the times of the JSON."""
    device = played("both_payloads")
    assert device.identity.key == "dsmr_reader:dsmr"
    assert DIALECT.mqtt is not None
    assert DIALECT.mqtt.topics(device.address) == ("dsmr/json",)


def test_old_meter() -> None:
    """What an old meter does not measure is no channel, and no fault."""
    device = played("old_meter")
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 310,
            Channel.ENERGY_IMPORT: 15_034_100,
            Channel.ENERGY_EXPORT: 0,
        }
    )
    assert device.refused == []
    # 18:00 in Amsterdam is 17:00 UTC.
    assert device.readings[""][0].time_ms == TELEGRAM_MS - 3_600_000


def test_powers_of_phases() -> None:
    """Without the power of the connection those of its phases make it up."""
    device = played("phases_only")
    assert device.values() == pytest.approx({Channel.POWER: 300 - 1500})
    assert device.circuits[""].energy_kind is EnergyKind.POWER


def test_faulty_values() -> None:
    """A value that is no number is refused; one that says nothing is no fault."""
    device = played("faulty")
    assert [(r.key, r.reason) for r in device.refused] == [
        ("electricity_delivered_2", Refusal.NOT_A_NUMBER)
    ]
    assert DIALECT.mqtt is not None
    decoded = DIALECT.mqtt.decode({"json": "dsmr/json"}, "dsmr/json", "{broken")
    assert [r.reason for r in decoded.refused] == [Refusal.MALFORMED]


def test_restart() -> None:
    """Counters go on after a restart of DSMR-reader."""
    energy = [
        r.value
        for r in played("restart").readings[""]
        if r.channel is Channel.ENERGY_IMPORT
    ]
    assert energy == pytest.approx([15_122_000, 15_122_100])
