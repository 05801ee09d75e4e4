"""What is claimed of a replay, whether it holds, and the table of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
import json
from typing import Any

from .comparison import (
    ENERGIES,
    SINGLE_PRECISION,
    Absence,
    Differences,
    compare_histories,
    compare_polled,
    compare_sent,
    in_base_unit,
)
from .faults import Happened
from .plan import Fault
from .replay import MeterRecord, Record
from .samples import FIELDS, Values

_LARGEST_DEVIATION = 0.001
# Home Assistant's ESPHome integration looks for a lost node again and again.
_LONGEST_ABSENCE_S = 90.0


@dataclass(frozen=True, slots=True)
class Energy:
    """What a meter's history says of one counter."""

    counter_wh: float
    """How much the meter counted during the replay."""
    history_wh: float
    """How much the history answers."""
    last_wh: float
    """What the meter's counter showed in the end."""
    register_wh: float
    """What the history's register shows."""

    @property
    def deviation(self) -> float:
        """By how much the history differs, as a share of what was counted."""
        difference_wh = self.history_wh - self.counter_wh
        return difference_wh / self.counter_wh if self.counter_wh else difference_wh

    @property
    def holds(self) -> bool:
        """Whether history and register are right.

        A difference of two numbers of single precision is no more exact than these.
        """
        allowed_wh = max(
            _LARGEST_DEVIATION * self.counter_wh, SINGLE_PRECISION * self.last_wh
        )
        return (
            abs(self.history_wh - self.counter_wh) <= allowed_wh
            and abs(self.register_wh - self.last_wh) <= allowed_wh
        )


