"""How the content of a file is to be understood."""

from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum

from ...metering.quantity import Channel


class DateOrder(StrEnum):
    """What comes first in a date that does not begin with its year."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class DecimalMark(StrEnum):
    """What stands between whole numbers and fractions."""

    POINT = "point"
    COMMA = "comma"


@dataclass(frozen=True, slots=True)
class Layout:
    """What is told of a file; what is None is found out from its rows.

    `time_zone` is that of times which name none. `stamped_at_end` says whether a
    row's time is the end of its interval, `is_amount` whether a row holds what
    flowed in its interval, not what a counter shows. `clock_column` holds the time
    of day where `time_column` holds dates only; `time_format` is that of strptime.
    """

    channel: Channel
    time_column: str
    value_column: str
    unit: str
    time_zone: tzinfo
    stamped_at_end: bool = False
    is_amount: bool = False
    time_format: str | None = None
    clock_column: str | None = None
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read: value, time, and the time of day if it is apart."""
        columns = (self.value_column, self.time_column)
        return (*columns, self.clock_column) if self.clock_column else columns
