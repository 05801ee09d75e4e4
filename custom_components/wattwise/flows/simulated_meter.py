"""How meters are added that do not exist."""

from typing import Any
from uuid import uuid4

import probatio

from homeassistant.config_entries import ConfigEntry, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import TextSelector

from ..const import (
    CONF_ENERGY_KIND,
    CONF_INTERVAL,
    CONF_ROLE,
    CONF_SOURCE,
    SOURCE_SIMULATED,
)
from ..metering.profile import EnergyKind, MeterRole
from ..sources.simulated.source import INTERVAL_S
from .meter_steps import MeterSubentryFlow


class SimulatedMeterSteps(MeterSubentryFlow):
    """The steps for meters to try things out with."""

    async def async_step_simulated(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for a name; what it measures is no home's, and must not be mixed in."""
        if self._get_entry().subentries:
            return self.async_abort(reason="simulated_alone")
        return self._simulated("simulated", MeterRole.GRID, user_input)

    async def async_step_simulated_roof(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the name of a roof of the simulated home."""
        if not lacks_roof(self._get_entry()):
            return self.async_abort(reason="household_simulated")
        return self._simulated("simulated_roof", MeterRole.PRODUCTION, user_input)

    def _simulated(
        self, step_id: str, role: MeterRole, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        errors: dict[str, str] = {}
        if user_input is not None:
            name = user_input[CONF_NAME].strip()
            if name:
                return self.async_create_entry(
                    title=name,
                    data={
                        CONF_SOURCE: SOURCE_SIMULATED,
                        CONF_ROLE: role.value,
                        CONF_ENERGY_KIND: EnergyKind.POWER.value,
                        CONF_INTERVAL: INTERVAL_S,
                    },
                    unique_id=uuid4().hex,
                )
            errors[CONF_NAME] = "name_needed"
        return self.async_show_form(
            step_id=step_id,
            data_schema=probatio.Schema({probatio.Required(CONF_NAME): TextSelector()}),
            errors=errors,
        )


def is_simulated(entry: ConfigEntry) -> bool:
    """Whether all of a household is made up."""
    meters = entry.subentries.values()
    return any(meter.data[CONF_SOURCE] == SOURCE_SIMULATED for meter in meters)


def lacks_roof(entry: ConfigEntry) -> bool:
    """Whether a household has a simulated grid meter, and no roof."""
    roles = {meter.data[CONF_ROLE] for meter in entry.subentries.values()}
    return is_simulated(entry) and roles == {MeterRole.GRID.value}
