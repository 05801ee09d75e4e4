"""The repairs that are more than a message: recovering a damaged history."""

import asyncio
from typing import override

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .history.damage.damaged_hour import note_told
from .history.damage.set_aside import SetAside
from .history.errors import HistoryError
from .history_repairs import (
    ISSUE_DAMAGED_HOURS,
    Recovery,
    async_recover,
    async_set_aside,
)
from .shared_history import async_get_history


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that repairs an issue."""
    if issue_id == ISSUE_DAMAGED_HOURS:
        return DamagedHoursFlow()
    return RecoverFlow(str((data or {}).get("file")))


class DamagedHoursFlow(ConfirmRepairFlow):
    """Lets the user say that he knows of hours that could not be read."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Tell of them no more once that was said."""
        if user_input is not None:
            history = async_get_history(self.hass)
            try:
                if history is None:
                    return self.async_abort(reason="history_unavailable")
                await history.run(note_told)
            except HistoryError:
                return self.async_abort(reason="history_unavailable")
        return await super().async_step_confirm(user_input)


class RecoverFlow(RepairsFlow):
    """Recovers what can be read of a damaged file.

    The recovery goes on when the dialog is closed.
    """

    def __init__(self, file: str) -> None:
        """Recover the file of this name."""
        self._file = file
        self._recovery: Recovery | None = None
        self._waiting: asyncio.Task[None] | None = None

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what happened."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Begin when the user wants it."""
        if user_input is not None:
            return await self.async_step_recover()
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return self.async_show_form(
            step_id="confirm",
            description_placeholders=issue.translation_placeholders if issue else None,
        )

    async def async_step_recover(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show how far it is."""
        if self._recovery is None:
            history = async_get_history(self.hass)
            if history is None:
                return self.async_abort(reason="history_unavailable")
            try:
                entry = await self._async_find()
            except HistoryError:
                return self.async_abort(reason="history_unavailable")
            if entry is None:
                ir.async_delete_issue(self.hass, DOMAIN, self.issue_id)
                return self.async_abort(reason="damaged_file_gone")
            self._recovery = async_recover(self.hass, history, entry)
            self._recovery.listeners.append(self.async_update_progress)
            self._waiting = self.hass.async_create_task(
                self._async_wait(self._recovery.task)
            )
        assert self._waiting is not None  # set with the recovery
        if not self._waiting.done():
            return self.async_show_progress(
                step_id="recover",
                progress_action="recover",
                progress_task=self._waiting,
            )
        task = self._recovery.task
        failed = task.cancelled() or task.exception()
        return self.async_show_progress_done(
            next_step_id="interrupted" if failed else "recovered"
        )

    async def async_step_recovered(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what came of it."""
        if user_input is not None:
            return self.async_create_entry(data={})
        assert self._recovery is not None  # by the step before
        done = self._recovery.task.result()
        return self.async_show_form(
            step_id="recovered" if not done.lost else "partly_recovered",
            description_placeholders={
                "readings": f"{done.readings:,}",
                "lost": str(len(done.lost)),
                "file": done.file,
            },
        )

    async def async_step_partly_recovered(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say that not all could be read."""
        return await self.async_step_recovered(user_input)

    async def async_step_interrupted(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say that it did not work, and can be tried again."""
        return self.async_abort(reason="recovery_interrupted")

    async def _async_find(self) -> SetAside | None:
        history = async_get_history(self.hass)
        if history is None:
            return None
        entries = await async_set_aside(history)
        return next((e for e in entries if e.file == self._file), None)

    @staticmethod
    async def _async_wait(task: asyncio.Task[SetAside]) -> None:
        """Wait without ending it when the dialog is closed."""
        await asyncio.wait([task])

    @override
    @callback
    def async_remove(self) -> None:
        """Listen no more when the dialog is closed."""
        if self._recovery:
            self._recovery.listeners.remove(self.async_update_progress)
