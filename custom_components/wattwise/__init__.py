"""WattWise: home electricity intelligence for Home Assistant."""

from contextlib import suppress
from functools import partial
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .actions import async_setup_actions
from .advice.advice_coordinator import AdviceCoordinator
from .advice.advice_store import AdviceStore
from .alerts.demand.demand_coordinator import async_start_demand
from .alerts.supply.voltage_limits_store import VoltageLimitsStore
from .alerts.telling.alert_announcements import async_announce_alerts
from .alerts.telling.kept_alerts import KeptAlerts
from .anomalies.anomaly_coordinator import (
    AnomalyCoordinator,
    async_forget_anomalies,
)
from .back_filling.back_fill import async_start_back_fill
from .cards.serving import async_serve_cards
from .const import (
    CONF_CURRENCY,
    CONF_INFLUX,
    CONF_KEY_HASH,
    CONF_NETS_PHASES,
    CONF_PHASES,
    CONF_TARIFF,
    DOMAIN,
    LOGGER,
    PROFILE_OPTIONS,
    SUBENTRY_TYPE_METER,
    TARIFF_ENTITY,
    TARIFF_NONE,
)
from .day_types.day_types_coordinator import (
    DayTypesCoordinator,
    async_forget_day_types,
)
from .entity import household_device_info
from .entity_changes import async_follow_entities
from .esphome_discovery import async_setup_esphome_discovery
from .forecasts.covariates import async_forget_covariates
from .forecasts.forecast_coordinator import ForecastCoordinator
from .forecasts.forecast_memory import ForecastMemory
from .forecasts.forecast_statistics import (
    async_forget_forecast_statistics,
    async_publish_forecasts,
)
from .history.database import NewerSchemaError
from .history.errors import HistoryError
from .history.history import History
from .household import DATA_PUSH_KEYS, Household, WattWiseConfigEntry
from .household_settings import HouseholdSettings
from .http import async_register_views
from .influx_export import InfluxExport, async_end_export, async_forget_influx
from .load_shapes.load_shape_coordinator import LoadShapeCoordinator
from .load_undo import async_go_on_undoing
from .meter import Meter
from .prices.bill_forecast import async_follow_bill
from .prices.price_source import PriceSource, async_forget_price_issue
from .provider.overview import async_overview
from .provider.panel import async_serve_panel
from .published_statistics import async_keep_published
from .sensor_repairs import async_forget_sensors
from .shared_history import (
    async_acquire_history,
    async_get_history,
    async_release_history,
)
from .similar_homes.similar_homes_coordinator import SimilarHomesCoordinator
from .sources.push_keys import PushKeys
from .stale_entities import async_is_stale_device, async_remove_stale
from .usage.usage_coordinator import UsageCoordinator
from .websocket import async_setup_websocket

