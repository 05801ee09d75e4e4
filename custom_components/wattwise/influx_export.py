"""A household's export to InfluxDB: started with it, and what the user is told of it."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util, slugify

from .const import CONF_INFLUX, DOMAIN
from .history.errors import HistoryError
from .history.history import History
from .history.influx.archive import InfluxArchive
from .history.influx.errors import CredentialsError, ServerError, UnreachableError
from .history.influx.point_refusal import point_refusal
from .history.influx.sender import ExportState, InfluxSender
from .history.influx.server import InfluxServer
from .history.influx.settings import InfluxSettings
from .history.influx.store import InfluxStore
from .history.outbox.parcel import MAX_REJECTED, rejected_points
from .history.outbox.targets import (
    end_exports,
    exported_names,
    is_exported,
    request_past,
    set_target,
)
from .history.writer import Transaction
from .meter import Meter

# A server may be restarted or updated without anybody having to know.
PATIENCE: Final = timedelta(hours=6)
_PASSING: Final = (UnreachableError.key, ServerError.key)
_REJECTED_ISSUE: Final = "influx_rejected"


class InfluxExport:
    """Writes what the meters of a household tell to its InfluxDB."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, history: History
    ) -> None:
        """Prepare the export that the household's options ask for."""
        assert entry.unique_id is not None  # the flow always sets it
        self.settings = InfluxSettings.from_data(entry.options[CONF_INFLUX])
        self._household = entry.unique_id
        self._hass = hass
        self._entry = entry
        self._history = history
        self._listeners: list[Callable[[], None]] = []
        self._sender = InfluxSender(
            history,
            self._household,
            self.settings,
            hass.async_add_executor_job,
            self._note,
        )

    @property
    def state(self) -> ExportState:
        """How the export does."""
        return self._sender.state

    async def async_start(self, meters: list[Meter], price_id: str | None) -> None:
        """Fill the outbox from now on, and begin to empty it.

        Raises HistoryError.
        """
        names = {meter.profile.meter_id: slugify(meter.name) for meter in meters}
        if price_id:
            names[price_id] = slugify(f"{self._entry.title} price")

        def begin(transaction: Transaction) -> None:
            new = set_target(transaction, self._household, self.settings.place, names)
            # What was known before belongs there as well.
            request_past(transaction, new)

        await self._history.run(begin)
        self._entry.async_create_background_task(
            self._hass, self._sender.run(begin), f"{DOMAIN} writes to InfluxDB"
        )

    @asynccontextmanager
    async def async_store(self) -> AsyncGenerator[InfluxStore]:
        """Yield what asks the server for readings instead of the history's file.

        Raises HistoryError.
        """
        names = await self._history.ask(
            partial(exported_names, household=self._household)
        )
        server = InfluxServer(self.settings)
        try:
            yield InfluxStore(
                self._history,
                InfluxArchive(server),
                # A meter that is not exported has no series there, under any name.
                lambda meter_id: names.get(meter_id, meter_id),
                self._hass.config.time_zone,
            )
        finally:
            await self._hass.async_add_executor_job(server.close)

    async def async_report(self) -> dict[str, Any]:
        """Return how the export does, and why points were refused.

        What the server said is left out, and so are the points: they name meters, the
        server, or the user.
        """
        report = asdict(self.state)
        del report["detail"]
        with suppress(HistoryError):
            refused = await self._history.ask(
                partial(rejected_points, household=self._household, limit=MAX_REJECTED)
            )
            reasons = Counter(point_refusal(point.reason) for point in refused)
            report["rejected"] = {
                "reasons": {kind.value: count for kind, count in reasons.items()},
                "newest_ms": max((p.rejected_ms for p in refused), default=None),
            }
        return report

    @callback
    def async_add_listener(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` when the state changes."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    @callback
    def _note(self, state: ExportState) -> None:
        for listener in self._listeners:
            listener()
        self._report(state)
        if state.error == CredentialsError.key:
            self._entry.async_start_reauth(self._hass, data={CONF_INFLUX: True})

    @callback
    def _report(self, state: ExportState) -> None:
        """Raise or drop the repairs that tell what a person has to do."""
        needs_person = (
            state.error is not None
            and state.error != CredentialsError.key
            and (state.error not in _PASSING or _is_old(state.failing_since_ms))
        )
        issues: dict[str, dict[str, str]] = {}
        if state.waiting.rejected:
            issues[_REJECTED_ISSUE] = {"count": str(state.waiting.rejected)}
        if needs_person and state.error:
            issues[state.error] = {"detail": state.detail or ""}
        async_forget_influx(self._hass, self._household, but=issues)
        for key, placeholders in issues.items():
            self._create_issue(key, placeholders)

    @callback
    def _create_issue(self, key: str, placeholders: dict[str, str]) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{key}_{self._household}",
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders={
                "household": self._entry.title,
                "url": self.settings.url,
                "database": self.settings.database,
                **placeholders,
            },
        )


async def async_end_export(
    hass: HomeAssistant, entry: ConfigEntry, history: History, meters: list[Meter]
) -> None:
    """Fill no outbox for a household any more, and forget what waits in it.

    Raises HistoryError.
    """
    household = entry.unique_id or ""
    async_forget_influx(hass, household)
    meter_ids = [household, *(meter.profile.meter_id for meter in meters)]
    if await history.ask(
        partial(is_exported, household=household, meter_ids=meter_ids)
    ):
        await history.run(
            partial(end_exports, household=household, meter_ids=meter_ids)
        )


@callback
def async_forget_influx(
    hass: HomeAssistant, household: str, *, but: Collection[str] = ()
) -> None:
    """Drop the repairs of a household's export, except for some."""
    issues = ir.async_get(hass).issues
    kept = {f"{key}_{household}" for key in but}
    for domain, issue_id in list(issues):
        if (
            domain == DOMAIN
            and issue_id.startswith("influx_")
            and issue_id.endswith(f"_{household}")
            and issue_id not in kept
        ):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


def _is_old(time_ms: int | None) -> bool:
    """Whether a time lies further back than we are patient."""
    if time_ms is None:
        return False
    return dt_util.utcnow() - dt_util.utc_from_timestamp(time_ms / 1000) > PATIENCE
