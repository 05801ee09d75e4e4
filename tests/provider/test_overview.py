"""What an administrator is told of several homes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.wattwise.alerts.alert import Alert, AlertKind, AlertSeverity
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.provider.overview import async_overview
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..homes import async_add_household, push_meter
from .several_homes import tell_power, three_homes


def of_home(told: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what is told of one home."""
    (found,) = (home for home in told["households"] if home["household"] == name)
    return dict(found)


async def test_several_homes(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Sums are those of the homes; who is away, new or silent is named and alone."""
    entries = await three_homes(wattwise, freezer)
    told = await async_overview(wattwise).async_told()
    homes = told["households"]
    assert [home["household"] for home in homes] == ["away", "Known", "New"]
    assert of_home(told, "Known")["notes"] == []
    assert of_home(told, "New")["notes"] == ["learning"]
    assert of_home(told, "away")["notes"] == ["silent", "away"]

    used, made = told["totals"]["consumption"], told["totals"]["production"]
    assert used["power"] == {
        "value": pytest.approx(512.3 + 600.3),
        "unit": "W",
        "households": 2,
        "missing": ["away"],
    }
    assert made["power"]["value"] == pytest.approx(1500.3)
    assert (made["power"]["households"], made["power"]["missing"]) == (1, [])
    for period in ("today", "this_month"):
        parts = [home["consumption"][period] for home in homes]
        assert used[period]["value"] == pytest.approx(sum(parts), abs=1e-9)
        assert used[period]["missing"] == []
    # From midnight to ten: ten hours of 320 W, of 150 W, and of both less the roof.
    assert of_home(told, "Known")["consumption"]["today"] == pytest.approx(3.2, 0.02)
    assert of_home(told, "away")["consumption"]["today"] == pytest.approx(1.5, 0.02)
    assert of_home(told, "Known")["production"] is None

    macro = told["forecast"]["consumption"]
    assert macro["households"] == ["away", "Known", "New"]
    assert macro["missing"] == []
    assert len(macro["forecast"]) == 48
    for key, day in (("expected_today", "today"), ("expected_tomorrow", "tomorrow")):
        parts = [home["consumption"][key]["mean"] for home in homes]
        assert macro[day]["mean"] == pytest.approx(sum(parts), abs=1e-3)
        assert macro[day]["p10"] <= macro[day]["mean"] <= macro[day]["p90"]
    assert of_home(told, "away")["consumption"]["expected_tomorrow"][
        "mean"
    ] == pytest.approx(3.6, rel=0.1)
    assert told["forecast"]["production"]["households"] == ["New"]
    assert told["groups"]["without_load_shape"] == ["away", "Known", "New"]
    assert told["groups"]["without_similar_homes"] == ["away", "Known", "New"]
    again = await async_overview(wattwise).async_told()
    # It is told every few seconds, and made anew only with a new forecast.
    assert again["forecast"]["consumption"]["forecast"] is macro["forecast"]

    now = dt_util.utcnow()
    for name, severity, minutes in (
        ("Known", AlertSeverity.NOTICE, 1),
        ("New", AlertSeverity.CRITICAL, 60),
        ("away", AlertSeverity.NOTICE, 2),
    ):
        entries[name].runtime_data.alerts.active["x"] = Alert(
            AlertKind.LEFT_ON,
            severity,
            severity,
            f"binary_sensor.{name.lower()}_left_on",
            None,
            now - timedelta(minutes=minutes),
            {},
        )
    told = await async_overview(wattwise).async_told()
    worst = told["alerts"]["worst"]
    assert [one["household"] for one in worst] == ["New", "Known", "away"]
    assert told["alerts"]["count"] == 3
    assert of_home(told, "New")["worst_alert"] == "critical"

    # One that cannot be set up is named; the others are told of as before.
    await wattwise.config_entries.async_unload(entries["away"].entry_id)
    entries["away"].mock_state(wattwise, ConfigEntryState.SETUP_RETRY)
    told = await async_overview(wattwise).async_told()
    assert of_home(told, "away")["notes"] == ["not_at_work"]
    assert told["totals"]["consumption"]["today"]["missing"] == ["away"]
    assert told["forecast"]["consumption"]["households"] == ["Known", "New"]
    assert told["forecast"]["consumption"]["missing"] == [
        {"household": "away", "reason": "loading"}
    ]
    assert told["alerts"]["count"] == 2
    entries["away"].mock_state(wattwise, ConfigEntryState.NOT_LOADED)

    # One that is switched off is not asked for.
    await wattwise.config_entries.async_set_disabled_by(
        entries["away"].entry_id, ConfigEntryDisabler.USER
    )
    told = await async_overview(wattwise).async_told()
    assert [home["household"] for home in told["households"]] == ["Known", "New"]


async def test_homes_without_anything(wattwise: HomeAssistant) -> None:
    """Without households, or with one that has no meters, nothing is made up."""
    told = await async_overview(wattwise).async_told()
    assert told["households"] == []
    assert told["totals"] == {"consumption": None, "production": None}
    assert told["forecast"] == {"consumption": None, "production": None}
    await async_add_household(wattwise, name="Empty")
    told = await async_overview(wattwise).async_told()
    assert of_home(told, "Empty")["notes"] == ["no_meters"]
    assert told["totals"] == {"consumption": None, "production": None}
    roof = push_meter("roof", "Roof", role=MeterRole.PRODUCTION)
    farm = await async_add_household(wattwise, roof, name="Solar farm")
    told = await async_overview(wattwise).async_told()
    assert of_home(told, "Solar farm")["notes"] == ["silent"]
    await tell_power(farm, 4000.0, "Roof")
    await wattwise.async_block_till_done()
    told = await async_overview(wattwise).async_told()
    assert of_home(told, "Solar farm")["notes"] == []
    assert told["totals"]["consumption"] is None
    assert told["totals"]["production"]["power"]["value"] == 4000.0


async def test_a_home_whose_past_cannot_be_read(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Its last sums are not told as if they were true; that home is named as missing."""
    entries = await three_homes(wattwise, freezer)
    (meter,) = entries["Known"].runtime_data.meters.values()
    meter.coordinator.async_set_update_error(HistoryError("away"))
    told = await async_overview(wattwise).async_told()
    assert "sums_not_known" in of_home(told, "Known")["notes"]
    for period in ("today", "this_month"):
        assert of_home(told, "Known")["consumption"][period] is None
        assert told["totals"]["consumption"][period]["missing"] == ["Known"]
    assert "sums_not_known" not in of_home(told, "away")["notes"]

    # Sums of yesterday are no better, whoever forgot to ask.
    await meter.coordinator.async_refresh()
    told = await async_overview(wattwise).async_told()
    assert "sums_not_known" not in of_home(told, "Known")["notes"]
    meter.coordinator.data = replace(
        meter.coordinator.data,
        day_start=meter.coordinator.data.day_start - timedelta(days=1),
    )
    told = await async_overview(wattwise).async_told()
    assert "sums_not_known" in of_home(told, "Known")["notes"]
    assert told["totals"]["consumption"]["today"]["missing"] == ["Known"]
