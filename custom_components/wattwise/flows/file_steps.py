"""The steps of the options in which a file of past readings is loaded."""

from asyncio import Task
from typing import Any, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.util import dt as dt_util

from ..file_import import ImportPreview, async_look_through
from ..file_problems import import_problem
from ..history.errors import HistoryError
from ..history.files.errors import FileError
from ..meter import Meter
from ..running_import import (
    RunningImport,
    async_forget_import,
    async_get_import,
    async_start_import,
)
from .file_answers import kind_of
from .file_texts import (
    async_preview_placeholders,
    async_result_placeholders,
)
from .file_upload_steps import FileUploadSteps
from .progress_task import async_begin


class FileSteps(FileUploadSteps):
    """Upload a file, say what it holds, look at it, load it."""

    _looking: Task[ImportPreview] | None = None
    _preview: ImportPreview | None = None
    _watching: Task[None] | None = None
    _ended: RunningImport | None = None
    """The import whose end is shown, as often as the frontend asks for it."""

    @override
    async def async_step_past_readings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what is being loaded already; else ask for a meter and a file."""
        self._ended = None
        if async_get_import(self.hass, self.config_entry):
            return await self.async_step_past_readings_load()
        return await super().async_step_past_readings(user_input)

    @override
    async def _async_look(self) -> ConfigFlowResult:
        return await self.async_step_past_readings_look()

    async def async_step_past_readings_look(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Read the file the way the user said, while the user waits."""
        assert self._upload is not None  # the step before read it
        assert self._layout is not None  # the step before made it
        if self._looking is None:
            if (meter := self._meter) is None:
                return self.async_abort(reason="history_unavailable")
            look = async_look_through(
                self.hass,
                meter,
                self._upload.path,
                self._layout,
                kind_of(self._answers or {}, meter.profile.energy_kind),
                dt_util.get_default_time_zone(),
                self.async_update_progress,
            )
            self._looking = async_begin(self.hass, look, "read an uploaded file")
        if not self._looking.done():
            return self.async_show_progress(
                step_id="past_readings_look",
                progress_action="look_through_file",
                progress_task=self._looking,
            )
        looking, self._looking = self._looking, None
        try:
            self._preview = looking.result()
        except (FileError, OSError) as err:
            self._problem = err
            return self.async_show_progress_done(next_step_id="past_readings_columns")
        except HistoryError:
            return self.async_abort(reason="history_unavailable")
        return self.async_show_progress_done(next_step_id="past_readings_check")

    async def async_step_past_readings_check(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what would be loaded, and go on or back."""
        meter, preview = self._meter, self._preview
        if meter is None:
            return self.async_abort(reason="history_unavailable")
        assert preview is not None  # the step before made it
        assert self._layout is not None  # the same
        options = ["past_readings_load", "past_readings_columns", "past_readings"]
        if preview.overview.first_ms is None:
            # There is nothing to load.
            options.pop(0)
        told = await async_preview_placeholders(self.hass, preview, self._layout)
        return self.async_show_menu(
            step_id="past_readings_check",
            menu_options=options,
            description_placeholders=told | {"meter": meter.name},
        )

    async def async_step_past_readings_load(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Load the file, which goes on if the dialog is closed."""
        running = async_get_import(self.hass, self.config_entry)
        if running is None:
            running = self._start()
        if running is None:
            return self.async_abort(reason="history_unavailable")
        if self._watching is None or self._watching.done():
            self._watching = async_begin(
                self.hass, running.async_watch(), "watch an import"
            )
        self.async_update_progress(running.share)
        if running.is_running:
            return self.async_show_progress(
                step_id="past_readings_load",
                progress_action="load_file",
                description_placeholders={
                    "meter": running.meter,
                    "file": running.file,
                },
                progress_task=self._watching,
            )
        self._watching = None
        return self.async_show_progress_done(next_step_id="past_readings_done")

    @property
    def _meter(self) -> Meter | None:
        """The meter that the file belongs to, while it is at work."""
        household = self._household
        return household.meters.get(self._meter_key) if household else None

    def _start(self) -> RunningImport | None:
        """Begin the import of the file that was looked at."""
        meter, upload, layout = self._meter, self._upload, self._layout
        if meter is None or upload is None or layout is None:
            return None
        # From now on the import looks after the file.
        self._upload = None
        kind = kind_of(self._answers or {}, meter.profile.energy_kind)
        return async_start_import(
            self.hass, self.config_entry, meter, upload, layout, kind
        )

    async def async_step_past_readings_done(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say what became of the file."""
        ended = self._ended or async_get_import(self.hass, self.config_entry)
        if ended is None:
            # Another dialog has shown it.
            return await self.async_step_past_readings()
        self._ended = ended
        async_forget_import(self.hass, self.config_entry)
        told = {"meter": ended.meter, "file": ended.file, "accepted": "0"}
        step_id = "past_readings_done"
        if result := ended.result:
            told |= await async_result_placeholders(self.hass, result)
            if not result.tally.accepted + result.tally.held:
                known = result.tally.duplicate > 0
                step_id = "past_readings_known" if known else "past_readings_nothing"
        if ended.was_stopped:
            step_id = "past_readings_stopped"
        elif ended.error:
            step_id = "past_readings_failed"
            told["problem"] = str(import_problem(ended.error, ended.file))
        return self.async_show_menu(
            step_id=step_id,
            menu_options=["past_readings", "init"],
            description_placeholders=told,
        )

    async_step_past_readings_known = async_step_past_readings_done
    async_step_past_readings_nothing = async_step_past_readings_done
    async_step_past_readings_stopped = async_step_past_readings_done
    async_step_past_readings_failed = async_step_past_readings_done
