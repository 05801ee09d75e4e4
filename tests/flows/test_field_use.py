"""What fields stand for, and how formulas change when the user says otherwise."""

from typing import Final

import pytest

from custom_components.wattwise.dialects.contract.circuit import Formula, Term
from custom_components.wattwise.dialects.contract.field import Field
from custom_components.wattwise.flows.field_use import (
    UNUSED,
    FieldUse,
    corrected,
    crowded_channels,
    fields_to_show,
    possible_uses,
    use_of,
)
from custom_components.wattwise.metering.quantity import METER_CHANNELS, Channel

# A meter of two tariffs that tells import and export apart.
CHANNELS: Final = {
    Channel.POWER: Formula((Term("in_w"), Term("out_w", -1.0)), "W"),
    Channel.ENERGY_IMPORT: Formula(
        (Term("t1"), Term("t2"), Term("returned", -1.0)), "kWh"
    ),
    Channel.ENERGY_EXPORT: Formula.of("returned", "kWh"),
}
FIELDS: Final = {
    "in_w": 500.0,
    "out_w": 100.0,
    "t1": 10.0,
    "t2": 5.0,
    "returned": 2.0,
    "in_wh": 12_000.0,
    "volts": 230.0,
}


def values(channels: dict[Channel, Formula]) -> dict[Channel, float | None]:
    """Return what the formulas make of the fields, each in its own unit."""
    return {channel: formula.value(FIELDS) for channel, formula in channels.items()}


def answers(**changed: FieldUse | None) -> dict[str, FieldUse | None]:
    """Return the form as it is shown, with some answers changed."""
    return {key: use_of(CHANNELS, key) for key in FIELDS} | changed


def test_uses() -> None:
    """Each field has one answer: the channel it is added to, in its direction."""
    assert answers() == {
        "in_w": FieldUse(Channel.POWER, "W"),
        "out_w": FieldUse(Channel.POWER, "W", is_reversed=True),
        "t1": FieldUse(Channel.ENERGY_IMPORT, "kWh"),
        "t2": FieldUse(Channel.ENERGY_IMPORT, "kWh"),
        "returned": FieldUse(Channel.ENERGY_EXPORT, "kWh"),
        "in_wh": None,
        "volts": None,
    }


def test_nothing_corrected() -> None:
    """A form that is sent as it was shown changes nothing."""
    assert corrected(CHANNELS, answers()) == CHANNELS


def test_field_in_another_unit_of_a_sum() -> None:
    """What is added to a channel is converted to the channel's unit."""
    use = FieldUse(Channel.ENERGY_IMPORT, "Wh")
    channels = corrected(CHANNELS, answers(in_wh=use))

    assert values(channels)[Channel.ENERGY_IMPORT] == pytest.approx(10 + 5 - 2 + 12)
    assert use_of(channels, "in_wh") == use
    assert corrected(channels, {"in_wh": use}) == channels


def test_field_taken_away() -> None:
    """A field that is not used any more leaves all channels it had a part in."""
    channels = corrected(CHANNELS, answers(returned=None))

    assert Channel.ENERGY_EXPORT not in channels
    assert values(channels)[Channel.ENERGY_IMPORT] == pytest.approx(15)


def test_field_of_another_channel() -> None:
    """A channel of nothing but a field that was something else is in its unit."""
    use = FieldUse(Channel.ENERGY_EXPORT, "Wh")
    changed = answers(returned=None, in_wh=use)
    channels = corrected(CHANNELS, changed)

    assert channels[Channel.ENERGY_EXPORT] == Formula.of("in_wh", "Wh")


def test_direction() -> None:
    """Reversing both fields of a power turns it."""
    channels = corrected(
        CHANNELS,
        answers(
            in_w=FieldUse(Channel.POWER, "W", is_reversed=True),
            out_w=FieldUse(Channel.POWER, "W"),
        ),
    )

    assert values(channels)[Channel.POWER] == -400


def test_order_of_channels() -> None:
    """Formulas stand in the order in which channels are shown."""
    use = FieldUse(Channel.VOLTAGE_L1, "V")
    channels = corrected({}, {"volts": use, "in_w": FieldUse(Channel.POWER, "W")})

    assert list(channels) == [Channel.POWER, Channel.VOLTAGE_L1]


def test_what_is_no_sum() -> None:
    """Only powers and energies are added up."""
    channels = CHANNELS | {Channel.VOLTAGE_L1: Formula.sum_of(("volts", "t1"), "V")}

    assert crowded_channels(CHANNELS) == set()
    assert crowded_channels(channels) == {Channel.VOLTAGE_L1}


def test_odd_factor() -> None:
    """A factor that is no unit is kept as long as the field is left alone."""
    channels = {Channel.POWER: Formula.of("x", "W", 0.7)}
    use = use_of(channels, "x")

    assert use == FieldUse(Channel.POWER, "W")
    assert corrected(channels, {"x": use}) == channels


@pytest.mark.parametrize("channel", METER_CHANNELS)
def test_form_values(channel: Channel) -> None:
    """Each answer finds its way through the form."""
    uses = possible_uses(None, None)
    assert any(use.channel is channel for use in uses)

    for use in uses:
        assert FieldUse.from_value(use.value) == use
    assert FieldUse.from_value(UNUSED) is None
    assert len({use.value for use in uses}) == len(uses)


def test_choices_follow_the_unit() -> None:
    """A field that tells its unit has the choices of its quantity, that unit first."""
    uses = possible_uses(Field("x", 1.0, "MW"), None)
    assert [use.value for use in uses[:2]] == ["power:MW", "power:MW:reversed"]
    assert {use.channel for use in uses} == {Channel.POWER}
    uses = possible_uses(Field("x", 1.0, "%"), None)
    assert {use.channel for use in uses} == {Channel.POWER_FACTOR, Channel.LOAD}
    odd = FieldUse(Channel.POWER, "GW")
    assert possible_uses(Field("x", 1.0, "V"), odd)[0] == odd


def test_fields_that_are_shown() -> None:
    """A meter's own fields come first; those of other circuits are theirs."""
    others = [{Channel.POWER: Formula.of("volts", "W")}]

    assert fields_to_show(FIELDS, CHANNELS, others) == [
        "in_w",
        "out_w",
        "t1",
        "t2",
        "returned",
        "in_wh",
    ]
