"""Which models forecast a home, and what is told of them."""

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.wattwise.const import CONF_AWAY, CONF_FORECAST_MODEL
from custom_components.wattwise.diagnostics import async_get_config_entry_diagnostics
from homeassistant.core import HomeAssistant

from .test_forecast import home_of, state


async def test_a_chosen_model_forecasts_the_home(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The model that the options name is in use, and is scored like any other."""
    await home_of(wattwise, freezer, **{CONF_FORECAST_MODEL: "weighted_days"})
    assert state(wattwise, "forecast_method") == "weighted_days"
    assert float(state(wattwise, "forecast_error_of_an_hour")) < 0.2
    assert state(wattwise, "forecast_skill_over_30_days") != "unknown"


async def test_a_removed_model_is_replaced(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without the package that brought it, the automatic choice is in use, and shown."""
    await home_of(wattwise, freezer, days=6, **{CONF_FORECAST_MODEL: "of_a_package"})
    assert "of_a_package" in caplog.text
    assert state(wattwise, "forecast_method") not in {"of_a_package", "unknown"}


async def test_diagnostics_tell_what_was_learned(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Versions of models, the days they learned until, and how they did since."""
    entry = await home_of(wattwise, freezer, **{CONF_AWAY: "person.anna"})
    diagnostics = await async_get_config_entry_diagnostics(wattwise, entry)
    # Who tells whether anybody is at home need not be known by name.
    assert "person.anna" not in str(diagnostics)
    told = diagnostics["forecasts"]["consumption"]
    assert told["drifts"] >= 0
    assert set(told["versions"]) == {"median_regression", "ridge_regression"}
    for versions in told["versions"].values():
        assert 1 <= len(versions) <= 3
        assert [version["speaks"] for version in versions].count(True) == 1
        assert versions[0]["judged_days"] > 0
        assert versions[0]["loss_kwh"] >= 0
