"""The step that asks how long readings are kept."""

from functools import partial
import time
from typing import Any, Final

import probatio

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)

from ..const import CONF_KEEP_READINGS_DAYS, CONF_KEEP_SLOTS_MONTHS
from ..history.errors import HistoryError
from ..history.readings.footprint import footprint
from ..history.readings.retention import Retention
from ..history_upkeep import retention_of
from ..shared_history import async_get_history

_MEGABYTE: Final = 1_000_000


class RetentionSteps(OptionsFlow):
    """Keep readings for days, and 5-minute values for months."""

    async def async_step_retention(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how long readings are kept, and say what they take."""
        errors: dict[str, str] = {}
        options = self.config_entry.options
        if user_input is not None:
            chosen = {key: int(number) for key, number in user_input.items()}
            errors = _problems(retention_of(chosen))
            if not errors:
                return self.async_create_entry(data={**options, **chosen})
        history = async_get_history(self.hass)
        if history is None:
            return self.async_abort(reason="history_unavailable")
        now_ms = time.time_ns() // 1_000_000
        try:
            sizes = await history.ask(partial(footprint, now_ms=now_ms))
        except HistoryError:
            return self.async_abort(reason="history_unavailable")
        kept = retention_of(options)
        return self.async_show_form(
            step_id="retention",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(
                    {
                        probatio.Required(CONF_KEEP_READINGS_DAYS): _number(),
                        probatio.Required(CONF_KEEP_SLOTS_MONTHS): _number(),
                    }
                ),
                user_input
                or {
                    CONF_KEEP_READINGS_DAYS: kept.readings_days,
                    CONF_KEEP_SLOTS_MONTHS: kept.slots_months,
                },
            ),
            errors=errors,
            description_placeholders={
                "size": _megabytes(sizes.total),
                "readings": _megabytes(sizes.readings_of_a_day),
                "slots": _megabytes(sizes.slots_of_a_day),
            },
        )


def _problems(chosen: Retention) -> dict[str, str]:
    """Return what cannot be done, by field."""
    if chosen.is_too_short:
        return {CONF_KEEP_READINGS_DAYS: "keep_a_week"}
    if chosen.drops_slots_first:
        return {CONF_KEEP_SLOTS_MONTHS: "keep_slots_longer"}
    return {}


def _number() -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(min=0, max=36_500, step=1, mode=NumberSelectorMode.BOX)
    )


def _megabytes(size: int) -> str:
    if 0 < size < _MEGABYTE / 20:
        return "< 0.1 MB"
    return f"{size / _MEGABYTE:.1f} MB"
