"""How a meter is added that does not exist."""

from typing import Any
from uuid import uuid4

import probatio

from homeassistant.config_entries import SubentryFlowResult
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
    """The step for a meter to try things out with."""

    async def async_step_simulated(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for a name; what it measures is no home's, and must not be mixed in."""
        if self._get_entry().subentries:
            return self.async_abort(reason="simulated_alone")
        errors: dict[str, str] = {}
        if user_input is not None:
            name = user_input[CONF_NAME].strip()
            if name:
                return self.async_create_entry(
                    title=name,
                    data={
                        CONF_SOURCE: SOURCE_SIMULATED,
                        CONF_ROLE: MeterRole.GRID.value,
                        CONF_ENERGY_KIND: EnergyKind.POWER.value,
                        CONF_INTERVAL: INTERVAL_S,
                    },
                    unique_id=uuid4().hex,
                )
            errors[CONF_NAME] = "name_needed"
        return self.async_show_form(
            step_id="simulated",
            data_schema=probatio.Schema({probatio.Required(CONF_NAME): TextSelector()}),
            errors=errors,
        )
