"""Any JSON: every number is told, and names and units are understood where they can."""

from typing import Any

import pytest

from custom_components.wattwise.dialects.contract.circuit import Circuit
from custom_components.wattwise.dialects.contract.field import Decoded, Field
from custom_components.wattwise.dialects.generic_json import DIALECT
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel, to_base_unit
from custom_components.wattwise.metering.reading import Refusal

from .fixture_files import fixture


def decoded(name: str) -> Decoded:
    """Return what the one message of a fixture says."""
    (message,) = fixture("generic_json", name).messages
    assert DIALECT.mqtt is not None
    address = {"topic": message.topic}
    assert DIALECT.mqtt.topics(address) == (message.topic,)
    return DIALECT.mqtt.decode(address, message.topic, message.payload)


def circuits(name: str) -> dict[str, Circuit]:
    """Return the circuits that are guessed of a fixture, by key."""
    fields = {field.key: field for field in decoded(name).fields}
    return {circuit.key: circuit for circuit in DIALECT.circuits(fields)}


def values(name: str, circuit: str = "") -> dict[Channel, float]:
    """Return the values of a circuit that is guessed [base units]."""
    fields = {field.key: field.value for field in decoded(name).fields}
    result = {}
    for channel, formula in circuits(name)[circuit].channels.items():
        value = formula.value(fields)
        assert value is not None
        result[channel] = to_base_unit(value, channel.quantity, formula.unit)
    return result


def test_units_in_names() -> None:
    """Names that end with a unit tell it; a time in seconds is the values'."""
    assert values("flat_units_in_names") == pytest.approx(
        {
            Channel.POWER: 412,
            Channel.ENERGY_IMPORT: 1_234_500,
            Channel.VOLTAGE_L1: 230.1,
            Channel.CURRENT_L1: 1.8,
            Channel.FREQUENCY: 50.01,
        }
    )
    assert {f.time_ms for f in decoded("flat_units_in_names").fields} == {
        1_768_500_010_000
    }


def test_nested_lists() -> None:
    """Parts of lists are numbered from one, as phases are."""
    assert values("nested_three_phase") == pytest.approx(
        {
            Channel.POWER: 600,
            Channel.ENERGY_IMPORT: 512_250,
            Channel.ENERGY_EXPORT: 20_500,
            Channel.VOLTAGE_L1: 230.1,
            Channel.VOLTAGE_L2: 231.2,
            Channel.VOLTAGE_L3: 229.3,
            Channel.CURRENT_L1: 1,
            Channel.CURRENT_L2: 2,
            Channel.CURRENT_L3: 3,
        }
    )


def test_circuits() -> None:
    """Objects with powers of their own are meters of their own."""
    assert values("circuits", "ch_1") == pytest.approx(
        {Channel.POWER: 100, Channel.ENERGY_IMPORT: 1_500, Channel.VOLTAGE_L1: 230}
    )
    assert values("circuits", "ch_2") == pytest.approx(
        {Channel.POWER: 1500, Channel.ENERGY_IMPORT: 20_250}
    )


def test_plain_number() -> None:
    """A message that is a number is called what the topic ends with."""
    assert decoded("plain_number").fields == [Field("power", 412.5)]
    assert values("plain_number") == pytest.approx({Channel.POWER: 412.5})


def test_units_behind_numbers() -> None:
    """A unit behind a number is told by the device, whatever the name says."""
    assert values("plain_text_with_unit") == pytest.approx(
        {
            Channel.POWER: 410,
            Channel.ENERGY_IMPORT: 1_234_500,
            Channel.VOLTAGE_L1: 230.1,
        }
    )


def test_german() -> None:
    """German names; a counter of today is not taken beside one of a lifetime."""
    assert values("german") == pytest.approx(
        {
            Channel.POWER: 300,
            Channel.ENERGY_IMPORT: 12_500,
            Channel.ENERGY_EXPORT: 4_500,
            Channel.VOLTAGE_L1: 231.5,
            Channel.CURRENT_L1: 1.3,
            Channel.FREQUENCY: 50.01,
        }
    )


def test_dutch() -> None:
    """Dutch names; two tariffs are one counter."""
    assert values("dutch") == pytest.approx(
        {
            Channel.POWER: 300,
            Channel.ENERGY_IMPORT: 16_750,
            Channel.ENERGY_EXPORT: 4_750,
            Channel.VOLTAGE_L1: 231.5,
            Channel.CURRENT_L1: 1.3,
        }
    )


