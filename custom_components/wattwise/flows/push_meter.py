"""How a meter that pushes its readings is connected and changed."""

from functools import cached_property
import json
from typing import Any, Final, override
from uuid import uuid4

import probatio

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.const import SERVER_PORT, UnitOfTime
from homeassistant.core import callback
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
)
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_ENERGY_KIND,
    CONF_INTERVAL,
    CONF_KEY_HASH,
    CONF_SOURCE,
    DEFAULT_INTERVAL_S,
    SOURCE_PUSH,
)
from ..household import DATA_PUSH_KEYS
from ..http import DATA_URL, KEY_HEADER
from ..metering.profile import EnergyKind
from ..sources.push_keys import FirstReading, generate_key, hash_key
from .meter_form import identity
from .meter_steps import MeterSubentryFlow
from .reading_preview import async_preview, newest_of_each

CONF_SKIP: Final = "finish_without_reading"

# What Home Assistant answers to at home unless its owner changed it.
_USUAL_HOST: Final = "homeassistant.local"
_EXAMPLE: Final = json.dumps({"power": 412, "energy_import": 1234.567})

_LONGEST_INTERVAL_S: Final = 86_400
# A counter below this may as well be the energy of one reporting interval.
_SURELY_COUNTED_WH: Final = 100_000.0


