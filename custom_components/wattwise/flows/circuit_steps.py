"""The step that asks which circuits of a device shall be meters."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import probatio

from homeassistant.data_entry_flow import FlowContext, FlowResult
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .meter_steps import MeterSteps

CONF_CIRCUITS: Final = "circuits"


class CircuitSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](MeterSteps[ContextT, ResultT, HandlerT]):
    """Let the user choose among the circuits of a device, however it is read."""

    _circuits_of: str
    """What the device is called."""
    _circuit_labels: Mapping[str, str]
    """How each circuit is listed, by what tells it from the others."""
    _go_on_with: Callable[[list[str]], Awaitable[ResultT]]
    """What comes next, with the circuits that were chosen."""

    async def _async_choose_circuits(
        self,
        device: str,
        labels: Mapping[str, str],
        go_on: Callable[[list[str]], Awaitable[ResultT]],
    ) -> ResultT:
        """Ask which circuits shall be meters, and go on with those chosen."""
        self._circuits_of, self._circuit_labels = device, labels
        self._go_on_with = go_on
        return await self.async_step_circuits()

    async def async_step_circuits(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Let the user choose which circuits of a device shall be meters."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if chosen := user_input[CONF_CIRCUITS]:
                return await self._go_on_with(chosen)
            errors[CONF_CIRCUITS] = "choose_a_circuit"
        options = [
            SelectOptionDict(value=key, label=label)
            for key, label in self._circuit_labels.items()
        ]
        return self.async_show_form(
            step_id="circuits",
            data_schema=probatio.Schema(
                {
                    probatio.Required(
                        CONF_CIRCUITS, default=list(self._circuit_labels)
                    ): SelectSelector(
                        SelectSelectorConfig(
                            options=options,
                            multiple=True,
                            mode=SelectSelectorMode.LIST,
                        )
                    )
                }
            ),
            errors=errors,
            description_placeholders={"device": self._circuits_of},
        )
