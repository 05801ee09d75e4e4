"""The price of electricity over time, kept in the history like any reading."""

from typing import Final

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_PRICE,
    CONF_PRICE_ENTITY,
    CONF_TARIFF,
    DOMAIN,
    TARIFF_FLAT,
    TARIFF_TIME_OF_USE,
)
from ..entity_reference import referenced_entity
from ..household import Household, WattWiseConfigEntry
from ..metering.profile import MeterProfile
from ..metering.quantity import Channel
from ..metering.reading import Reading
from .clock_prices import ClockPrices
from .price_units import price_factor

_ISSUE_UNUSABLE: Final = "price_entity_unusable"


@callback
def async_forget_price_issue(hass: HomeAssistant, price_id: str) -> None:
    """Delete the repair about a price entity that is not used any more."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(price_id))


class PriceSource:
    """Notes the household's price: the flat one, or one that changes whenever it does."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        household: Household,
        price_id: str,
    ) -> None:
        """Note a household's prices in its history under `price_id`."""
        self._hass = hass
        self._entry = entry
        self._options = entry.options
        self._household = household.name
        self._currency = household.currency
        self._profile = MeterProfile(price_id)
        self._history = household.history

    async def async_start(self) -> CALLBACK_TYPE | None:
        """Note the price now and, unless it is the same at all times, whenever it changes."""
        await self._history.add_meter(self._profile.meter_id, self._household)
        stop: CALLBACK_TYPE | None
        if self._options[CONF_TARIFF] == TARIFF_TIME_OF_USE:
            stop = await ClockPrices(
                self._hass, self._entry, self._history, self._profile
            ).async_start()
        else:
            stop = self._follow()
        await self._history.flush()
        return stop

    @callback
    def _follow(self) -> CALLBACK_TYPE | None:
        if self._options[CONF_TARIFF] == TARIFF_FLAT:
            self._note(self._options[CONF_PRICE])
            return None
        reference = self._options[CONF_PRICE_ENTITY]
        entity_id = referenced_entity(self._hass, reference)
        if entity_id is None:
            self._report_usable(reference, usable=False)
            return None
        if state := self._hass.states.get(entity_id):
            self._note_state(state)
        return async_track_state_change_event(self._hass, entity_id, self._changed)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        if state := event.data["new_state"]:
            self._note_state(state)

    def _note_state(self, state: State) -> None:
        if state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
            return
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        factor = price_factor(unit, self._currency)
        try:
            price = float(state.state)
        except ValueError:
            price, factor = 0.0, None
        self._report_usable(state.name, usable=factor is not None)
        if factor is not None:
            self._note(price * factor)

    def _report_usable(self, entity: str, *, usable: bool) -> None:
        """Tell the user when costs cannot be counted, and when they can again."""
        issue_id = _issue_id(self._profile.meter_id)
        if usable:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=_ISSUE_UNUSABLE,
            translation_placeholders={"entity": entity, "currency": self._currency},
        )

    def _note(self, price: float) -> None:
        now_ms = int(dt_util.utcnow().timestamp() * 1000)
        self._history.enqueue(self._profile, Reading(Channel.PRICE, now_ms, price))


def _issue_id(price_id: str) -> str:
    return f"{_ISSUE_UNUSABLE}_{price_id}"