@dataclass(frozen=True, slots=True)
class MeterReport:
    """What became of what one meter was told."""

    name: str
    readings: Differences
    energies: Mapping[str, Energy]
    refused: Mapping[str, int]
    held: int

    @property
    def claims(self) -> dict[str, bool]:
        """What is claimed of the meter."""
        return {
            f"{self.name}: every reading is in the history once": self.readings.none
            and self.readings.expected > 0,
            f"{self.name}: nothing was refused": not self.refused and not self.held,
            f"{self.name}: energy is right to 0.1 %": all(
                energy.holds for energy in self.energies.values()
            ),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A replay in figures."""

    record: Record
    meters: list[MeterReport]
    equal_rows: bool
    compared: int
    """How many values of `get_history` were compared."""
    differing: int
    """How many of them differ between the meters that carried their times."""
    away: Absence | None
    """When the node was not heard."""

    @property
    def claims(self) -> dict[str, bool]:
        """What is claimed, and whether it holds."""
        claims: dict[str, bool] = {}
        for meter in self.meters:
            claims |= meter.claims
        claims["MQTT and HTTP brought the same readings"] = self.equal_rows
        claims["get_history answers the same for both"] = (
            self.compared > 0 and self.differing == 0
        )
        struck = {happened.fault: happened for happened in self.record.faults}
        for fault in (Fault.BROKER, Fault.HTTP):
            claims[f"the {fault} was felt"] = fault in struck and struck[fault].kept > 0
        if self.record.esphome:
            claims[f"the {Fault.NODE} was felt"] = (
                self.away_s >= self.record.plan.outage_s
            )
            claims["the node was heard again"] = self.away_s < _LONGEST_ABSENCE_S
        return claims

    @property
    def away_s(self) -> float:
        """How long the node was not heard [s]."""
        return (self.away.end_ms - self.away.start_ms) / 1000 if self.away else 0.0

    @property
    def unread(self) -> int:
        """How many samples were shown meanwhile."""
        away = self.away
        return sum(away.contains(s.time_ms) for s in self.record.sent) if away else 0

    @property
    def holds(self) -> bool:
        """Whether everything claimed is so."""
        return all(self.claims.values())

    def as_json(self) -> str:
        """Return everything on one line."""
        record = self.record
        return json.dumps(
            {
                "ok": self.holds,
                "plan": asdict(record.plan),
                "samples": len(record.sent),
                "polls": len(record.polls),
                "sent_again_over_mqtt": record.repeated,
                "node_not_heard_s": round(self.away_s, 1),
                "samples_shown_meanwhile": self.unread,
                "history_values_compared": self.compared,
                "history_values_differing": self.differing,
                "meters": {meter.name: _meter_json(meter) for meter in self.meters},
                "faults": {
                    happened.fault: {
                        "lasted_s": round(happened.lasted_s, 1),
                        "recovered_after_s": round(happened.recovered_s, 1),
                        "samples_kept": happened.kept,
                    }
                    for happened in record.faults
                },
                "skipped": [] if record.esphome else ["ESPHome"],
                "claims": self.claims,
            }
        )

    def as_text(self) -> str:
        """Return the tables for people."""
        plan = self.record.plan
        lines = [
            (
                f"{plan.hours:g} h of one house at {plan.speed:g} times its speed:"
                f" {len(self.record.sent)} samples, {len(self.record.polls)} polls"
            ),
            "",
            "| meter | readings | stored | missing | not sent | different |",
            "| --- | ---: | ---: | ---: | ---: | ---: |",
        ]
        lines += [
            f"| {meter.name} | {told.expected} | {told.stored} | {told.missing}"
            f" | {told.unexpected} | {told.different} |"
            for meter in self.meters
            for told in (meter.readings,)
        ]
        lines += [
            "",
            "| meter | counter | counted kWh | history kWh | deviation | register off |",
            "| --- | --- | ---: | ---: | ---: | ---: |",
        ]
        lines += [
            f"| {meter.name} | {field} | {energy.counter_wh / 1000:.3f}"
            f" | {energy.history_wh / 1000:.3f} | {energy.deviation:+.4%}"
            f" | {energy.register_wh - energy.last_wh:+.2f} Wh |"
            for meter in self.meters
            for field, energy in meter.energies.items()
        ]
        lines += [
            "",
            "| fault | lasted | recovered after | samples kept |",
            "| --- | ---: | ---: | ---: |",
        ]
        lines += [_fault_row(happened) for happened in self.record.faults]
        if self.away:
            lines += [
                "",
                (
                    f"The node keeps nothing: it was not heard for {self.away_s:.1f} s, in"
                    f" which {self.unread} samples were shown. What was used meanwhile is"
                    " in its counter."
                ),
            ]
        lines += [
            "",
            *(
                f"{'holds' if holds else 'FAILS'}: {claim}"
                for claim, holds in self.claims.items()
            ),
        ]
        if not self.record.esphome:
            lines.append("skipped: ESPHome")
        return "\n".join(lines)


def report_of(record: Record) -> Report:
    """Compare what was sent with what is in the history."""
    first, last = record.sent[0].values, record.sent[-1].values
    meters = [
        _meter_report(meter, compare_sent(record.sent, meter.stored.rows), first, last)
        for meter in (record.mqtt, record.push)
    ]
    away = None
    if record.esphome:
        rows = record.esphome.stored.rows
        for happened in record.faults:
            if happened.fault is Fault.NODE:
                away = Absence.after(happened.began_ms, rows)
        told = compare_polled(record.polls, rows, away)
        meters.append(_meter_report(record.esphome, told, first, last))
    compared, differing = compare_histories(record.mqtt.seconds, record.push.seconds)
    return Report(
        record,
        meters,
        all(
            record.mqtt.stored.rows.get(field) == record.push.stored.rows.get(field)
            for field in FIELDS
        ),
        compared,
        differing,
        away,
    )


def _meter_report(
    meter: MeterRecord, told: Differences, first: Values, last: Values
) -> MeterReport:
    energies = {}
    for field in ENERGIES:
        answered = meter.minutes.get(field, [])
        last_wh = in_base_unit(field, last)
        energies[field] = Energy(
            last_wh - in_base_unit(field, first),
            sum((minute["energy"] or 0.0) * 1000 for minute in answered),
            last_wh,
            meter.stored.registers.get(field, 0.0),
        )
    stored = meter.stored
    return MeterReport(meter.name, told, energies, stored.refused, stored.held)


def _meter_json(meter: MeterReport) -> dict[str, Any]:
    return {
        "readings": asdict(meter.readings),
        "energies": {
            field: asdict(energy) | {"deviation": energy.deviation}
            for field, energy in meter.energies.items()
        },
        "refused": dict(meter.refused),
        "held": meter.held,
    }


def _fault_row(happened: Happened) -> str:
    kept = "-" if happened.fault is Fault.NODE else str(happened.kept)
    return (
        f"| {happened.fault} | {happened.lasted_s:.1f} s"
        f" | {happened.recovered_s:.1f} s | {kept} |"
    )
