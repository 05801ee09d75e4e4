"""The steps that make meters of a device that was found."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import probatio

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowContext, FlowResult
from homeassistant.helpers.selector import BooleanSelector

from ..const import CONF_ROLE
from ..dialects import all_dialects
from ..dialects.contract.circuit import Circuit
from ..dialects.contract.dialect import Dialect
from ..metering.profile import MeterRole
from ..sources.found_device import FoundDevice
from .circuit_steps import CircuitSteps
from .found_meter import FoundMeter
from .known_devices import taken_ids

CONF_ADJUST: Final = "adjust"
# Devices tell by MQTT when they like, usually within a minute or five.
_MQTT_INTERVAL_S: Final = 60.0


class DeviceSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](CircuitSteps[ContextT, ResultT, HandlerT]):
    """The steps from a found device to the description of its meters."""

    _found: FoundDevice
    _open: list[FoundMeter]
    """The meters that are still to be described, the next one first."""
    _answers: dict[str, Any] | None
    """What was said of the next one so far."""

    async def _async_offer(self, found: FoundDevice) -> ResultT:
        """Go on with a device that has circuits which are no meters yet."""
        self._found = found
        self._new_meters = []
        self._open = free_meters(self.hass, found)
        self._answers = None
        if not self._open:
            return self.async_abort(reason="already_a_meter")
        if len(self._open) > 1:
            labels = {
                meter.circuit.key: f"{meter.name}: {await meter.async_values(self.hass)}"
                for meter in self._open
            }
            name = found.identity.name
            return await self._async_choose_circuits(name, labels, self._async_chosen)
        return await self.async_step_found_meter()

    async def _async_chosen(self, keys: list[str]) -> ResultT:
        """Go on with the circuits that shall be meters."""
        self._open = [meter for meter in self._open if meter.circuit.key in keys]
        return await self.async_step_found_meter()

    async def async_step_found_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Show what a new meter tells, and ask what it is."""
        return await self._async_describe("found_meter", user_input)

    async def _async_describe(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ResultT:
        """Ask what the next meter is; `step_id` tells which texts fit."""
        meter, form = self._open[0], self._meter_form
        errors: dict[str, str] = {}
        if user_input is not None:
            self._answers = {k: v for k, v in user_input.items() if k != CONF_ADJUST}
            errors = form.errors(user_input)
            role = MeterRole(user_input[CONF_ROLE])
            if not errors and user_input[CONF_ADJUST]:
                return await self.async_step_mapping()
            if not errors and not meter.is_complete(role):
                errors = {CONF_ADJUST: "field_of_power_or_energy_needed"}
            if not errors:
                return await self._async_described(meter, user_input)
        known = self._answers or form.known(meter.name, meter.circuit.role)
        role = MeterRole(known[CONF_ROLE])
        values = await meter.async_values(self.hass, role, as_list=True)
        # Still here after an error, not when the mapping is done.
        wants_mapping = user_input is not None and user_input[CONF_ADJUST]
        schema = probatio.Schema(
            {
                **form.fields(),
                probatio.Required(
                    CONF_ADJUST, default=wants_mapping or not meter.is_complete(role)
                ): BooleanSelector(),
            }
        )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, known),
            errors=errors,
            description_placeholders={"meter": meter.name, "values": values},
        )

    async def _async_described(
        self, meter: FoundMeter, answers: Mapping[str, Any]
    ) -> ResultT:
        """Go on with the next circuit, or finish after the last."""
        interval_s = await self._async_interval()
        self._new_meters.append(meter.described(answers, interval_s))
        del self._open[0]
        self._answers = None
        if self._open:
            return await self.async_step_found_meter()
        meters, self._new_meters = self._new_meters, []
        return await self._async_take_meters(meters)

    async def _async_interval(self) -> float:
        """Return how often the device tells or is asked [s]."""
        dialect = (await async_dialects(self.hass)).get(self._found.dialect)
        if self._found.endpoint and dialect and dialect.http:
            return dialect.http.interval_s
        return _MQTT_INTERVAL_S

    async def async_step_mapping(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Show each field of the device, and let the user say what it stands for."""
        assert self._answers is not None
        meter, role = self._open[0], MeterRole(self._answers[CONF_ROLE])
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = meter.use(user_input, role)
            if not errors:
                return await self._async_mapped()
        schema = probatio.Schema(await meter.async_use_fields(self.hass, role))
        return self.async_show_form(
            step_id="mapping",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders={"meter": meter.name},
        )

    async def _async_mapped(self) -> ResultT:
        """Show what came out of the user's corrections."""
        return await self.async_step_found_meter()


def problem_of(hass: HomeAssistant, found: FoundDevice) -> str | None:
    """Return the key of the error that keeps a device from making a meter."""
    if not found.circuits:
        return "measures_nothing"
    return None if free_meters(hass, found) else "already_a_meter"


def with_some_circuit(found: FoundDevice) -> FoundDevice:
    """Return a device that told something, as one whose meter the user explains."""
    if found.circuits or not found.fields:
        return found
    return replace(found, circuits=(Circuit("", {}),))


def free_meters(hass: HomeAssistant, found: FoundDevice) -> list[FoundMeter]:
    """Return the circuits of a device that are no meters yet, of any household."""
    taken = taken_ids(hass)
    several = len(found.circuits) > 1
    meters = []
    for number, circuit in enumerate(found.circuits, start=1):
        name = circuit.name or found.identity.name
        if several and not circuit.name:
            name = f"{name} {number}"
        meters.append(FoundMeter(found, circuit, name))
    return [meter for meter in meters if meter.meter_id not in taken]


async def async_values_of(
    hass: HomeAssistant, found: FoundDevice, *, as_list: bool = False
) -> str:
    """Return what a device tells, as text: one line for each of several circuits.

    A single one is told in one line, or in a list with a line for each value.
    """
    meters = free_meters(hass, found)
    if len(meters) == 1:
        return await meters[0].async_values(hass, as_list=as_list)
    return "\n".join(
        [f"- {meter.name}: {await meter.async_values(hass)}" for meter in meters]
    )


async def async_dialects(hass: HomeAssistant) -> dict[str, Dialect]:
    """Return the dialects by name without reading the disk in the event loop."""
    return await hass.async_add_import_executor_job(all_dialects)
