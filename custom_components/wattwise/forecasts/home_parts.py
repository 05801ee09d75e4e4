"""Which forecasts of a household are parts of which others."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ..analytics.forecasting.reconciliation import WHOLE, Tree, reconcile
from ..metering.profile import MeterRole
from .energy_of_hours import Hours, MeteredFlow
from .forecast_series import CONSUMPTION, PRODUCTION
from .series_forecasts import SeriesOutlook

_SUPPLY = frozenset({MeterRole.PRODUCTION, MeterRole.BATTERY})


def add_up(
    found: Mapping[str, SeriesOutlook], flows: Sequence[MeteredFlow]
) -> dict[str, SeriesOutlook]:
    """Make what is expected of single meters add up to what is of the household.

    `found` is what each series expects by itself, by its key, `flows` are the meters of
    the household.
    """
    known = {key: said.outlook for key, said in found.items() if said.outlook}
    published = dict(found)
    for whole, role in (
        (CONSUMPTION, MeterRole.APPLIANCE),
        (PRODUCTION, MeterRole.PRODUCTION),
    ):
        parts = _parts(flows, role, known.keys())
        if whole not in known or not parts:
            continue
        complete = _are_all(flows, role, parts)
        if complete and len(parts) == 1:
            # The only part is the whole, and no less sure.
            (key,) = parts
            published[key] = replace(found[key], outlook=known[whole])
            continue
        fitted = reconcile(
            known[whole],
            {key: known[key] for key in parts},
            Tree(
                {key: parent for key, parent in parts.items() if parent is not None},
                {WHOLE} if complete else (),
            ),
        )
        for key, outlook in fitted.items():
            published[key] = replace(found[key], outlook=outlook)
    return published


def charging_hours(
    flows: Sequence[MeteredFlow],
    meters: Mapping[str, Hours],
    chargers: Collection[str],
) -> Hours:
    """Return what of a home's consumption went into cars [kWh], by the hour.

    `meters` is what single meters used. Of several chargers it is what is known of
    them; one behind another one is counted with that.
    """
    charging: Hours = {}
    for key, parent in _parts(flows, MeterRole.APPLIANCE, set(chargers)).items():
        if parent is not WHOLE:
            continue
        for hour, energy in meters.get(key, {}).items():
            charging[hour] = charging.get(hour, 0.0) + energy
    return charging


def _parts(
    flows: Sequence[MeteredFlow], role: MeterRole, chosen: Collection[str]
) -> dict[str, str | None]:
    """Return the chosen meters of a role, and the nearest of them that contains each.

    Leaves out appliances whose use is not the household's: what a battery or roof meter
    measures has left the balance of a home with a grid meter.
    """
    by_key = {flow.key: flow for flow in flows}
    has_grid = any(flow.role is MeterRole.GRID for flow in flows)
    parts: dict[str, str | None] = {}
    for flow in flows:
        if flow.role is not role or flow.key not in chosen:
            continue
        above = list(_above(by_key, flow))
        if role is MeterRole.APPLIANCE and has_grid and _is_supplied(above):
            continue
        parts[flow.key] = next(
            (over.key for over in above if over.role is role and over.key in chosen),
            WHOLE,
        )
    # Meters that were said to be parts of each other are parts of nothing.
    return {key: parent for key, parent in parts.items() if _leads_out(parts, key)}


def _leads_out(parts: Mapping[str, str | None], key: str | None) -> bool:
    """Whether the whole is reached from a part."""
    seen: set[str] = set()
    while key is not WHOLE and key not in seen:
        seen.add(key)
        key = parts[key]
    return key is WHOLE


def _is_supplied(above: list[MeteredFlow]) -> bool:
    return any(flow.role in _SUPPLY for flow in above)


def _are_all(
    flows: Sequence[MeteredFlow], role: MeterRole, parts: Collection[str]
) -> bool:
    """Whether the whole is nothing but these parts.

    Behind a grid meter there is always something that no meter measures by itself.
    """
    if role is MeterRole.APPLIANCE and any(f.role is MeterRole.GRID for f in flows):
        return False
    by_key = {flow.key: flow for flow in flows}
    return all(
        flow.key in parts
        for flow in flows
        if flow.role is role
        and not any(over.role is role for over in _above(by_key, flow))
    )


def _above(
    by_key: Mapping[str, MeteredFlow], flow: MeteredFlow
) -> Iterator[MeteredFlow]:
    """Yield the meters that measure a flow too, the nearest first."""
    seen = {flow.key}
    while (over := by_key.get(flow.parent or "")) and over.key not in seen:
        yield over
        seen.add(over.key)
        flow = over
