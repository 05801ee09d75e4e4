"""Whether a week's supply voltage keeps what EN 50160 promises."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# EN 50160:2010, 4.2.2: of the 10-minute means of a week, 95 % within 10 % of nominal,
# and all of them between 15 % below and 10 % above.
MEAN_SECONDS: Final = 600
_USUALLY_LOWEST: Final = 0.90
_USUAL_SHARE: Final = 0.95
_LOWEST: Final = 0.85
_HIGHEST: Final = 1.10
# Of a week of which less is known, nothing is said: the rest decides.
_LEAST_KNOWN: Final = 0.80


class Verdict(StrEnum):
    """What a week was."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    """Too little of it was measured."""


@dataclass(frozen=True, slots=True)
class SupplyVoltage:
    """The 10-minute means of a phase over a time, against the standard.

    Shares are of the means that are known; `known` is their share of the time. Voltages
    in V; `low_v` and `high_v` are the means which 2.5 % of them are below and above.
    """

    means: int
    known: float
    within_usual: float
    within_widest: float
    lowest_v: float
    low_v: float
    mean_v: float
    high_v: float
    highest_v: float
    verdict: Verdict


def supply_voltage(
    means_v: Iterable[float], nominal_v: float, expected: int
) -> SupplyVoltage | None:
    """Judge 10-minute means, of which there could be `expected`; None without any.

    What broke the standard is broken, however little is known; that it was kept is said
    only of a time that was measured for the most part.
    """
    means = sorted(means_v)
    if not means or expected < 1:
        return None
    count = len(means)
    usual = sum(_USUALLY_LOWEST <= v / nominal_v <= _HIGHEST for v in means) / count
    widest = sum(_LOWEST <= v / nominal_v <= _HIGHEST for v in means) / count
    known = min(1.0, count / expected)
    # The share of the whole time that is off, if all that is unknown was right.
    off = (1 - usual) * known
    if widest < 1 or off > 1 - _USUAL_SHARE:
        verdict = Verdict.BROKEN
    elif known >= _LEAST_KNOWN and usual >= _USUAL_SHARE:
        verdict = Verdict.KEPT
    else:
        verdict = Verdict.UNKNOWN
    tail = int(count * 0.025)
    return SupplyVoltage(
        count,
        known,
        usual,
        widest,
        means[0],
        means[tail],
        sum(means) / count,
        means[-1 - tail],
        means[-1],
        verdict,
    )
