"""What the flows of all kinds of meters ask."""

from collections.abc import Mapping, Sequence
from typing import Any

import probatio

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..const import CONF_PARENT, CONF_ROLE
from ..metering.profile import MeterRole


class MeterForm:
    """The questions that every meter must answer: name, role and parent."""

    def __init__(
        self, meters: Sequence[ConfigSubentry], own: ConfigSubentry | None = None
    ) -> None:
        """Ask about a meter among those of its household.

        `own` is the meter that is changed; None while a new one is added.
        """
        self._meters = meters
        self._own = own

    @callback
    def fields(self) -> dict[probatio.Marker, Any]:
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
    def known(
        self, name: str | None = None, role: MeterRole | None = None
    ) -> dict[str, Any]:
        """Return what the fields show at first.

        `name` and `role` are what is supposed of a new meter.
        """
        if (meter := self._own) is None:
            known: dict[str, Any] = {CONF_ROLE: (role or self._likely_role()).value}
            return known if name is None else {CONF_NAME: name, **known}
        known = {CONF_NAME: meter.title, CONF_ROLE: meter.data[CONF_ROLE]}
        parent = meter.data.get(CONF_PARENT)
        if any(other.subentry_id == parent for other in self._possible_parents()):
            known[CONF_PARENT] = parent
        return known

    @callback
    def errors(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with a meter's name."""
        name = user_input[CONF_NAME].strip()
        if not name:
            return {CONF_NAME: "name_needed"}
        own = self._own
        if any(
            meter.title.strip().casefold() == name.casefold()
            for meter in self._meters
            if own is None or meter.subentry_id != own.subentry_id
        ):
            return {CONF_NAME: "name_taken"}
        return {}

    def _likely_role(self) -> MeterRole:
        """Return what a new meter measures: the grid comes first."""
        has_grid = any(
            meter.data[CONF_ROLE] == MeterRole.GRID for meter in self._meters
        )
        return MeterRole.APPLIANCE if has_grid else MeterRole.GRID

    def _possible_parents(self) -> list[ConfigSubentry]:
        """Return the meters this one may be a part of: not itself, nor its parts."""
        excluded = {self._own.subentry_id} if self._own else set()
        for _ in self._meters:
            excluded |= {
                meter.subentry_id
                for meter in self._meters
                if meter.data.get(CONF_PARENT) in excluded
            }
        return [meter for meter in self._meters if meter.subentry_id not in excluded]


def identity(user_input: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a meter's title, and the data that say what it is."""
    data: dict[str, Any] = {CONF_ROLE: user_input[CONF_ROLE]}
    if parent := user_input.get(CONF_PARENT):
        data[CONF_PARENT] = parent
    title: str = user_input[CONF_NAME].strip()
    return title, data
