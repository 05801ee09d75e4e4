"""A Modbus meter on a serial line, for firmware that runs on this computer."""

from collections.abc import Callable
from dataclasses import dataclass
import os
from pathlib import Path
import select
import struct
import threading
import tty
from types import TracebackType
from typing import Final, Self

_READ_INPUT_REGISTERS: Final = 0x04
_RESET_ENERGY: Final = 0x42
_ILLEGAL_FUNCTION: Final = 0x01
_ILLEGAL_ADDRESS: Final = 0x02
_EXCEPTION: Final = 0x80

_REGISTER_BYTES: Final = 2
_CRC_BYTES: Final = 2
# A line is looked at this often for a wish to end.
_PATIENCE_S: Final = 0.1


@dataclass(slots=True)
class Measured:
    """What a meter measures at the moment, to be set while it is polled."""

    power: float = 0.0
    """[W]"""
    energy_import: float = 0.0
    """[kWh]"""
    energy_export: float = 0.0
    """[kWh]"""
    voltage: float = 230.0
    """[V]"""
    current: float = 0.0
    """[A]"""
    frequency: float = 50.0
    """[Hz]"""
    power_factor: float = 1.0


type Registers = Callable[[Measured], dict[int, int]]
"""The input registers a kind of meter has for what it measures."""


def pzem004t_v3(measured: Measured) -> dict[int, int]:
    """Return the input registers of a PZEM-004T v3; long numbers begin with their end."""
    current = round(measured.current * 1000)
    power = round(measured.power * 10)
    energy = round(measured.energy_import * 1000)
    registers = [
        round(measured.voltage * 10),
        *_low_word_first(current),
        *_low_word_first(power),
        *_low_word_first(energy),
        round(measured.frequency * 10),
        round(measured.power_factor * 100),
        0,  # no alarm
    ]
    return dict(enumerate(registers))


def sdm230(measured: Measured) -> dict[int, int]:
    """Return the input registers of an Eastron SDM120 or SDM230."""
    return _sdm(measured, phases=1)


def sdm630(measured: Measured) -> dict[int, int]:
    """Return the input registers of an Eastron SDM630 with the same on each phase.

    The current is that of one phase, the power that of all together.
    """
    return _sdm(measured, phases=3)


def _sdm(measured: Measured, phases: int) -> dict[int, int]:
    """Return registers in which a float takes two, its high word first."""
    values = {
        0x0034: measured.power,
        0x003E: measured.power_factor,
        0x0046: measured.frequency,
        0x0048: measured.energy_import,
        0x004A: measured.energy_export,
    }
    of_each_phase = {
        0x0000: measured.voltage,
        0x0006: measured.current,
        0x000C: measured.power / phases,
        0x0012: measured.voltage * measured.current,
        0x001E: measured.power_factor,
    }
    for first, value in of_each_phase.items():
        values |= {first + 2 * phase: value for phase in range(phases)}
    registers = dict.fromkeys(range(0x60), 0)
    for address, value in values.items():
        registers[address], registers[address + 1] = struct.unpack(
            ">HH", struct.pack(">f", value)
        )
    return registers


class ModbusMeter:
    """Answers on a serial line of its own while it is open; use it with `with`."""

    def __init__(self, address: int, registers: Registers) -> None:
        """Answer as the meter with these registers at this address of the line."""
        self.measured = Measured()
        self.polls = 0
        """How often it was read."""
        self.silent = False
        """Whether it is cut off the line and answers nothing."""
        self._address = address
        self._registers = registers
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self.line = Path(os.ttyname(self._theirs))
        """What the firmware opens as its serial line."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="modbus meter")

    def __enter__(self) -> Self:
        """Connect the meter to the line."""
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the meter off the line."""
        self._ended.set()
        self._thread.join()
        os.close(self._theirs)
        os.close(self._ours)

    def answer(self, request: bytes) -> bytes | None:
        """Return the answer to a request without its CRC; None if it is for another."""
        if request[0] != self._address:
            return None
        function = request[1]
        if function == _RESET_ENERGY:
            self.measured.energy_import = 0.0
            return request
        if function != _READ_INPUT_REGISTERS:
            return bytes((self._address, function | _EXCEPTION, _ILLEGAL_FUNCTION))
        first, count = struct.unpack(">HH", request[2:6])
        registers = self._registers(self.measured)
        wanted = [registers.get(number) for number in range(first, first + count)]
        if None in wanted:
            return bytes((self._address, function | _EXCEPTION, _ILLEGAL_ADDRESS))
        self.polls += 1
        return struct.pack(
            f">BBB{count}H", self._address, function, _REGISTER_BYTES * count, *wanted
        )

    def _serve(self) -> None:
        """Answer requests until the end."""
        waiting = b""
        while not self._ended.is_set():
            if not select.select((self._ours,), (), (), _PATIENCE_S)[0]:
                # A pause ends a telegram, also one that was cut off.
                waiting = b""
                continue
            waiting += os.read(self._ours, 256)
            length = _length(waiting)
            if len(waiting) < length:
                continue
            telegram, waiting = waiting[:length], b""
            request, crc = telegram[:-_CRC_BYTES], telegram[-_CRC_BYTES:]
            if crc != crc16(request) or self.silent:
                continue
            if (answer := self.answer(request)) is not None:
                os.write(self._ours, answer + crc16(answer))


def crc16(telegram: bytes) -> bytes:
    """Return the CRC of a Modbus telegram, as it follows on the line."""
    crc = 0xFFFF
    for byte in telegram:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(_CRC_BYTES, "little")


def _length(telegram: bytes) -> int:
    """Return how long a request is that begins so [bytes]."""
    if len(telegram) >= 2 and telegram[1] == _RESET_ENERGY:
        return 2 + _CRC_BYTES
    return 6 + _CRC_BYTES


def _low_word_first(value: int) -> tuple[int, int]:
    return value & 0xFFFF, value >> 16
