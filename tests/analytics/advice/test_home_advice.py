"""All advice of a home together."""

from dataclasses import replace

from custom_components.wattwise.analytics.advice.advice import Advice, AdviceKind
from custom_components.wattwise.analytics.advice.home_advice import (
    days_known,
    find_advice,
    ranked,
)
from custom_components.wattwise.analytics.advice.home_evidence import HomeEvidence

from .made_up_hours import TODAY, ZONE, dinner, hours


def piece(kind: AdviceKind, money: float | None, priority: int = 0) -> Advice:
    """Return some advice."""
    return Advice(kind, {}, 1.0, priority, saving_money_per_year=money)


def test_money_comes_first_then_priority() -> None:
    """What saves nothing that can be counted is last, in order of its weight."""
    found = ranked(
        [
            piece(AdviceKind.POWER_FACTOR, None, 0),
            piece(AdviceKind.CONTRACT_TOO_SMALL, None, 9),
            piece(AdviceKind.STANDBY, 40.0),
            piece(AdviceKind.ROOF_OUTPUT, 90.0),
        ]
    )
    assert [advice.kind for advice in found] == [
        AdviceKind.ROOF_OUTPUT,
        AdviceKind.STANDBY,
        AdviceKind.CONTRACT_TOO_SMALL,
        AdviceKind.POWER_FACTOR,
    ]


def test_a_machine_is_moved_once() -> None:
    """To cheap hours or into the sun, whichever saves more."""
    both = [
        piece(AdviceKind.CHEAP_HOURS, 60.0),
        piece(AdviceKind.SOLAR_HOURS, 80.0),
    ]
    assert [advice.kind for advice in ranked(both)] == [AdviceKind.SOLAR_HOURS]


def test_a_home_of_which_nothing_is_known_is_left_alone() -> None:
    """An empty past advises nothing and breaks nothing."""
    empty = HomeEvidence(ZONE, TODAY, contracted_w=6000.0, price=0.3)
    assert find_advice(empty) == []
    assert days_known(empty) == 0


def test_what_a_roof_feeds_in_is_no_load() -> None:
    """An inverter on one phase is not moved to another one by moving ovens."""
    at_noon = hours(28, lambda m: 3.0 if 10 <= m.hour < 15 else 0.0)
    home = HomeEvidence(
        ZONE,
        TODAY,
        bought=hours(28, lambda _: 1.0),
        sold=at_noon,
        phases={at: (16.0 if sold else 0.4, 0.3, 0.3) for at, sold in at_noon.items()},
        power_factors={at: 0.1 if sold else 1.0 for at, sold in at_noon.items()},
    )
    assert find_advice(home) == []
    without_a_roof = find_advice(replace(home, sold={}))
    assert {advice.kind for advice in without_a_roof} == {
        AdviceKind.PHASE_BALANCE,
        AdviceKind.POWER_FACTOR,
    }


def test_a_home_with_everything() -> None:
    """Each kind asks for what it needs only."""
    used = hours(365, lambda m: dinner(m) + 0.2)
    home = HomeEvidence(
        ZONE,
        TODAY,
        consumption=used,
        bought=used,
        sold=hours(365, lambda m: 1.5 if 10 <= m.hour < 15 else 0.0),
        prices=hours(365, lambda m: 0.5 if m.hour >= 17 else 0.2),
        appliances={"rack": hours(365, lambda _: 0.2)},
        power_factors=hours(28, lambda _: 0.6),
        phases=dict.fromkeys(hours(28, lambda _: 0.0), (16.0, 1.0, 1.0)),
        peaks=[(at * 1000, 2000.0) for at in hours(365, lambda _: 0.0)],
        contracted_w=9000.0,
        price=0.3,
        feed_in_price=0.05,
    )
    kinds = [advice.kind for advice in find_advice(home)]
    assert kinds == [
        AdviceKind.CHEAP_HOURS,
        AdviceKind.STANDBY,
        AdviceKind.PHASE_BALANCE,
        AdviceKind.CONTRACT_TOO_LARGE,
        AdviceKind.POWER_FACTOR,
    ]
    assert days_known(home) == 28
    # Whoever is paid to use electricity saves no money by using less.
    paid = find_advice(replace(home, price=-0.01))
    assert {advice.kind: advice.saving_money_per_year for advice in paid}[
        AdviceKind.STANDBY
    ] is None
    assert find_advice(replace(home, contracted_w=None, phases={}))
