"""The command line of the simulator: what may stand there and what it means."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NoReturn, override

from .errors import SimulatorError, unknown
from .faults import FAULTS

EPILOG: Final = """examples:
  simulate list
  simulate csv --household family --start 2026-01-01 --end 2026-02-01 \\
      --step 60 --meter grid --out january.csv
  simulate play --household family --meter grid=KEY --meter pv=KEY2
"""


class _Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong."""

    @override
    def error(self, message: str) -> NoReturn:
        """Raise the message."""
        raise SimulatorError(message[:1].upper() + message[1:])


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments; raises SimulatorError for what does not make sense."""
    parser = _Parser(
        prog="simulate",
        description="Simulate the electricity meters of households.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="show households, meters and faults")
    _add_csv(commands.add_parser("csv", help="write a meter's samples to a file"))
    _add_play(commands.add_parser("play", help="push live to a running WattWise"))
    return parser.parse_args(arguments)


def moment(text: str) -> datetime:
    """Return a date or time in ISO 8601, in UTC unless it names an offset."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise SimulatorError(
            f"'{text}' is no date. Write it like 2026-01-31 or 2026-01-31T12:00:00Z"
        ) from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def fault_names(text: str) -> tuple[str, ...]:
    """Return the faults of a list with commas; 'all' stands for all of them."""
    if text == "all":
        return tuple(FAULTS)
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in FAULTS:
            raise unknown("fault", name, (*FAULTS, "all"))
    return names


def keys(pairs: Sequence[str]) -> dict[str, str]:
    """Return the keys by meter from a list of METER=KEY."""
    result = {}
    for pair in pairs:
        meter, equals, key = pair.partition("=")
        if not meter or not equals or not key:
            raise SimulatorError(f"'{pair}' is not METER=KEY, such as grid=AbC123")
        if meter in result:
            raise SimulatorError(f"Meter '{meter}' is named twice")
        result[meter] = key
    return result


def _add_csv(parser: argparse.ArgumentParser) -> None:
    """Add what `csv` understands."""
    _add_common(parser)
    parser.add_argument("--start", required=True, metavar="DATE", help="UTC, included")
    parser.add_argument("--end", required=True, metavar="DATE", help="UTC, excluded")
    parser.add_argument(
        "--step", type=_whole, default=60, metavar="SECONDS", help="default: 60"
    )
    parser.add_argument("--meter", default="grid", help="default: grid")
    parser.add_argument(
        "--out", default="-", metavar="FILE", help="default: the screen"
    )
    parser.add_argument(
        "--truth",
        metavar="FILE",
        help="where to write when the faults did what (JSON)",
    )


def _add_play(parser: argparse.ArgumentParser) -> None:
    """Add what `play` understands."""
    _add_common(parser)
    parser.add_argument("--url", default="http://127.0.0.1:8123", help="Home Assistant")
    parser.add_argument(
        "--meter",
        action="append",
        required=True,
        metavar="METER=KEY",
        help="a meter and the key WattWise shows for it; may be repeated",
    )
    parser.add_argument(
        "--interval", type=_whole, default=10, metavar="SECONDS", help="default: 10"
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        help="simulated seconds in a second until the present is reached; default: 1",
    )
    parser.add_argument(
        "--start",
        metavar="DATE",
        help="UTC; default: now, or a day ago when faster than 1",
    )
    parser.add_argument("--dialect", default="wattwise", help="wattwise or facility")


def _add_common(parser: argparse.ArgumentParser) -> None:
    """Add what `csv` and `play` have in common."""
    parser.add_argument("--household", default="family", help="default: family")
    parser.add_argument("--seed", type=_whole, default=0, help="default: 0")
    parser.add_argument(
        "--faults", default="", metavar="A,B", help="see 'list'; 'all' for all of them"
    )


def _whole(text: str) -> int:
    """Return a whole number that is not negative."""
    try:
        value = int(text)
    except ValueError:
        value = -1
    if value < 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number from 0 on")
    return value
