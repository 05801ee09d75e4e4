"""Between which times energy is known that was derived from power."""

from collections.abc import Iterator
from typing import Final

from ...metering.profile import MeterProfile
from ...metering.quantity import Channel
from ..booking.channel_state import ChannelState
from ..readings.raw_readings import RawReading
from ..writer import Transaction

# So many readings are looked at for one from which energy was derived.
_LOOKED_AT: Final = 2_000


def narrow_derived(transaction: Transaction, profile: MeterProfile) -> None:
    """Let energy that was derived begin and end with the power that is left.

    Energy that the meter or a file tells by itself is left alone.
    """
    raw, states = transaction.ledger.raw, transaction.ledger.states
    for channel in (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT):
        state = states.get(profile.meter_id, channel)
        if state.first_ms is None or raw.has_any(state.channel_id):
            continue
        power = states.get(profile.meter_id, Channel.POWER)
        ends = [
            next(_ends(transaction, power, forward=forward), None)
            for forward in (True, False)
        ]
        first_ms, last_ms = ends
        if first_ms is None or last_ms is None:
            if power.last_ms is None:
                state.first_ms = state.last_ms = state.last_value = None
            continue
        state.first_ms = max(state.first_ms, first_ms)
        if state.last_ms is not None:
            state.last_ms = min(state.last_ms, last_ms)


def _ends(
    transaction: Transaction, power: ChannelState, *, forward: bool
) -> Iterator[int]:
    """Yield when segments end from which energy was derived, of the first or last."""
    raw, first_ms, last_ms = transaction.ledger.raw, power.first_ms, power.last_ms
    if first_ms is None or last_ms is None:
        return
    at: RawReading | None = raw.at(power.channel_id, first_ms if forward else last_ms)
    for _ in range(_LOOKED_AT):
        if at is None:
            return
        if forward:
            following = raw.next(power.channel_id, at.time_ms, last_ms)
            if following and following.energy_wh is not None:
                yield at.time_ms + following.span_ms
        else:
            following = raw.previous(power.channel_id, at.time_ms, first_ms)
            if following and at.energy_wh is not None:
                yield following.time_ms + at.span_ms
        at = following
