"""What can be wrong with a request to the simulator."""

from collections.abc import Iterable


class SimulatorError(Exception):
    """The request cannot be met; the message is one line for a person."""


def unknown(what: str, name: str, choices: Iterable[str]) -> SimulatorError:
    """Return the error for a name that is none of the choices."""
    return SimulatorError(f"Unknown {what} '{name}'. Choose from: {', '.join(choices)}")
