"""What the steps that make meters share, in whatever flow they stand."""

from abc import abstractmethod
from asyncio import Task
from collections.abc import Coroutine, Mapping
from types import MappingProxyType
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowContext,
    SubentryFlowResult,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import FlowContext, FlowHandler, FlowResult

from ..const import CONF_PHASES, SUBENTRY_TYPE_METER
from .known_devices import async_keys_of_meter, async_withdraw_cards, taken_ids
from .meter_form import MeterForm
from .progress_task import async_begin


class MeterSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](FlowHandler[ContextT, ResultT, HandlerT]):
    """Steps of a flow in which meters come about."""

    _new_meters: list[ConfigSubentry]
    """Those that were described so far."""

    @property
    @abstractmethod
    def _household_meters(self) -> list[ConfigSubentry]:
        """The meters that the household has."""

    @property
    @abstractmethod
    def _phases(self) -> int:
        """How many phases the household's connection has."""

    @property
    def _reconfigured(self) -> ConfigSubentry | None:
        """The meter that is being changed; None while a new one is added."""
        return None

    @abstractmethod
    async def _async_take_meters(self, meters: list[ConfigSubentry]) -> ResultT:
        """Finish with new meters, or with what a changed one shall be."""

    @property
    def _meter_form(self) -> MeterForm:
        """The questions that every meter must answer."""
        described = getattr(self, "_new_meters", [])
        return MeterForm([*self._household_meters, *described], self._reconfigured)


class MeterSubentryFlow(
    MeterSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    ConfigSubentryFlow,
):
    """A flow for the meters of one household."""

    @property
    @override
    def _household_meters(self) -> list[ConfigSubentry]:
        return self._get_entry().get_subentries_of_type(SUBENTRY_TYPE_METER)

    @property
    @override
    def _phases(self) -> int:
        phases: int = self._get_entry().data[CONF_PHASES]
        return phases

    @property
    @override
    def _reconfigured(self) -> ConfigSubentry | None:
        if self.source != SOURCE_RECONFIGURE:
            return None
        return self._get_reconfigure_subentry()

    def _async_begin[T](self, work: Coroutine[Any, Any, T], name: str) -> Task[T]:
        """Begin something that a progress bar is shown for."""
        return async_begin(self.hass, work, name)

    @override
    async def _async_take_meters(
        self, meters: list[ConfigSubentry]
    ) -> SubentryFlowResult:
        *others, last = meters
        if own := self._reconfigured:
            return self.async_update_and_abort(
                self._get_entry(), own, title=last.title, data=last.data
            )
        if taken_ids(self.hass) & {meter.unique_id for meter in meters}:
            return self.async_abort(reason="already_a_meter")
        for meter in others:
            self.hass.config_entries.async_add_subentry(self._get_entry(), meter)
        for meter in meters:
            async_withdraw_cards(self.hass, async_keys_of_meter(self.hass, meter))
        return self.async_create_entry(
            title=last.title, data=last.data, unique_id=last.unique_id
        )


@callback
def new_meter(
    title: str, data: Mapping[str, Any], unique_id: str | None
) -> ConfigSubentry:
    """Return a meter that is not part of a household yet."""
    return ConfigSubentry(
        data=MappingProxyType(dict(data)),
        subentry_type=SUBENTRY_TYPE_METER,
        title=title,
        unique_id=unique_id,
    )
