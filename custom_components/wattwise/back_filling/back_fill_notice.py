"""What people see while a meter's past is loaded, and what came of it in the end."""

from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

from homeassistant.components.persistent_notification import (
    Notification,
    UpdateType,
    async_create,
    async_dismiss,
    async_register_callback,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..choice_texts import async_choice_texts
from ..const import DOMAIN
from ..meter import Meter
from ..metering.reading import Refusal
from .back_fill_progress import ChannelProgress, MeterProgress

CONF_BACK_FILL: Final = "back_fill"
# The reasons that have a sentence of their own.
_EXPLAINED: Final = frozenset(
    {
        Refusal.COUNTER_FELL,
        Refusal.COUNTER_JUMPED,
        Refusal.NOT_A_NUMBER,
        Refusal.OUT_OF_RANGE,
        Refusal.UNKNOWN_UNIT,
    }
)


class BackFillNotice:
    """A notification that follows the work; one that is dismissed stays away."""

    def __init__(self, hass: HomeAssistant, meter: Meter) -> None:
        """Tell about a meter."""
        self._hass = hass
        self._meter = meter.name
        self._id = f"{DOMAIN}_{CONF_BACK_FILL}_{meter.subentry.subentry_id}"
        self._texts: dict[str, str] = {}
        self._channels: dict[str, str] = {}
        self._shown = False
        self._dismissed = False
        self._stop: CALLBACK_TYPE | None = None

    async def __aenter__(self) -> Self:
        """Load the texts."""
        self._texts = await async_choice_texts(
            self._hass, translation_key=CONF_BACK_FILL
        )
        self._channels = await async_choice_texts(self._hass, translation_key="channel")
        self._stop = async_register_callback(self._hass, self._note_dismissed)
        return self

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave no notification behind that says that something is going on."""
        if self._stop:
            self._stop()
        if error is not None and self._shown and not self._dismissed:
            async_dismiss(self._hass, self._id)

    @callback
    def show(self, month_ms: int, part: float) -> None:
        """Show which month is being loaded."""
        if self._dismissed:
            return
        self._shown = True
        month = datetime.fromtimestamp(month_ms / 1000, UTC)
        self._create(
            self._text("progress", month=f"{month:%Y-%m}", percent=f"{part:.0%}")
        )

    @callback
    def finish(self, progress: MeterProgress) -> None:
        """Say what was loaded and what was not, unless there was nothing at all."""
        if not any(p.new or p.known or p.unused for p in progress.values()):
            if self._shown:
                async_dismiss(self._hass, self._id)
            return
        lines = [self._text("finished")]
        for channel, of_channel in progress.items():
            lines.append(f"\n**{self._channels[channel]}**\n")
            lines += [f"- {line}" for line in self._outcome(of_channel)]
        self._create("\n".join(lines))

    def _outcome(self, progress: ChannelProgress) -> list[str]:
        lines = []
        if progress.first_ms is not None and progress.last_ms is not None:
            lines.append(
                self._text(
                    "loaded",
                    hours=f"{progress.new + progress.known:,}",
                    first=_local_day(progress.first_ms),
                    # The last hour ends with this moment.
                    last=_local_day(progress.last_ms - 1),
                )
            )
        lines += [
            self._text(
                f"unused_{reason}" if reason in _EXPLAINED else "unused",
                hours=f"{count:,}",
            )
            for reason, count in sorted(progress.unused.items())
        ]
        if progress.problem:
            lines.append(self._text(progress.problem))
        return lines or [self._text("no_statistics")]

    def _create(self, message: str) -> None:
        async_create(self._hass, message, self._text("title"), self._id)

    def _text(self, key: str, **values: str) -> str:
        return self._texts[key].format(meter=self._meter, **values)

    @callback
    def _note_dismissed(
        self, update: UpdateType, notifications: dict[str, Notification]
    ) -> None:
        if update is UpdateType.REMOVED and self._id in notifications:
            self._dismissed = True


def _local_day(time_ms: int) -> str:
    time = datetime.fromtimestamp(time_ms / 1000, UTC)
    return dt_util.as_local(time).date().isoformat()