def test_short_names() -> None:
    """Single letters mean what they mean in formulas."""
    assert values("short_names") == pytest.approx(
        {
            Channel.POWER: 600,
            Channel.VOLTAGE_L1: 230,
            Channel.VOLTAGE_L2: 231,
            Channel.VOLTAGE_L3: 229,
            Channel.CURRENT_L1: 1,
            Channel.CURRENT_L2: 2,
            Channel.CURRENT_L3: 3,
            Channel.FREQUENCY: 50,
            Channel.POWER_FACTOR: 0.95,
        }
    )


def test_both_directions() -> None:
    """Power is what comes less what goes; neither reactive nor apparent."""
    assert values("import_and_export") == pytest.approx(
        {
            Channel.POWER: -1250,
            Channel.ENERGY_IMPORT: 512_250,
            Channel.ENERGY_EXPORT: 20_500,
            Channel.POWER_FACTOR: 0.97,
        }
    )


def test_names_that_say_nothing() -> None:
    """Every number is told, so that people can say what it is; nothing is guessed.

    Of energy without a unit nobody knows whether it is a thousand times as much.
    """
    assert [f.key for f in decoded("unknown").fields] == [
        "x",
        "y.1",
        "y.2",
        "y.3.z",
        "energy",
    ]
    assert circuits("unknown") == {}


def test_numbers_that_are_none() -> None:
    """What is written instead of a number is refused with its reason."""
    assert [(r.key, r.reason) for r in decoded("error_values").refused] == [
        ("power_w", Refusal.NOT_A_NUMBER),
        ("total_kwh", Refusal.NOT_A_NUMBER),
        ("big", Refusal.NOT_A_NUMBER),
    ]
    assert DIALECT.mqtt is not None
    said = DIALECT.mqtt.decode({"topic": "t"}, "t", "hello")
    assert [r.reason for r in said.refused] == [Refusal.MALFORMED]


def test_body_of_the_platform() -> None:
    """Its amounts are those since the last ones, its current that of all phases."""
    assert values("platform_body") == pytest.approx(
        {
            Channel.ENERGY_EXPORT: 1_250,
            Channel.ENERGY_IMPORT: 3_500,
            Channel.LOAD: 40,
            Channel.VOLTAGE_L1: 230.5,
            Channel.CURRENT_L1: 1,
            Channel.CURRENT_L2: 2,
            Channel.CURRENT_L3: 3,
            Channel.FREQUENCY: 50,
            Channel.POWER_FACTOR: 0.95,
        }
    )
    assert circuits("platform_body")[""].energy_kind is EnergyKind.INTERVAL


def test_answer_over_http() -> None:
    """The path that the user named is asked again and again."""
    assert DIALECT.http is not None
    http = DIALECT.http
    answers = fixture("generic_json", "http_answer").answers
    address = http.address(answers)
    assert http.read_paths(address) == ("/state.json",)
    fields = http.decode(address, "/state.json", answers["/state.json"]).fields
    assert [(f.key, f.value) for f in fields] == [
        ("pv.power_w", 2100),
        ("pv.yield_total_kwh", 8123.5),
        ("uptime", 5),
    ]
    (circuit,) = DIALECT.circuits({f.key: f for f in fields})
    assert circuit.channels[Channel.ENERGY_EXPORT].keys == ("pv.yield_total_kwh",)
    assert http.identity(answers["/state.json"]) is None
    assert http.decode({}, "/n", 412.5).fields == [Field("value", 412.5)]


@pytest.mark.parametrize(
    ("time", "time_ms"),
    [
        (1_768_500_010, 1_768_500_010_000),
        (1_768_500_010_123, 1_768_500_010_123),
        ("2026-01-15T18:00:10Z", 1_768_500_010_000),
        ("2026-01-15T19:00:10+01:00", 1_768_500_010_000),
        # Without a zone nobody knows when, and this is the time since switching on.
        ("2026-01-15T18:00:10", None),
        (5_400, None),
    ],
)
def test_times(time: Any, time_ms: int | None) -> None:
    """A time that can be that of a measurement is taken for it."""
    assert DIALECT.http is not None
    fields = DIALECT.http.decode({}, "/", {"time": time, "power_w": 1}).fields
    assert fields == [Field("power_w", 1, None, time_ms)]


def test_nothing_is_found_by_itself() -> None:
    """On a broker everything could be a meter: the user says where it is."""
    assert DIALECT.mqtt is not None
    assert DIALECT.mqtt.search_topics == ()
    search = DIALECT.mqtt.search()
    search.note("a", '{"power_w": 1}')
    assert list(search.findings()) == []


def test_depth_and_length_have_an_end() -> None:
    """What is nested or long beyond all meters is not followed to its end."""
    assert DIALECT.http is not None
    body: Any = 1
    for _ in range(50):
        body = [body]
    assert DIALECT.http.decode({}, "/", body).fields == []
    assert len(DIALECT.http.decode({}, "/", list(range(9_999))).fields) == 500
