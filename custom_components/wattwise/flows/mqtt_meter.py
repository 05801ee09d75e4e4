"""How a meter is added that sends its readings over MQTT."""

from asyncio import Task
from collections.abc import Iterable
from typing import Any, Final

import probatio

from homeassistant.config_entries import SubentryFlowContext, SubentryFlowResult
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..sources.device_errors import DeviceError, MqttUnavailableError
from ..sources.found_device import FoundDevice
from ..sources.mqtt.listen import async_listen_topic
from ..sources.mqtt.search import async_search_mqtt
from .device_problems import problem_key
from .device_steps import (
    DeviceSteps,
    async_values_of,
    problem_of,
    with_some_circuit,
)
from .known_devices import async_is_made_of_entities
from .meter_steps import MeterSubentryFlow

CONF_FOUND_DEVICE: Final = "found_device"
CONF_TOPIC: Final = "topic"
FOUND_AGAIN: Final = "again"
FOUND_NONE: Final = "none"
# Most meters tell within this time; those that tell once in five minutes are asked
# to introduce themselves at once.
LISTEN_SECONDS: Final = 20
_WILDCARDS: Final = frozenset("+#\0")


class MqttMeterSteps(
    DeviceSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    MeterSubentryFlow,
):
    """Find meters on the broker, or take a topic."""

    _search: Task[list[FoundDevice]] | None = None
    _listening: Task[FoundDevice] | None = None
    _heard: dict[str, FoundDevice] | None = None
    """The devices that may be chosen, by key; None without a broker."""
    _topic: str = ""
    _topic_error: str | None = None

    async def async_step_mqtt(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Listen for meters."""
        if self._search is None:
            self._search = self._async_begin(
                async_search_mqtt(
                    self.hass,
                    LISTEN_SECONDS,
                    on_progress=self.async_update_progress,
                    is_wanted=None if self._heard else self._is_choice,
                ),
                "search for MQTT meters",
            )
        if not self._search.done():
            return self.async_show_progress(
                step_id="mqtt",
                progress_action="search",
                description_placeholders={"seconds": str(LISTEN_SECONDS)},
                progress_task=self._search,
            )
        search, self._search = self._search, None
        try:
            self._heard = self._choices(search.result())
        except MqttUnavailableError:
            self._heard = None
        return self.async_show_progress_done(next_step_id="mqtt_found")

    def _choices(self, devices: Iterable[FoundDevice]) -> dict[str, FoundDevice]:
        """Return the devices that are no meters yet, by key in order of names."""
        return {
            device.identity.key: device
            for device in sorted(devices, key=lambda d: d.identity.name.casefold())
            if self._is_choice(device)
        }

    def _is_choice(self, device: FoundDevice) -> bool:
        """Return whether a device can be made a meter."""
        return problem_of(self.hass, device) is None and not async_is_made_of_entities(
            self.hass, device.identity.key
        )

    async def async_step_mqtt_found(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what was heard, and let the user choose."""
        if self._heard is None:
            return self.async_abort(reason="mqtt_unavailable")
        if not self._heard:
            return await self.async_step_mqtt_nothing()
        if user_input is not None:
            choice = user_input[CONF_FOUND_DEVICE]
            if choice in self._heard:
                return await self._async_offer(self._heard[choice])
            if choice == FOUND_AGAIN:
                return await self.async_step_mqtt()
            return await self.async_step_mqtt_topic()
        options = [
            SelectOptionDict(value=key, label=await self._async_label(device))
            for key, device in self._heard.items()
        ]
        options += [
            SelectOptionDict(value=other, label=other)
            for other in (FOUND_AGAIN, FOUND_NONE)
        ]
        schema = probatio.Schema(
            {
                probatio.Required(
                    CONF_FOUND_DEVICE, default=options[0]["value"]
                ): SelectSelector(
                    SelectSelectorConfig(
                        options=options,
                        mode=SelectSelectorMode.LIST,
                        translation_key=CONF_FOUND_DEVICE,
                    )
                )
            }
        )
        return self.async_show_form(step_id="mqtt_found", data_schema=schema)

    async def _async_label(self, device: FoundDevice) -> str:
        """Return how a device is listed: its name, kind and values."""
        identity = device.identity
        kind = " ".join(filter(None, (identity.manufacturer, identity.model)))
        name = f"{identity.name} ({kind})" if kind else identity.name
        values = await async_values_of(self.hass, device)
        separator = "\n" if "\n" in values else " · "
        return f"{name}{separator}{values}"

    async def async_step_mqtt_nothing(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say what to check where no meter was heard."""
        return self.async_show_menu(
            step_id="mqtt_nothing", menu_options=["mqtt", "mqtt_topic"]
        )

    async def async_step_mqtt_topic(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the topic of a meter that was not recognised."""
        error = self._topic_error
        if user_input is not None:
            self._topic = user_input[CONF_TOPIC].strip()
            if self._topic and _WILDCARDS.isdisjoint(self._topic):
                return await self.async_step_mqtt_listen()
            error = "invalid_topic"
        schema = probatio.Schema({probatio.Required(CONF_TOPIC): TextSelector()})
        return self.async_show_form(
            step_id="mqtt_topic",
            data_schema=self.add_suggested_values_to_schema(
                schema, {CONF_TOPIC: self._topic} if self._topic else {}
            ),
            errors={CONF_TOPIC: error} if error else {},
            description_placeholders={"seconds": str(LISTEN_SECONDS)},
        )

    async def async_step_mqtt_listen(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Wait for a message of the topic."""
        if self._listening is None:
            self._listening = self._async_begin(
                async_listen_topic(
                    self.hass, self._topic, LISTEN_SECONDS, watches=True
                ),
                "listen to an MQTT topic",
            )
        if not self._listening.done():
            return self.async_show_progress(
                step_id="mqtt_listen",
                progress_action="listen",
                description_placeholders={
                    "topic": self._topic,
                    "seconds": str(LISTEN_SECONDS),
                },
                progress_task=self._listening,
            )
        listening, self._listening = self._listening, None
        try:
            self._found = with_some_circuit(listening.result())
        except DeviceError as err:
            self._topic_error = _topic_problem(err)
        else:
            self._topic_error = problem_of(self.hass, self._found)
        next_step = "mqtt_topic" if self._topic_error else "mqtt_meter"
        return self.async_show_progress_done(next_step_id=next_step)

    async def async_step_mqtt_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Go on with the meter of a topic."""
        return await self._async_offer(self._found)


def _topic_problem(err: DeviceError) -> str:
    """Return the key of the text that says what is wrong with a topic."""
    problem = problem_key(err)
    return problem if problem == "mqtt_unavailable" else "nothing_on_topic"
