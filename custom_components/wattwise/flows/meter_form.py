"""What the flows of all kinds of meters ask."""

from typing import Any

import probatio

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentry,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..const import CONF_PARENT, CONF_ROLE, SUBENTRY_TYPE_METER
from ..metering.profile import MeterRole


class MeterForm(ConfigSubentryFlow):
    """The questions that every meter must answer: name, role and parent."""

    @property
    def _reconfigured(self) -> ConfigSubentry | None:
        """The meter that is being changed; None while a new one is added."""
        if self.source != SOURCE_RECONFIGURE:
            return None
        return self._get_reconfigure_subentry()

    @callback
    def _identity_fields(self) -> dict[probatio.Marker, Any]:
        """Return the form fields for name, role and, if there is any, parent."""
        fields: dict[probatio.Marker, Any] = {
            probatio.Required(CONF_NAME): TextSelector(),
            probatio.Required(CONF_ROLE): SelectSelector(
                SelectSelectorConfig(
                    options=[role.value for role in MeterRole],
                    translation_key=CONF_ROLE,
                )
            ),
        }
        if parents := self._possible_parents():
            fields[probatio.Optional(CONF_PARENT)] = SelectSelector(
                SelectSelectorConfig(
                    options=[
                        SelectOptionDict(value=meter.subentry_id, label=meter.title)
                        for meter in parents
                    ],
                    mode=SelectSelectorMode.DROPDOWN,
                )
            )
        return fields

    @callback
    def _known_identity(self) -> dict[str, Any]:
        """Return what the identity fields show at first."""
        if (meter := self._reconfigured) is None:
            has_grid = any(
                other.data[CONF_ROLE] == MeterRole.GRID for other in self._meters()
            )
            role = MeterRole.APPLIANCE if has_grid else MeterRole.GRID
            return {CONF_ROLE: role.value}
        known = {CONF_NAME: meter.title, CONF_ROLE: meter.data[CONF_ROLE]}
        parent = meter.data.get(CONF_PARENT)
        if any(other.subentry_id == parent for other in self._possible_parents()):
            known[CONF_PARENT] = parent
        return known

    @callback
    def _identity_errors(self, user_input: dict[str, Any]) -> dict[str, str]:
        """Return what is wrong with a meter's name."""
        name = user_input[CONF_NAME].strip()
        if not name:
            return {CONF_NAME: "name_needed"}
        own = self._reconfigured
        if any(
            meter.title.strip().casefold() == name.casefold()
            for meter in self._meters()
            if own is None or meter.subentry_id != own.subentry_id
        ):
            return {CONF_NAME: "name_taken"}
        return {}

    @callback
    def _meters(self) -> list[ConfigSubentry]:
        """Return all meters of this household."""
        return self._get_entry().get_subentries_of_type(SUBENTRY_TYPE_METER)

    @callback
    def _possible_parents(self) -> list[ConfigSubentry]:
        """Return the meters this one may be a part of: not itself, nor its parts."""
        meters = self._meters()
        excluded = {own.subentry_id} if (own := self._reconfigured) else set()
        for _ in meters:
            excluded |= {
                meter.subentry_id
                for meter in meters
                if meter.data.get(CONF_PARENT) in excluded
            }
        return [meter for meter in meters if meter.subentry_id not in excluded]


def identity(user_input: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a meter's title, and the data that say what it is."""
    data: dict[str, Any] = {CONF_ROLE: user_input[CONF_ROLE]}
    if parent := user_input.get(CONF_PARENT):
        data[CONF_PARENT] = parent
    title: str = user_input[CONF_NAME].strip()
    return title, data
