"""The simulated Modbus meters, byte by byte."""

from collections.abc import Iterator
import os
import select
import struct
import time

import pytest

from wattwise_dev.esphome.modbus_meter import (
    Measured,
    ModbusMeter,
    crc16,
    pzem004t_v3,
    sdm230,
    sdm630,
)

MEASURED = Measured(
    power=2300.5,
    energy_import=1234.567,
    energy_export=55.25,
    voltage=230.1,
    current=10.25,
    frequency=50.0,
    power_factor=0.97,
)


@pytest.fixture
def pzem() -> Iterator[ModbusMeter]:
    """Return a PZEM-004T at the address 1."""
    with ModbusMeter(1, pzem004t_v3) as meter:
        meter.measured = MEASURED
        yield meter


@pytest.mark.parametrize(
    ("telegram", "crc"),
    [
        # As the manuals of the PZEM-004T and of Modbus print them.
        ("f804 0000 000a", "6464"),
        ("0104 0000 000a", "700d"),
        ("0142", "8011"),
        ("", "ffff"),
    ],
)
def test_crc(telegram: str, crc: str) -> None:
    """The CRC goes low byte first."""
    assert crc16(bytes.fromhex(telegram)) == bytes.fromhex(crc)


def test_registers_of_a_pzem(pzem: ModbusMeter) -> None:
    """Ten registers, long numbers with their low word first."""
    answer = pzem.answer(bytes.fromhex("0104 0000 000a"))
    assert answer is not None
    assert answer[:3] == bytes((1, 4, 20))
    assert struct.unpack(">10H", answer[3:]) == (
        2301,
        10250,
        0,
        23005,
        0,
        1234567 & 0xFFFF,
        1234567 >> 16,
        500,
        97,
        0,
    )
    assert pzem.polls == 1


@pytest.mark.parametrize(
    ("register", "value"),
    [
        (0x0000, 230.1),
        (0x0006, 10.25),
        (0x000C, 2300.5),
        (0x001E, 0.97),
        (0x0046, 50.0),
        (0x0048, 1234.567),
        (0x004A, 55.25),
    ],
)
def test_registers_of_an_sdm(register: int, value: float) -> None:
    """Floats in two registers each, high word first."""
    registers = sdm230(MEASURED)
    words = struct.pack(">HH", registers[register], registers[register + 1])
    assert struct.unpack(">f", words)[0] == pytest.approx(value)


def test_registers_of_three_phases() -> None:
    """Each phase has its share, and the sum stands beside them."""
    registers = sdm630(MEASURED)

    def value(register: int) -> float:
        words = struct.pack(">HH", registers[register], registers[register + 1])
        return float(struct.unpack(">f", words)[0])

    assert [value(place) for place in (0x0C, 0x0E, 0x10)] == [
        pytest.approx(2300.5 / 3)
    ] * 3
    assert value(0x34) == pytest.approx(2300.5)
    assert value(0x04) == pytest.approx(230.1)


def test_what_is_not_asked_rightly(pzem: ModbusMeter) -> None:
    """Exceptions for what the meter does not have, nothing for other meters."""
    assert pzem.answer(bytes.fromhex("0204 0000 000a")) is None
    assert pzem.answer(bytes.fromhex("0103 0000 0001")) == bytes.fromhex("018301")
    assert pzem.answer(bytes.fromhex("0104 000a 0001")) == bytes.fromhex("018402")
    assert pzem.polls == 0


def test_resetting_the_energy(pzem: ModbusMeter) -> None:
    """The meter confirms with the same telegram."""
    assert pzem.answer(bytes.fromhex("0142")) == bytes.fromhex("0142")
    assert pzem.measured.energy_import == 0


def test_on_the_line(pzem: ModbusMeter) -> None:
    """Telegrams in pieces are put together, broken and unheard ones stay silent."""
    line = os.open(pzem.line, os.O_RDWR | os.O_NOCTTY)
    request = bytes.fromhex("0104 0000 0001 31ca")
    try:
        os.write(line, request[:3])
        time.sleep(0.02)
        os.write(line, request[3:])
        assert told(line, 7)[:5] == bytes.fromhex("010402 08fd")

        os.write(line, request[:-1] + b"\0")
        assert told(line, 1) == b""
        pzem.silent = True
        os.write(line, request)
        assert told(line, 1) == b""

        pzem.silent = False
        reset = bytes.fromhex("0142 8011")
        os.write(line, reset)
        assert told(line, 4) == reset
    finally:
        os.close(line)


def told(line: int, length: int) -> bytes:
    """Return what comes from the line, at most so much."""
    heard = b""
    while len(heard) < length and select.select((line,), (), (), 0.5)[0]:
        heard += os.read(line, length - len(heard))
    return heard
