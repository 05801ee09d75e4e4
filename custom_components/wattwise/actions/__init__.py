"""The actions WattWise offers to automations and scripts."""

from typing import Final

from homeassistant.core import HomeAssistant, SupportsResponse, callback
from homeassistant.helpers.service import async_register_admin_service

from ..const import DOMAIN
from . import (
    advice_actions,
    anomaly_actions,
    compare_action,
    export_action,
    forecast_action,
    gap_action,
    history_action,
    import_action,
    power_quality_action,
    provider_action,
    resend_action,
    simulate_action,
    statistics_actions,
    tariff_action,
    undo_action,
    usage_action,
    window_action,
)

# Those that change something are for administrators only.
_CHANGING: Final = (
    ("import_history", import_action.async_import_history, import_action.SCHEMA),
    ("export_history", export_action.async_export_history, export_action.SCHEMA),
    ("undo_import", undo_action.async_undo_import, undo_action.UNDO_SCHEMA),
    ("resend_to_influxdb", resend_action.async_resend, resend_action.SCHEMA),
    (
        "dismiss_advice",
        advice_actions.async_dismiss_advice,
        advice_actions.DISMISS_SCHEMA,
    ),
    ("snooze_advice", advice_actions.async_snooze_advice, advice_actions.SNOOZE_SCHEMA),
    ("mark_normal", anomaly_actions.async_mark_normal, anomaly_actions.MARK_SCHEMA),
    ("simulate", simulate_action.async_simulate, simulate_action.SCHEMA),
    (
        "back_fill",
        statistics_actions.async_load_back_fill,
        statistics_actions.BACK_FILL_SCHEMA,
    ),
    (
        "clear_imported_statistics",
        statistics_actions.async_clear_imported,
        statistics_actions.CLEAR_SCHEMA,
    ),
)
# What tells of all homes is no business of those who live in one of them. A comparison
# gives away what was answered about a family: of each answer it tells what it moves.
_OVERSEEING: Final = (
    ("compare", compare_action.async_compare, compare_action.SCHEMA),
    (
        "get_provider_overview",
        provider_action.async_get_provider_overview,
        provider_action.SCHEMA,
    ),
)
_ASKING: Final = (
    ("compare_tariffs", tariff_action.async_compare_tariffs, tariff_action.SCHEMA),
    ("get_advice", advice_actions.async_get_advice, advice_actions.GET_SCHEMA),
    ("find_window", window_action.async_find_window, window_action.SCHEMA),
    ("get_anomalies", anomaly_actions.async_get_anomalies, anomaly_actions.GET_SCHEMA),
    ("get_forecast", forecast_action.async_get_forecast, forecast_action.SCHEMA),
    ("get_history", history_action.async_get_history, history_action.SCHEMA),
    ("get_gaps", gap_action.async_get_gaps, gap_action.SCHEMA),
    (
        "get_power_quality",
        power_quality_action.async_get_power_quality,
        power_quality_action.SCHEMA,
    ),
    (
        "get_usage_statistics",
        usage_action.async_get_usage_statistics,
        usage_action.SCHEMA,
    ),
    ("get_imports", undo_action.async_get_imports, undo_action.LIST_SCHEMA),
)


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register the actions, for all households at once."""
    for name, action, schema in _CHANGING:
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            action,
            schema=schema,
            supports_response=SupportsResponse.OPTIONAL,
        )
    for name, action, schema in _OVERSEEING:
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            action,
            schema=schema,
            supports_response=SupportsResponse.ONLY,
        )
    for name, action, schema in _ASKING:
        hass.services.async_register(
            DOMAIN,
            name,
            action,
            schema=schema,
            supports_response=SupportsResponse.ONLY,
        )
