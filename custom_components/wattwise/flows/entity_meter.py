"""How a meter is made of sensors that Home Assistant already has."""

from typing import Any, Final

import probatio

from homeassistant.config_entries import SubentryFlowContext, SubentryFlowResult
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .entity_steps import EntitySteps
from .meter_steps import MeterSubentryFlow
from .suggestions import SuggestedMeter, async_suggest_meters, carriers

CONF_SUGGESTION: Final = "suggestion"
SUGGESTION_NONE: Final = "none"


class EntityMeterSteps(
    EntitySteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    MeterSubentryFlow,
):
    """Add a meter made of entities to a household, and change it."""

    _suggestions: dict[str, SuggestedMeter]

    async def async_step_entities(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Let the user choose a device or source that would make a meter."""
        if user_input is not None:
            suggested = self._suggestions.get(user_input[CONF_SUGGESTION])
            return await self._async_offer_sensors([suggested] if suggested else [])
        taken = self._taken_entities()
        self._suggestions = {
            meter.key: meter
            for meter in await async_suggest_meters(self.hass)
            if not carriers(meter.channels) & taken
        }
        if not self._suggestions:
            return await self._async_offer_sensors([])
        options = [
            SelectOptionDict(value=key, label=_label(meter))
            for key, meter in self._suggestions.items()
        ]
        options.append(SelectOptionDict(value=SUGGESTION_NONE, label=SUGGESTION_NONE))
        schema = probatio.Schema(
            {
                probatio.Required(
                    CONF_SUGGESTION, default=options[0]["value"]
                ): SelectSelector(
                    SelectSelectorConfig(
                        options=options,
                        mode=SelectSelectorMode.DROPDOWN,
                        translation_key=CONF_SUGGESTION,
                    )
                )
            }
        )
        return self.async_show_form(step_id="entities", data_schema=schema)


def _label(meter: SuggestedMeter) -> str:
    """Return how a suggestion is listed: its name and how many sensors it has."""
    mark = "★ " if meter.role else ""
    is_part = meter.device not in {"", meter.name}
    name = f"{meter.device}: {meter.name}" if is_part else meter.name
    return f"{mark}{name} ({len(meter.channels)})"
