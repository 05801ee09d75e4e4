"""A meter that a found device would make, while the user looks at it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import probatio

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_ENERGY_KIND,
    CONF_INTERVAL,
    CONF_ROLE,
    CONF_SOURCE,
    CONF_TURNED,
)
from ..dialects.contract.circuit import Circuit, Formula
from ..dialects.contract.field import Decoded
from ..metering.profile import EnergyKind, MeterRole
from ..metering.quantity import Channel
from ..metering.reading import Reading
from ..sources.device_settings import DeviceSettings
from ..sources.field_assembly import FieldAssembly
from ..sources.found_device import FoundDevice
from .field_use import (
    UNUSED,
    FieldUse,
    corrected,
    crowded_channels,
    fields_to_show,
    possible_uses,
    use_of,
)
from .meter_form import identity
from .meter_steps import new_meter
from .reading_preview import async_preview, async_texts
from .suggestions import is_meter

CONF_FIELD_USE = "field_use"


class FoundMeter:
    """One circuit of a device, with what the user made of it."""

    def __init__(self, found: FoundDevice, circuit: Circuit, name: str) -> None:
        """Take what the dialect supposes; `name` is what the meter may be called."""
        self.name = name
        self.circuit = circuit
        self._found = found
        self._channels: dict[Channel, Formula] | None = None
        self._keys_by_label: dict[str, str] = {}

    @property
    def meter_id(self) -> str:
        """What tells the meter from all others."""
        return self._settings({}).meter_id

    def is_complete(self, role: MeterRole) -> bool:
        """Whether there is power or energy."""
        return is_meter(self._as(role).channels)

    async def async_values(
        self,
        hass: HomeAssistant,
        role: MeterRole | None = None,
        *,
        as_list: bool = False,
    ) -> str:
        """Return what the meter shows at the moment, in one line or a list of lines."""
        readings = _readings(self._found, self._as(role or self.circuit.role).channels)
        if preview := await async_preview(hass, readings, as_list=as_list):
            return preview
        return (await async_texts(hass))[f"{CONF_FIELD_USE}.options.nothing"]

    def described(
        self, answers: Mapping[str, Any], interval_s: float
    ) -> ConfigSubentry:
        """Return the meter as the user described it."""
        circuit = self._as(MeterRole(answers[CONF_ROLE]))
        settings = self._settings(circuit.channels)
        title, data = identity(answers)
        kind = self.circuit.energy_kind
        if not any(channel.is_energy for channel in settings.channels):
            kind = EnergyKind.POWER
        elif kind is EnergyKind.POWER:
            kind = EnergyKind.COUNTER
        data = {
            CONF_SOURCE: self._found.source,
            **data,
            **settings.as_data(),
            **(self._found.endpoint.as_data() if self._found.endpoint else {}),
            CONF_ENERGY_KIND: kind.value,
            CONF_INTERVAL: interval_s,
            **({CONF_TURNED: circuit.turned.value} if circuit.turned else {}),
        }
        return new_meter(title, data, settings.meter_id)

    async def async_use_fields(
        self, hass: HomeAssistant, role: MeterRole
    ) -> dict[probatio.Marker, Any]:
        """Return a form field for each field of the device: what it stands for."""
        texts = await async_texts(hass)
        channels = self._as(role).channels
        guesses = self._guesses(role, channels)
        others = [c.channels for c in self._found.circuits if c.key != self.circuit.key]
        self._keys_by_label = {}
        form: dict[probatio.Marker, Any] = {}
        for key in fields_to_show(self._found.fields, channels, others):
            field = self._found.fields.get(key)
            current = use_of(channels, key) or use_of(guesses, key)
            value = f"{field.value:.10g} {field.unit or ''}" if field else "–"
            label = f"{key} · {value}".rstrip()
            self._keys_by_label[label] = key
            options = [SelectOptionDict(value=UNUSED, label=UNUSED)]
            options += [
                SelectOptionDict(value=use.value, label=_label(texts, use))
                for use in possible_uses(field, current)
            ]
            marker = probatio.Required(
                label, default=current.value if current else UNUSED
            )
            form[marker] = SelectSelector(
                SelectSelectorConfig(
                    options=options,
                    mode=SelectSelectorMode.DROPDOWN,
                    translation_key=CONF_FIELD_USE,
                )
            )
        return form

    def _guesses(
        self, role: MeterRole, channels: Mapping[Channel, Formula]
    ) -> Mapping[Channel, Formula]:
        """Return what the form may suppose of fields that nothing is known of."""
        if self._channels is not None:
            return {}
        guessed = Circuit("", self._found.guesses).of_role(role).channels
        return {c: formula for c, formula in guessed.items() if c not in channels}

    def use(self, answers: Mapping[str, str], role: MeterRole) -> dict[str, str]:
        """Take what the user says of the fields; return what is wrong with it."""
        uses = {
            key: FieldUse.from_value(answers[label])
            for label, key in self._keys_by_label.items()
        }
        channels = corrected(self._as(role).channels, uses)
        crowded = crowded_channels(channels)
        if errors := {
            label: "only_one_field"
            for label, key in self._keys_by_label.items()
            if any(key in channels[channel].keys for channel in crowded)
        }:
            return errors
        if not is_meter(channels):
            return {"base": "power_or_energy_needed_here"}
        if channels != self._as(role).channels:
            self._channels = channels
        return {}

    def _settings(self, channels: Mapping[Channel, Formula]) -> DeviceSettings:
        """Return how the meter is read."""
        return DeviceSettings(
            self._found.identity.key,
            self._found.dialect,
            self._found.address,
            self.circuit.key,
            channels,
        )

    def _as(self, role: MeterRole | None) -> Circuit:
        """Return the circuit as a meter in this role, or as the user corrected it."""
        if self._channels is not None:
            return replace(self.circuit, channels=self._channels, turned=None)
        if role is None or role is self.circuit.role:
            return self.circuit
        return self.circuit.of_role(role)


def _readings(found: FoundDevice, channels: Mapping[Channel, Formula]) -> list[Reading]:
    """Return what the fields that were just told are for a meter."""
    now_ms = int(dt_util.utcnow().timestamp() * 1000)
    told = Decoded(fields=list(found.fields.values()))
    return FieldAssembly(channels).take(told, now_ms)[0]


def _label(texts: Mapping[str, str], use: FieldUse) -> str:
    """Return how a use is called."""
    kind = "reversed" if use.is_reversed else "in_unit" if use.unit else "without_unit"
    return texts[f"{CONF_FIELD_USE}.options.{kind}"].format(
        channel=texts[f"channel.options.{use.channel}"], unit=use.unit
    )
