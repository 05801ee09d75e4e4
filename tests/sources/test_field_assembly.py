"""From fields to readings: sums, partial messages, units and times."""

from custom_components.wattwise.dialects.contract.circuit import Formula, Term
from custom_components.wattwise.dialects.contract.field import (
    Decoded,
    Field,
    RefusedField,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading, Refusal, RefusedReading
from custom_components.wattwise.sources.field_assembly import FieldAssembly

NOW_MS = 1_790_000_000_000


def told(**values: float) -> Decoded:
    """Return a message with these fields."""
    return Decoded([Field(key, value) for key, value in values.items()])


def test_units_are_converted_and_other_fields_left_out() -> None:
    """A channel comes in its base unit; what no channel uses is nothing."""
    assembly = FieldAssembly({Channel.ENERGY_IMPORT: Formula.of("total", "kWh")})
    readings, refused = assembly.take(told(total=1.5, today=0.2), NOW_MS)
    assert readings == [Reading(Channel.ENERGY_IMPORT, NOW_MS, 1500.0)]
    assert refused == []


def test_a_sum_waits_for_all_its_fields() -> None:
    """Half a sum would be a counter that falls and jumps."""
    total = Formula.sum_of(("low", "normal"), "kWh")
    assembly = FieldAssembly({Channel.ENERGY_IMPORT: total})
    assert assembly.take(told(low=1.0), NOW_MS) == ([], [])
    readings, _ = assembly.take(told(normal=2.0), NOW_MS + 1)
    assert readings == [Reading(Channel.ENERGY_IMPORT, NOW_MS + 1, 3000.0)]
    readings, _ = assembly.take(told(low=1.25), NOW_MS + 2)
    assert readings == [Reading(Channel.ENERGY_IMPORT, NOW_MS + 2, 3250.0)]


def test_a_difference() -> None:
    """A counter that contains what went back gives what came."""
    net = Formula((Term("all"), Term("back", -1.0)), "Wh")
    assembly = FieldAssembly({Channel.ENERGY_IMPORT: net})
    readings, _ = assembly.take(told(all=500.0, back=120.0), NOW_MS)
    assert [reading.value for reading in readings] == [380.0]


def test_what_was_retained_only_completes_a_sum() -> None:
    """Nobody knows when a retained value was true; it makes no reading by itself."""
    power = Formula.sum_of(("l1", "l2"), "W")
    assembly = FieldAssembly({Channel.POWER: power})
    assembly.prime(told(l1=10.0, l2=20.0))
    readings, _ = assembly.take(told(l1=11.0), NOW_MS)
    assert readings == [Reading(Channel.POWER, NOW_MS, 31.0)]


def test_the_devices_own_time_counts() -> None:
    """A meter that reports late tells when its value was true."""
    assembly = FieldAssembly({Channel.POWER: Formula.of("power", "kW")})
    message = Decoded([Field("power", 0.4, "kW", NOW_MS - 60_000)])
    readings, _ = assembly.take(message, NOW_MS)
    assert readings == [Reading(Channel.POWER, NOW_MS - 60_000, 400.0)]


def test_a_backlog_in_one_message() -> None:
    """The same field several times is a series, not one value."""
    power = Formula.of("power", "W")
    assembly = FieldAssembly({Channel.POWER: power})
    fields = [Field("power", float(i), "W", NOW_MS + i) for i in range(3)]
    readings, _ = assembly.take(Decoded(fields), NOW_MS)
    assert [(r.time_ms - NOW_MS, r.value) for r in readings] == [(0, 0), (1, 1), (2, 2)]


def test_what_is_refused_is_counted_once_and_forgotten() -> None:
    """A sum is not made with the value from before the fault."""
    power = Formula.sum_of(("l1", "l2"), "W")
    assembly = FieldAssembly({Channel.POWER: power})
    assembly.take(told(l1=10.0, l2=20.0), NOW_MS)
    fault = Decoded(refused=[RefusedField("l1", Refusal.ERROR_VALUE, -1.0)])
    _, refused = assembly.take(fault, NOW_MS)
    expected = RefusedReading(0, Channel.POWER, Refusal.ERROR_VALUE, -1.0, NOW_MS)
    assert refused == [expected]
    assert assembly.take(told(l2=21.0), NOW_MS) == ([], [])


def test_fields_of_a_sum_in_one_millisecond() -> None:
    """Two values for one moment would contradict each other."""
    assembly = FieldAssembly({Channel.POWER: Formula.sum_of(("l1", "l2", "l3"), "W")})
    assembly.prime(told(l1=0.0, l2=0.0, l3=0.0))
    taken = [
        reading
        for message in (told(l1=1.0), told(l2=1.0), told(l3=1.0))
        for reading in assembly.take(message, NOW_MS)[0]
    ]
    assert [(r.time_ms - NOW_MS, r.value) for r in taken] == [(0, 1), (1, 2), (2, 3)]


def test_a_message_that_is_refused_whole_counts_once() -> None:
    """Whatever was in it, no channel is to blame."""
    assembly = FieldAssembly({Channel.POWER: Formula.of("power", "W")})
    refusal = Decoded(refused=[RefusedField("", Refusal.MALFORMED)])
    readings, refused = assembly.take(refusal, NOW_MS)
    assert readings == []
    assert refused == [RefusedReading(0, None, Refusal.MALFORMED, None, NOW_MS)]


def test_an_absurd_value_is_refused() -> None:
    """What is finite in its own unit may not be so in the base unit."""
    assembly = FieldAssembly({Channel.ENERGY_IMPORT: Formula.of("total", "GWh")})
    readings, refused = assembly.take(told(total=1e308), NOW_MS)
    assert readings == []
    assert [item.reason for item in refused] == [Refusal.OUT_OF_RANGE]
