"""The form in which people say what the columns of a file are."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

import probatio

from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..history.files.guess import Guess
from ..history.files.layout import DateOrder, DecimalMark
from ..metering.profile import EnergyKind
from ..metering.quantity import METER_CHANNELS, Channel, known_units

CONF_CHANNEL: Final = "channel"
CONF_TIME_COLUMN: Final = "time_column"
CONF_CLOCK_COLUMN: Final = "clock_column"
CONF_VALUE_COLUMN: Final = "value_column"
CONF_UNIT: Final = "unit"
CONF_KIND: Final = "kind"
CONF_STAMP: Final = "stamp"
CONF_TIME_ZONE: Final = "time_zone"
CONF_DATE_ORDER: Final = "date_order"
CONF_DECIMAL_MARK: Final = "decimal_mark"

STAMP_START: Final = "start"
STAMP_END: Final = "end"

# Lists of a portal's columns and of two or three cells of each are still readable.
_SHOWN_COLUMNS: Final = 40
_LONGEST_CELL: Final = 30


def file_fields(guess: Guess, home_zone: str) -> dict[probatio.Marker, Any]:
    """Return the fields of the form; what a file tells by itself is not asked."""
    columns = _columns(guess, guess.columns)
    known = first_answers(guess, home_zone)

    def needed(field: str) -> probatio.Marker:
        # Of a required choice the frontend takes the first option, unasked.
        return (probatio.Required if field in known else probatio.Optional)(field)

    fields: dict[probatio.Marker, Any] = {
        needed(CONF_TIME_COLUMN): columns,
        probatio.Optional(CONF_CLOCK_COLUMN): columns,
        needed(CONF_VALUE_COLUMN): columns,
        needed(CONF_CHANNEL): _choice("channel", METER_CHANNELS),
        needed(CONF_UNIT): SelectSelector(
            SelectSelectorConfig(
                options=_units(), mode=SelectSelectorMode.DROPDOWN, custom_value=True
            )
        ),
        needed(CONF_KIND): _choice("energy_kind", EnergyKind),
        needed(CONF_STAMP): _choice("stamp", (STAMP_START, STAMP_END)),
    }
    if not guess.is_zoned:
        fields[probatio.Required(CONF_TIME_ZONE)] = SelectSelector(
            SelectSelectorConfig(
                options=list(dict.fromkeys((home_zone, "UTC"))),
                mode=SelectSelectorMode.DROPDOWN,
                custom_value=True,
            )
        )
    if guess.ambiguous_date:
        fields[needed(CONF_DATE_ORDER)] = _choice("date_order", DateOrder)
    if any(value.ambiguous_number for value in guess.values.values()):
        marks = _choice("decimal_mark", DecimalMark)
        fields[probatio.Optional(CONF_DECIMAL_MARK)] = marks
    return fields


def first_answers(guess: Guess, home_zone: str) -> dict[str, Any]:
    """Return what the form shows at first: what is known, and nothing else."""
    value = guess.values.get(guess.value_column or "")
    known: dict[str, Any] = {
        CONF_TIME_COLUMN: guess.time_column,
        CONF_CLOCK_COLUMN: guess.clock_column,
        CONF_VALUE_COLUMN: guess.value_column,
        CONF_TIME_ZONE: home_zone,
    }
    if value:
        known[CONF_CHANNEL] = value.channel
        known[CONF_UNIT] = value.unit
        known[CONF_KIND] = _kind(value.channel, is_counter=value.is_counter)
    # What a counter shows, it shows at the time that stands beside it.
    is_counter = known.get(CONF_KIND) == EnergyKind.COUNTER
    if guess.stamped_at_end is not None and not is_counter:
        known[CONF_STAMP] = STAMP_END if guess.stamped_at_end else STAMP_START
    return {key: str(answer) for key, answer in known.items() if answer is not None}


def file_placeholders(guess: Guess) -> dict[str, str]:
    """Return what the text above the form says of the file."""
    rows = zip(guess.columns, guess.first, guess.last, strict=True)
    table = [f"| {' | '.join(map(_cell, row))} |" for row in rows][:_SHOWN_COLUMNS]
    interval = timedelta(seconds=guess.interval_s or 0)
    return {
        "format": guess.format.name,
        "rows": f"{guess.rows:,}",
        "columns": "\n".join(table),
        "interval": str(interval) if guess.interval_s else "–",
    }


def _kind(channel: Channel | None, *, is_counter: bool | None) -> EnergyKind | None:
    if channel is None:
        return None
    if not channel.is_energy:
        return EnergyKind.POWER
    if is_counter is None:
        return None
    return EnergyKind.COUNTER if is_counter else EnergyKind.INTERVAL


def _columns(guess: Guess, columns: Iterable[str]) -> SelectSelector:
    """Let people choose a column by its heading and its first cells."""
    options = [
        SelectOptionDict(value=column, label=_label(guess.samples, column))
        for column in columns
    ]
    return SelectSelector(
        SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN)
    )


def _label(samples: Mapping[str, tuple[str, ...]], column: str) -> str:
    cells = ", ".join(cell[:_LONGEST_CELL] for cell in samples.get(column, ()))
    return f"{column} ({cells} …)" if cells else column


def _choice(texts: str, options: Iterable[str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[str(option) for option in options], translation_key=texts
        )
    )


def _units() -> list[str]:
    """Return the units of all quantities, each once."""
    units = (
        unit for channel in METER_CHANNELS for unit in known_units(channel.quantity)
    )
    return [unit for unit in dict.fromkeys(units) if unit]


def _cell(text: str) -> str:
    """Return a cell as it may stand in a table."""
    return text.replace("|", "/").replace("\n", " ")[:_LONGEST_CELL] or " "
