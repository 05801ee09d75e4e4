"""All that the view over several homes tells, to administrators only."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..analytics.forecasting.expectation import Expected
from ..const import DOMAIN
from ..forecasts.found_outlook import NoOutlook
from ..household import WattWiseConfigEntry
from .home_view import SERIES, HomeView, SeriesView, home_views
from .macro_forecast import MacroForecast
from .shape_keeper import ShapeKeeper
from .told_groups import told_groups
from .totals import totals
from .worst_alerts import worst_alerts

DATA_OVERVIEW: HassKey[ProviderOverview] = HassKey(f"{DOMAIN}_provider_overview")


class ProviderOverview:
    """Tells of all households of the installation. Who asks is for callers to check."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Tell of the households of an installation."""
        self._hass = hass
        self._forecast = MacroForecast(hass)
        self.shapes: Final = ShapeKeeper(hass)

    @callback
    def async_households(self) -> list[WattWiseConfigEntry]:
        """Return the households that are not switched off, by their names."""
        entries = self._hass.config_entries.async_entries(DOMAIN)
        return sorted(
            (entry for entry in entries if not entry.disabled_by),
            key=lambda entry: (entry.title.casefold(), entry.entry_id),
        )

    async def async_look_at_shapes(self) -> None:
        """Group the homes by their load shapes, if anything is new of them."""
        await self.shapes.async_look(self.async_households())

    async def async_forget(self, entry: ConfigEntry) -> None:
        """Forget a household that is gone; with the last one, all that was kept."""
        entries = self._hass.config_entries.async_entries(DOMAIN)
        if all(other is entry for other in entries):
            await self.shapes.async_forget()

    async def async_told(self) -> dict[str, Any]:
        """Return the overview as clients read it."""
        await self.shapes.async_load()
        homes = self._async_homes()
        while not self._forecast.async_knows(homes):
            await self._forecast.async_add_up(homes)
            # A household may have been unloaded meanwhile, or have a new forecast.
            homes = self._async_homes()
        return {
            "made": dt_util.now().isoformat(),
            "totals": totals(homes),
            "forecast": self._forecast.async_told(homes),
            "households": [_home(home) for home in homes],
            "groups": told_groups(homes, self.shapes),
            "alerts": worst_alerts(self._hass, homes),
        }

    @callback
    def _async_homes(self) -> list[HomeView]:
        return home_views(self.async_households(), dt_util.utcnow())


@callback
def async_overview(hass: HomeAssistant) -> ProviderOverview:
    """Return the overview of the installation; there is one from the first asking on."""
    if DATA_OVERVIEW not in hass.data:
        hass.data[DATA_OVERVIEW] = ProviderOverview(hass)
    return hass.data[DATA_OVERVIEW]


def _home(home: HomeView) -> dict[str, Any]:
    alerts = home.household.alerts.active.values() if home.household else ()
    worst = max(
        (alert.severity for alert in alerts), key=lambda s: s.rank, default=None
    )
    return {
        "config_entry_id": home.entry.entry_id,
        "household": home.entry.title,
        "notes": [note.value for note in home.notes],
        "alerts": len(alerts),
        "worst_alert": worst.value if worst else None,
        **{
            series: _series(view) if (view := home.series.get(series)) else None
            for series in SERIES
        },
    }


def _series(view: SeriesView) -> dict[str, Any]:
    outlook = None if isinstance(view.outlook, NoOutlook) else view.outlook
    return {
        "power": view.power_w,
        "today": view.today_kwh,
        "this_month": view.this_month_kwh,
        "expected_today": _expected(outlook.today) if outlook else None,
        "expected_tomorrow": _expected(outlook.tomorrow) if outlook else None,
    }


def _expected(energy: Expected) -> dict[str, float]:
    """Return an energy [kWh] with its band of 80 %."""
    return {
        "mean": round(energy.mean, 4),
        "p10": round(energy.at(0.1), 4),
        "p90": round(energy.at(0.9), 4),
    }
