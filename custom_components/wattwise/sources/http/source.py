"""Meters that are asked over HTTP."""

from collections.abc import Sequence

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ...const import CONF_OTHER_CERTIFICATE, CONF_SUBENTRY_ID
from ...dialects import all_dialects
from ...metering.reading import Reading, RefusedReading
from ..device_errors import UnknownDialectError
from ..device_settings import DeviceSettings, HttpEndpoint
from ..field_assembly import FieldAssembly
from ..source import ReadingCallback, RefusedCallback
from .hub import DeviceHub, Told, async_listen


class HttpSource:
    """Turns the answers of a device into readings of one of its meters."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        subentry: ConfigSubentry,
        on_reading: ReadingCallback,
        on_refused: RefusedCallback,
    ) -> None:
        """Read the meter of a subentry."""
        self.name = subentry.title
        self._hass = hass
        self._entry = entry
        self._subentry_id = subentry.subentry_id
        self._settings = DeviceSettings.from_data(subentry.data)
        self._endpoint = HttpEndpoint.from_data(subentry.data)
        self._on_reading = on_reading
        self._on_refused = on_refused
        self._assembly = FieldAssembly(self._settings.channels)
        self._hub: DeviceHub | None = None

    @property
    def available(self) -> bool | None:
        """Whether the device answers; None until it was asked."""
        return None if self._hub is None else self._hub.available

    async def async_start(self) -> CALLBACK_TYPE:
        """Begin to read, in the background; returns what ends it.

        Raises UnknownDialectError.
        """
        dialects = await self._hass.async_add_import_executor_job(all_dialects)
        dialect = dialects.get(self._settings.dialect)
        if dialect is None or dialect.http is None:
            raise UnknownDialectError(self._settings.dialect)
        self._hub, stop = async_listen(
            self._hass,
            self,
            self._settings.device,
            self._endpoint,
            dialect,
            dialect.http,
            self._settings.address,
        )
        return stop

    @callback
    def async_take_poll(self, told: Sequence[Told]) -> None:
        """Take the answers of a poll, without what was known before it."""
        # Half of a sum shall not be older than the other.
        self._assembly = FieldAssembly(self._settings.channels)
        for answer in told:
            self.async_take_event(answer)

    @callback
    def async_take_event(self, told: Told) -> None:
        """Take what adds to what is known."""
        readings: list[Reading]
        refused: list[RefusedReading]
        readings, refused = self._assembly.take(told.decoded, told.time_ms)
        for reading in readings:
            self._on_reading(reading)
        for refusal in refused:
            self._on_refused(refusal)

    @callback
    def async_password_refused(self, *, other_certificate: bool) -> None:
        """Ask the user for the device's password, or whether it is the device."""
        problem = {CONF_OTHER_CERTIFICATE: True} if other_certificate else {}
        self._entry.async_start_reauth(
            self._hass,
            context={"title_placeholders": {"name": self.name}},
            data={CONF_SUBENTRY_ID: self._subentry_id, **problem},
        )