PLATFORMS: Final = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
]

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what all households share: actions, views and the keys of meters."""
    keys: PushKeys[Meter] = PushKeys()
    hass.data[DATA_PUSH_KEYS] = keys
    for entry in hass.config_entries.async_entries(DOMAIN):
        for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_METER):
            if key_hash := subentry.data.get(CONF_KEY_HASH):
                keys.pause(key_hash)
    async_register_views(hass)
    await async_serve_cards(hass)
    await async_serve_panel(hass)
    async_setup_actions(hass)
    async_setup_websocket(hass)
    async_setup_esphome_discovery(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: WattWiseConfigEntry) -> bool:
    """Set up a household."""
    # Before its settings are read, so that no change of them is missed.
    changed = partial(_async_changed, _settings(entry))
    entry.async_on_unload(entry.add_update_listener(changed))
    try:
        history = await async_acquire_history(hass, entry.entry_id)
        household = _household(hass, entry, history)
        try:
            await _async_start(hass, entry, household)
        except BaseException:
            household.async_stop_sources()
            await household.async_stop_asking()
            await async_release_history(hass, entry.entry_id)
            raise
    except NewerSchemaError as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key="newer_schema"
        ) from err
    except HistoryError as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="history_unavailable",
            translation_placeholders={"error": str(err)},
        ) from err
    return True


def _household(
    hass: HomeAssistant, entry: WattWiseConfigEntry, history: History
) -> Household:
    """Return the household of an entry, still without meters."""
    price_id = None
    if entry.options.get(CONF_TARIFF, TARIFF_NONE) != TARIFF_NONE:
        price_id = entry.unique_id
    return Household(
        entry.title,
        entry.data[CONF_CURRENCY],
        entry.data[CONF_PHASES],
        history,
        HouseholdSettings(hass, entry.unique_id or entry.entry_id),
        price_id,
        entry.options.get(CONF_NETS_PHASES),
    )


async def _async_start(
    hass: HomeAssistant, entry: WattWiseConfigEntry, household: Household
) -> None:
    """Bring the household's meters to work on the open history."""
    history, price_id = household.history, household.price_id
    if entry.options.get(CONF_TARIFF) != TARIFF_ENTITY:
        async_forget_price_issue(hass, entry.unique_id or "")
    if price_id:
        prices = PriceSource(hass, entry, household, price_id)
        if stop := await prices.async_start():
            household.stop_sources.append(stop)
    for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_METER):
        meter = Meter(hass, entry, subentry, history, price_id)
        await meter.coordinator.async_config_entry_first_refresh()
        household.meters[subentry.subentry_id] = meter
    limits = VoltageLimitsStore(hass, entry.unique_id or entry.entry_id)
    household.async_set_voltage_limits(await limits.async_load())
    await household.settings.async_load(
        meter.profile.meter_id for meter in household.meters.values()
    )
    await household.alerts.async_load(
        KeptAlerts(hass, entry.unique_id or entry.entry_id)
    )
    await household.async_start_netting(hass, entry)
    if CONF_INFLUX in entry.options:
        household.export = InfluxExport(hass, entry, history)
    entry.runtime_data = household
    _judge_energy(hass, entry, household)
    household.demand = await async_start_demand(hass, entry)
    household.advice = AdviceCoordinator(hass, entry)
    await household.advice.async_load()
    household.bill = async_follow_bill(hass, entry)

    # Meters refer to the household's device as what they are connected through.
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **household_device_info(entry)
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_remove_stale(hass, entry)
    try:
        await _async_start_export(hass, entry, household)
        await _async_start_sources(hass, household)
    except BaseException:
        _pause_keys(hass, household)
        # Otherwise no later attempt could set them up.
        await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
        raise
    entry.async_on_unload(async_follow_entities(hass, entry))
    await async_announce_alerts(hass, entry)
    async_publish_forecasts(hass, entry)
    _follow_energy(entry, household)
    entry.async_on_unload(household.advice.async_follow())
    async_start_back_fill(hass, entry)
    async_keep_published(hass, entry)
    async_go_on_undoing(hass, entry)


@callback
def _judge_energy(
    hass: HomeAssistant, entry: WattWiseConfigEntry, household: Household
) -> None:
    """Prepare what says what energy will be used, and which use was unusual."""
    household.forecast = ForecastCoordinator(hass, entry)
    household.anomalies = AnomalyCoordinator(hass, entry, household.forecast)
    household.day_types = DayTypesCoordinator(hass, entry, household.forecast)
    household.load_shape = LoadShapeCoordinator(hass, entry, household.forecast)
    household.usage = UsageCoordinator(hass, entry)
    household.similar_homes = SimilarHomesCoordinator(hass, entry)


@callback
def _follow_energy(entry: WattWiseConfigEntry, household: Household) -> None:
    """Let them look each hour; none before the entities that show it are there."""
    if household.forecast:
        entry.async_on_unload(household.forecast.async_follow())
    if household.anomalies:
        entry.async_on_unload(household.anomalies.async_follow())
    if household.day_types:
        entry.async_on_unload(household.day_types.async_follow())
    if household.load_shape:
        entry.async_on_unload(household.load_shape.async_follow())
    if household.usage:
        entry.async_on_unload(household.usage.async_follow())
    if household.similar_homes:
        entry.async_on_unload(household.similar_homes.async_follow())


async def _async_start_export(
    hass: HomeAssistant, entry: WattWiseConfigEntry, household: Household
) -> None:
    """Write to InfluxDB what the meters tell from now on, if that is wanted."""
    meters = list(household.meters.values())
    if household.export:
        await household.export.async_start(meters, household.price_id)
    else:
        await async_end_export(hass, entry, household.history, meters)


