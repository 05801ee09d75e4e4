"""The steps of the options in which a file that was loaded is taken back."""

from abc import abstractmethod
import asyncio
from typing import Any, Final

import probatio

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..choice_texts import async_choice_texts
from ..file_import import async_is_loading
from ..history.errors import HistoryError
from ..history.loads.prospect import Prospect, prospect_of
from ..history.loads.records import Load
from ..household import Household
from ..load_undo import (
    RunningUndo,
    async_loads,
    async_start_undo,
)
from ..meter import Meter
from .file_texts import local_minute
from .progress_task import async_begin

CONF_LOAD: Final = "load"

# Older ones are found by the action.
_SHOWN_LOADS: Final = 20
_WATCH_SECONDS: Final = 1.0


class UndoSteps(OptionsFlow):
    """Choose a file that was loaded, see what taking it back means, do it."""

    _loads: dict[str, Load]
    _channel_names: dict[str, str]
    _expected: Prospect | None = None
    _undo: RunningUndo | None = None
    _undo_watch: asyncio.Task[None] | None = None

    @property
    @abstractmethod
    def _household(self) -> Household | None:
        """The household, while it is at work."""

    async def async_step_loaded_files(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """List the files that were loaded last."""
        household = self._household
        if household is None:
            return self.async_abort(reason="history_unavailable")
        if user_input is not None:
            return await self._async_expect(self._loads[user_input[CONF_LOAD]])
        try:
            loads = await async_loads(list(household.meters.values()))
        except HistoryError:
            return self.async_abort(reason="history_unavailable")
        if not loads:
            return self.async_abort(reason="no_loaded_files")
        self._loads = {str(load.load_id): load for load in loads[:_SHOWN_LOADS]}
        text = (await self._texts())["load"]
        self._channel_names = await async_choice_texts(
            self.hass, translation_key="channel"
        )
        options = [
            SelectOptionDict(value=key, label=text.format(**self._described(load)))
            for key, load in self._loads.items()
        ]
        return self.async_show_form(
            step_id="loaded_files",
            data_schema=probatio.Schema(
                {
                    probatio.Required(CONF_LOAD): SelectSelector(
                        SelectSelectorConfig(
                            options=options, mode=SelectSelectorMode.LIST
                        )
                    )
                }
            ),
        )

    async def _async_expect(self, load: Load) -> ConfigFlowResult:
        """Find out what taking a load back would do."""
        if async_is_loading(self.hass, load.load_id):
            return self.async_abort(reason="still_loading")
        # One that ended, well or not, in the same dialog.
        self._undo = self._undo_watch = None
        meter = self._meter_of(load)
        if meter is None:
            return self.async_abort(reason="history_unavailable")
        try:
            self._expected = await meter.history.ask(
                lambda queries: prospect_of(
                    queries.connection, load.meter_id, load.load_id
                )
            )
        except HistoryError:
            return self.async_abort(reason="history_unavailable")
        if self._expected is None:
            # Somebody else was faster.
            return self.async_abort(reason="no_loaded_files")
        if self._expected.awaits_recovery:
            return self.async_abort(reason="recovery_awaited")
        return await self.async_step_undo_check()

    async def async_step_undo_check(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say what will leave and what must stay, and go on or back."""
        expected = self._expected
        assert expected is not None  # the step before found it out
        options = ["undo_load", "loaded_files", "init"]
        if not expected.removable:
            options.remove("undo_load")
        return self.async_show_menu(
            step_id="undo_check",
            menu_options=options,
            description_placeholders=self._described(expected.load)
            | {"consequences": await self._consequences(expected)},
        )

    async def async_step_undo_load(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the file back, which goes on if the dialog is closed."""
        if self._undo is None:
            assert self._expected is not None  # the step before showed it
            load = self._expected.load
            if (meter := self._meter_of(load)) is None:
                return self.async_abort(reason="history_unavailable")
            self._undo = async_start_undo(self.hass, self.config_entry, meter, load)
        undo = self._undo
        if self._undo_watch is None or self._undo_watch.done():
            self._undo_watch = async_begin(self.hass, _watch(undo), "watch an undo")
        self.async_update_progress(undo.share)
        if undo.is_running:
            return self.async_show_progress(
                step_id="undo_load",
                progress_action="undo_load",
                description_placeholders=self._described(undo.load),
                progress_task=self._undo_watch,
            )
        self._undo_watch = None
        return self.async_show_progress_done(next_step_id="undo_done")

    async def async_step_undo_done(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say how it ended."""
        undo = self._undo
        assert undo is not None  # the step before did it
        failed = undo.was_stopped or undo.error is not None
        return self.async_show_menu(
            step_id="undo_failed" if failed else "undo_done",
            menu_options=["loaded_files", "past_readings", "init"],
            description_placeholders=self._described(undo.load)
            | {"removed": f"{undo.removed:,}", "error": await self._why(undo)},
        )

    async_step_undo_failed = async_step_undo_done

    async def _why(self, undo: RunningUndo) -> str:
        """Return why not all of it could be taken back."""
        if undo.error is None or isinstance(undo.error, HistoryError):
            return str(undo.error or "")
        return (await self._texts())["unexpected"]

    async def _texts(self) -> dict[str, str]:
        return await async_choice_texts(self.hass, translation_key="loaded_file")

    async def _consequences(self, expected: Prospect) -> str:
        """Return what will happen, in plain words."""
        texts = await self._texts()
        told = [texts["removable" if expected.removable else "nothing_left"]]
        if expected.left:
            told.append(texts["kept"])
        if expected.removable:
            told.append(texts["meanwhile"])
        if expected.younger and expected.removable:
            told.append(texts["overlap"])
        if expected.was_exported and expected.removable:
            told.append(texts["sent"])
        return "\n\n".join(told).format(
            removable=f"{expected.removable:,}",
            kept=f"{expected.left:,}",
            kept_from=local_minute(expected.left_from_ms),
            kept_until=local_minute(expected.left_until_ms),
            younger=", ".join(other.file for other in expected.younger),
        )

    def _described(self, load: Load) -> dict[str, str]:
        """Return what a text about a load names."""
        meter = self._meter_of(load)
        return {
            "file": load.file,
            "meter": meter.name if meter else "",
            "quantity": self._channel_names[load.channel],
            "loaded": local_minute(load.loaded_ms),
            "first": local_minute(load.first_ms),
            "last": local_minute(load.last_ms),
            "count": f"{load.count:,}",
        }

    def _meter_of(self, load: Load) -> Meter | None:
        """Return the meter a file was loaded into, while it is at work."""
        meters = self._household.meters.values() if self._household else ()
        return next((m for m in meters if m.profile.meter_id == load.meter_id), None)


async def _watch(undo: RunningUndo) -> None:
    """Return when all is done, or there is another percentage to show."""
    shown = int(undo.share * 100)
    while undo.task and undo.is_running and int(undo.share * 100) == shown:
        await asyncio.wait([undo.task], timeout=_WATCH_SECONDS)
