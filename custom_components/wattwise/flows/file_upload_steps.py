"""The steps in which a file is uploaded and people say what it holds."""

from abc import abstractmethod
from asyncio import Task
from typing import Any, Final, override

import probatio

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.core import callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.selector import (
    FileSelector,
    FileSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
)

from ..file_problems import file_problem
from ..history.files.errors import FileError
from ..history.files.formats import ENDINGS
from ..history.files.guess import Guess, detect
from ..history.files.layout import Layout
from ..household import Household
from ..metering.quantity import Channel, known_units
from ..uploaded_file import UploadedFile, async_take_upload
from .file_answers import async_layout_of, errors_in, missing_in
from .file_form import (
    CONF_CHANNEL,
    CONF_TIME_ZONE,
    file_fields,
    file_placeholders,
    first_answers,
)
from .progress_task import async_begin

CONF_METER: Final = "meter"
CONF_FILE: Final = "file"


class FileUploadSteps(OptionsFlow):
    """Upload a file, and say what its columns are."""

    _meter_key: str = ""
    """The subentry of the meter that the file belongs to."""
    _upload: UploadedFile | None = None
    _guess: Guess | None = None
    _answers: dict[str, Any] | None = None
    _layout: Layout | None = None
    _reading: Task[Guess] | None = None
    _problem: FileError | OSError | None = None
    """What was wrong with the file."""

    @property
    @abstractmethod
    def _household(self) -> Household | None:
        """The household, while it is at work."""

    @abstractmethod
    async def _async_look(self) -> ConfigFlowResult:
        """Go on once it is known how the file is to be read."""

    @callback
    @override
    def async_remove(self) -> None:
        """Discard a file that was not loaded."""
        self._discard()
        super().async_remove()

    async def async_step_past_readings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a meter and a file."""
        household = self._household
        if household is None:
            return self.async_abort(reason="history_unavailable")
        if not household.meters:
            return self.async_abort(reason="no_meters")
        errors, placeholders = self._told_problem(CONF_FILE)
        if user_input is not None:
            self._problem = None
            self._discard()
            self._meter_key = user_input[CONF_METER]
            try:
                self._upload = await async_take_upload(self.hass, user_input[CONF_FILE])
            except ValueError:
                errors = {CONF_FILE: "upload_lost"}
            except OSError as err:
                self._problem = err
                errors, placeholders = self._told_problem(CONF_FILE)
            else:
                return await self.async_step_past_readings_read()
        meters = [
            SelectOptionDict(value=key, label=meter.name)
            for key, meter in household.meters.items()
        ]
        first = self._meter_key or (meters[0]["value"] if len(meters) == 1 else None)
        schema = probatio.Schema(
            {
                probatio.Required(CONF_METER): SelectSelector(
                    SelectSelectorConfig(options=meters)
                ),
                probatio.Required(CONF_FILE): FileSelector(
                    FileSelectorConfig(accept=",".join(ENDINGS))
                ),
            }
        )
        return self.async_show_form(
            step_id="past_readings",
            data_schema=self.add_suggested_values_to_schema(
                schema, {CONF_METER: first} if first else {}
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_past_readings_read(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Read the file through, while the user waits."""
        assert self._upload is not None  # the step before took it
        if self._reading is None:
            path = self._upload.path

            async def read() -> Guess:
                return await self.hass.async_add_executor_job(detect, path)

            self._reading = async_begin(self.hass, read(), "look at an uploaded file")
        if not self._reading.done():
            return self.async_show_progress(
                step_id="past_readings_read",
                progress_action="read_file",
                progress_task=self._reading,
            )
        reading, self._reading = self._reading, None
        self._answers = None
        try:
            self._guess = reading.result()
        except (FileError, OSError) as err:
            self._problem = err
            return self.async_show_progress_done(next_step_id="past_readings")
        return self.async_show_progress_done(next_step_id="past_readings_columns")

    async def async_step_past_readings_columns(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what was understood, and let the user correct it."""
        guess, home_zone = self._guess, self.hass.config.time_zone
        assert guess is not None  # the step before read the file
        errors, placeholders = self._told_problem("base")
        placeholders["units"] = ""
        if user_input is not None:
            self._problem = None
            self._answers = user_input
            errors = missing_in(guess, user_input)
        if user_input is not None and not errors:
            quantity = Channel(user_input[CONF_CHANNEL]).quantity
            placeholders["units"] = ", ".join(filter(None, known_units(quantity)))
            errors = errors_in(guess, user_input)
            try:
                self._layout = await async_layout_of(self.hass, user_input)
            except ServiceValidationError:
                errors[CONF_TIME_ZONE] = "unknown_time_zone"
            if not errors:
                return await self._async_look()
        answers = self._answers or first_answers(guess, home_zone)
        return self.async_show_form(
            step_id="past_readings_columns",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(file_fields(guess, home_zone)), answers
            ),
            errors=errors,
            description_placeholders=file_placeholders(guess) | placeholders,
        )

    @callback
    def _told_problem(self, field: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return the error of a form for what was wrong, and what it names."""
        problem = self._problem
        name = self._upload.name if self._upload else ""
        if problem is None:
            return {}, {}
        if not isinstance(problem, FileError):
            return {field: "file_unreadable"}, {"error": str(problem)}
        told = file_problem(problem, name)
        return {field: told.translation_key or ""}, {
            **(told.translation_placeholders or {})
        }

    @callback
    def _discard(self) -> None:
        """Delete the file, if there is one."""
        if self._upload:
            self._upload.async_discard()
            self._upload = None