async def _async_start_sources(hass: HomeAssistant, household: Household) -> None:
    """Begin to read the meters, and let those push that do."""
    for meter in household.meters.values():
        if stop := await meter.async_start_source():
            household.stop_sources.append(stop)
        if meter.key_hash:
            hass.data[DATA_PUSH_KEYS].add(meter.key_hash, meter)


@callback
def _pause_keys(hass: HomeAssistant, household: Household) -> None:
    """Take nothing that meters push for the moment.

    They go on sending while their household is reloaded; they shall keep their
    readings and not be taken for intruders.
    """
    for meter in household.meters.values():
        if meter.key_hash:
            hass.data[DATA_PUSH_KEYS].pause(meter.key_hash)


async def async_unload_entry(hass: HomeAssistant, entry: WattWiseConfigEntry) -> bool:
    """Unload a household; the history is closed with the last one."""
    household = entry.runtime_data
    _pause_keys(hass, household)
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    await household.alerts.async_save()
    await household.settings.async_save()
    _forget_removed_meters(hass, entry, household)
    household.async_stop_sources()
    # Home Assistant itself ends what looks only after the history is closed.
    await household.async_stop_asking()
    try:
        await household.history.flush()
    except HistoryError as err:
        LOGGER.warning("The last readings could not be stored: %s", err)
    await async_release_history(hass, entry.entry_id)
    return True


async def async_remove_entry(hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
    """Forget keys and repairs of a household that is gone; its history is kept."""
    async_forget_price_issue(hass, entry.unique_id or "")
    async_forget_influx(hass, entry.unique_id or "")
    await VoltageLimitsStore(hass, entry.unique_id or entry.entry_id).async_remove()
    await KeptAlerts(hass, entry.unique_id or entry.entry_id).async_remove()
    await HouseholdSettings(hass, entry.unique_id or entry.entry_id).async_remove()
    await ForecastMemory(hass, entry.unique_id or entry.entry_id).async_remove()
    await AdviceStore(hass, entry.unique_id or entry.entry_id).async_remove()
    await async_forget_anomalies(hass, entry.unique_id or entry.entry_id)
    await async_forget_day_types(hass, entry.unique_id or entry.entry_id)
    await async_forget_covariates(hass, entry)
    await async_overview(hass).async_forget(entry)
    # The recorder may be away for long, as while it brings its database up to date.
    hass.async_create_background_task(
        async_forget_forecast_statistics(hass, entry),
        f"{DOMAIN} statistics of {entry.title}",
    )
    if history := async_get_history(hass):
        with suppress(HistoryError):
            await async_end_export(hass, entry, history, [])
    for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_METER):
        async_forget_sensors(hass, subentry.unique_id or "")
        if key_hash := subentry.data.get(CONF_KEY_HASH):
            hass.data[DATA_PUSH_KEYS].remove(key_hash)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: WattWiseConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Let the user delete devices that stand for nothing any more."""
    return async_is_stale_device(hass, entry, device)


def _settings(entry: WattWiseConfigEntry) -> dict[str, Any]:
    """Return the settings and meters that a household is started with."""
    options = {
        key: entry.options[key] for key in entry.options.keys() - PROFILE_OPTIONS
    }
    return {**entry.as_dict(), "modified_at": None, "options": options}


async def _async_changed(
    started_with: dict[str, Any], hass: HomeAssistant, entry: WattWiseConfigEntry
) -> None:
    """Start the household anew after its settings or meters changed.

    For answers about the home its meters need not stop: it is only compared anew.
    """
    if _settings(entry) != started_with:
        hass.config_entries.async_schedule_reload(entry.entry_id)
    elif entry.state is ConfigEntryState.LOADED and entry.runtime_data.similar_homes:
        entry.runtime_data.similar_homes.async_answers_changed()


@callback
def _forget_removed_meters(
    hass: HomeAssistant, entry: WattWiseConfigEntry, household: Household
) -> None:
    """Refuse keys that are not valid any more, and drop repairs of removed meters."""
    meters = entry.get_subentries_of_type(SUBENTRY_TYPE_METER)
    valid = {subentry.data.get(CONF_KEY_HASH) for subentry in meters}
    for meter in household.meters.values():
        if meter.subentry.subentry_id not in entry.subentries:
            async_forget_sensors(hass, meter.profile.meter_id)
        if meter.key_hash and meter.key_hash not in valid:
            hass.data[DATA_PUSH_KEYS].remove(meter.key_hash)
