"""How a meter is added to a household, and changed."""

from typing import Any

from homeassistant.config_entries import SubentryFlowResult

from ..const import CONF_SOURCE, SOURCE_ENTITIES
from .entity_meter import EntityMeterSteps
from .push_meter import PushMeterSteps


class MeterFlow(PushMeterSteps, EntityMeterSteps):
    """Add a meter that pushes or one made of entities, and change either."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask where the readings come from."""
        return self.async_show_menu(step_id="user", menu_options=["push", "entities"])

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a meter of either kind."""
        if self._get_reconfigure_subentry().data[CONF_SOURCE] == SOURCE_ENTITIES:
            return await self.async_step_channels()
        return self.async_show_menu(
            step_id="reconfigure", menu_options=["settings", "rotate_key"]
        )