class PushMeterSteps(MeterSubentryFlow):
    """The steps for meters that send their readings over HTTP."""

    _pushed: dict[str, Any]
    """What was answered so far."""
    _first: FirstReading
    """What the meter sent while it was waited for."""

    @cached_property
    def _key(self) -> str:
        """The key this flow gives to the meter."""
        return generate_key()

    async def async_step_push(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the meter is."""
        if DATA_PUSH_KEYS not in self.hass.data:
            return self.async_abort(reason="history_unavailable")
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._meter_form.errors(user_input)
            if not errors:
                self._pushed = user_input
                return await self.async_step_connect()
        schema = probatio.Schema({**self._meter_form.fields(), **_interval_field()})
        return self.async_show_form(
            step_id="push",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self._meter_form.known()
            ),
            errors=errors,
        )

    async def async_step_connect(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the key once, and wait until the meter has used it."""
        keys, key_hash = self.hass.data[DATA_PUSH_KEYS], hash_key(self._key)
        keys.wait_for_first(key_hash)
        errors: dict[str, str] = {}
        if user_input is not None:
            first = keys.first_reading(key_hash)
            if first and first.readings:
                self._first = first
                return await self.async_step_energy()
            if user_input[CONF_SKIP]:
                return await self.async_step_energy_unseen()
            errors["base"] = "nothing_readable" if first else "nothing_arrived"
        return self.async_show_form(
            step_id="connect",
            data_schema=probatio.Schema(
                {probatio.Required(CONF_SKIP, default=False): BooleanSelector()}
            ),
            errors=errors,
            description_placeholders=self._connection(),
        )

    async def async_step_energy(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what arrived, and ask how the meter tells its energy."""
        if user_input is not None:
            return self._create_push_meter(user_input)
        age = dt_util.utcnow() - self._first.received_at
        return self.async_show_form(
            step_id="energy",
            data_schema=probatio.Schema(_energy_kind_field(_likely_kind(self._first))),
            description_placeholders={
                "seconds": f"{age.total_seconds():.0f}",
                "preview": await async_preview(self.hass, self._first.readings),
            },
        )

    async def async_step_energy_unseen(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask how a meter tells its energy that has not sent anything yet."""
        if user_input is not None:
            return self._create_push_meter(user_input)
        return self.async_show_form(
            step_id="energy_unseen",
            data_schema=probatio.Schema(_energy_kind_field(EnergyKind.COUNTER)),
        )

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change everything about a pushing meter but its key."""
        meter = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._meter_form.errors(user_input)
            if not errors:
                title, data = identity(user_input)
                return self.async_update_and_abort(
                    self._get_entry(),
                    meter,
                    title=title,
                    data={
                        CONF_SOURCE: SOURCE_PUSH,
                        **data,
                        CONF_KEY_HASH: meter.data[CONF_KEY_HASH],
                        CONF_ENERGY_KIND: user_input[CONF_ENERGY_KIND],
                        CONF_INTERVAL: int(user_input[CONF_INTERVAL]),
                    },
                )
        kind = EnergyKind(meter.data[CONF_ENERGY_KIND])
        schema = probatio.Schema(
            {
                **self._meter_form.fields(),
                **_interval_field(),
                **_energy_kind_field(kind),
            }
        )
        known = {CONF_INTERVAL: meter.data[CONF_INTERVAL], **self._meter_form.known()}
        return self.async_show_form(
            step_id="settings",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or known
            ),
            errors=errors,
        )

    async def async_step_rotate_key(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show a new key once; the old one is valid until this is confirmed."""
        keys, key_hash = self.hass.data.get(DATA_PUSH_KEYS), hash_key(self._key)
        if user_input is not None:
            if keys:
                keys.pause(key_hash)
            return self.async_update_and_abort(
                self._get_entry(),
                self._get_reconfigure_subentry(),
                data_updates={CONF_KEY_HASH: key_hash},
            )
        if keys:
            # Who enters the key into the meter first is no intruder.
            keys.wait_for_first(key_hash)
        return self.async_show_form(
            step_id="rotate_key",
            data_schema=probatio.Schema({}),
            description_placeholders=self._connection(),
        )

    @callback
    @override
    def async_remove(self) -> None:
        """Stop listening for the meter, whether it was created or given up."""
        if keys := self.hass.data.get(DATA_PUSH_KEYS):
            keys.stop_waiting(hash_key(self._key))

    @callback
    def _create_push_meter(self, user_input: dict[str, Any]) -> SubentryFlowResult:
        """Create the meter as it was described."""
        title, data = identity(self._pushed)
        # The meter may push before its household is loaded anew.
        self.hass.data[DATA_PUSH_KEYS].pause(hash_key(self._key))
        return self.async_create_entry(
            title=title,
            data={
                CONF_SOURCE: SOURCE_PUSH,
                **data,
                CONF_KEY_HASH: hash_key(self._key),
                CONF_ENERGY_KIND: user_input[CONF_ENERGY_KIND],
                CONF_INTERVAL: int(self._pushed[CONF_INTERVAL]),
            },
            unique_id=uuid4().hex,
        )

    @callback
    def _connection(self) -> dict[str, str]:
        """Return what someone needs to know to make a device push."""
        try:
            base = get_url(self.hass)
        except NoURLAvailableError:
            api = self.hass.config.api
            scheme = "https" if api and api.use_ssl else "http"
            base = f"{scheme}://{_USUAL_HOST}:{api.port if api else SERVER_PORT}"
        url = f"{base}{DATA_URL}"
        return {
            "url": url,
            "header": KEY_HEADER,
            "key": self._key,
            "example": _EXAMPLE,
            "command": (
                f"curl {url} \\\n"
                f"  -H '{KEY_HEADER}: {self._key}' \\\n"
                "  -H 'Content-Type: application/json' \\\n"
                f"  -d '{_EXAMPLE}'"
            ),
        }


def _interval_field() -> dict[probatio.Marker, Any]:
    """Return the form field for the time between two readings."""
    return {
        probatio.Required(CONF_INTERVAL, default=DEFAULT_INTERVAL_S): NumberSelector(
            NumberSelectorConfig(
                min=1,
                max=_LONGEST_INTERVAL_S,
                step=1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfTime.SECONDS,
            )
        )
    }


def _energy_kind_field(default: EnergyKind) -> dict[probatio.Marker, Any]:
    """Return the form field for how a meter tells its energy."""
    return {
        probatio.Required(CONF_ENERGY_KIND, default=default.value): SelectSelector(
            SelectSelectorConfig(
                options=[kind.value for kind in EnergyKind],
                translation_key=CONF_ENERGY_KIND,
            )
        )
    }


def _likely_kind(first: FirstReading) -> EnergyKind:
    """Judge by its first reading how a meter tells its energy."""
    energies = [
        reading.value
        for reading in newest_of_each(first.readings)
        if reading.channel.is_energy
    ]
    if not energies:
        return EnergyKind.POWER
    if max(energies) >= _SURELY_COUNTED_WH:
        return EnergyKind.COUNTER
    return EnergyKind.INTERVAL
