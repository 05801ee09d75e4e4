"""The ways in which a device is discovered, each up to the card that proposes it."""

from collections.abc import Mapping, Sequence
import re
from typing import Any, Final, override

import probatio

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ..dialects.contract.dialect import DeviceIdentity
from ..esphome_discovery import ATTR_DEVICE_ID, async_esphome_meter
from ..sources.device_errors import DeviceAuthError, DeviceError
from ..sources.device_settings import HttpEndpoint
from ..sources.found_device import FoundDevice
from ..sources.http.address import async_follow_address
from ..sources.http.probe import hint_of_zeroconf
from ..sources.mqtt.listen import async_device_from_discovery
from .discovered_meter import DiscoveredMeterSteps
from .http_steps import async_credential_fields
from .known_devices import async_follow_topics
from .suggestions import async_suggest_meters_of

_ESPHOME: Final = "_esphomelib._tcp.local."
# Where announcements say which hardware it is.
_ADDRESS_PROPERTIES: Final = ("mac", "id", "serial")
_MAC: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])")


class DiscoverySteps(DiscoveredMeterSteps):
    """Take note of devices, whatever they are discovered by."""

    _dialects_of_port: Sequence[str] = ()
    """Those that are spoken at the port that was announced."""
    _announcement: tuple[str, str]
    """Topic and payload with which the device announced itself."""
    _mac: str
    """Of a node that ESPHome has to know first."""

    @override
    async def async_step_zeroconf(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Take note of a device that announces itself in the network."""
        mac = _announced_mac(discovery_info)
        if discovery_info.type.lower() == _ESPHOME:
            return await self._async_esphome(discovery_info, mac)
        if (hint := hint_of_zeroconf(discovery_info)) is None:
            return self.async_abort(reason="not_a_meter")
        self._endpoint, self._dialect_names = hint.endpoint, hint.dialects
        self._dialects_of_port = hint.dialects if hint.names_port else ()
        if mac is not None:
            self._async_follow(mac)
            await self._async_be(mac)
        try:
            found = await self._async_probe()
        except DeviceAuthError as err:
            name = discovery_info.name.partition("._")[0]
            identity = err.identity or DeviceIdentity(mac or name, name)
            return await self._async_locked(identity, err)
        except DeviceError:
            return self.async_abort(reason="cannot_connect")
        return await self._async_probed(found)

    async def _async_locked(
        self, identity: DeviceIdentity, err: DeviceAuthError
    ) -> ConfigFlowResult:
        """Propose a device that shows its values only to who is let in."""
        has_button = await self._async_narrow(err)
        fields = await async_credential_fields(self.hass, self._dialect_names)
        if not has_button and not fields:
            return self.async_abort(reason="cannot_connect")
        self._async_follow(identity.key)
        await self._async_be(identity.key)
        self.context["title_placeholders"] = {"name": identity.name}
        if has_button:
            # The device waits for its button only once somebody opens the card.
            return self._show_button("press_button", self._endpoint, {})
        return await self.async_step_credentials()

    @callback
    def _async_follow(self, key: str) -> None:
        """Have the meters of a device ask where it has announced itself."""
        async_follow_address(self.hass, key, self._endpoint, self._dialects_of_port)

    async def _async_esphome(
        self, discovery_info: ZeroconfServiceInfo, mac: str | None
    ) -> ConfigFlowResult:
        """Take note of a node with our firmware, which ESPHome reads for us."""
        if mac is None:
            return self.async_abort(reason="not_a_meter")
        await self._async_be(mac)
        self._mac = mac
        name = (
            discovery_info.properties.get("friendly_name")
            or (discovery_info.name.partition("._")[0])
        )
        self.context["title_placeholders"] = {"name": name}
        return await self.async_step_esphome_first()

    async def async_step_esphome_first(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on with the entities of a node, once ESPHome has them."""
        connection = (dr.CONNECTION_NETWORK_MAC, dr.format_mac(self._mac))
        for device in dr.async_get(self.hass).async_get_devices(
            connections={connection}
        ):
            if sensors := await async_suggest_meters_of(self.hass, device.id):
                self._sensors = sensors
                return await self.async_step_discovered()
        return self.async_show_form(
            step_id="esphome_first",
            data_schema=probatio.Schema({}),
            errors={} if user_input is None else {"base": "not_in_esphome_yet"},
            description_placeholders=self._named(),
        )

    @override
    async def async_step_dhcp(
        self, discovery_info: DhcpServiceInfo
    ) -> ConfigFlowResult:
        """Follow a meter that has been given another address."""
        mac = discovery_info.macaddress.replace(":", "").lower()
        known = async_follow_address(self.hass, mac, HttpEndpoint(discovery_info.ip))
        reason = "already_configured" if known else "not_a_meter"
        return self.async_abort(reason=reason)

    @override
    async def async_step_mqtt(
        self, discovery_info: MqttServiceInfo
    ) -> ConfigFlowResult:
        """Take note of a device that announces itself on the broker."""
        self._announcement = discovery_info.topic, str(discovery_info.payload)
        found = await self._async_hear()
        if found is None:
            return self.async_abort(reason="not_a_meter")
        async_follow_topics(self.hass, found)
        await self._async_be(found.identity.key)
        self.context["title_placeholders"] = {"name": found.identity.name}
        if not found.circuits:
            return await self.async_step_silent_device()
        return await self._async_probed(found)

    async def _async_hear(self) -> FoundDevice | None:
        """Return the device that announced itself, with what it tells now."""
        try:
            return await async_device_from_discovery(self.hass, *self._announcement)
        except DeviceError:
            return None

    async def async_step_silent_device(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Wait for a device that has announced itself, but not told any value."""
        if user_input is not None:
            found = await self._async_hear()
            if found is not None and found.circuits:
                return await self._async_probed(found)
        return self.async_show_form(
            step_id="silent_device",
            data_schema=probatio.Schema({}),
            errors={} if user_input is None else {"base": "nothing_told_yet"},
            description_placeholders=self._named(),
        )

    @override
    async def async_step_integration_discovery(
        self, discovery_info: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Take note of a device whose entities Home Assistant has already."""
        device_id: str = discovery_info[ATTR_DEVICE_ID]
        meter = async_esphome_meter(self.hass, device_id)
        sensors = await async_suggest_meters_of(self.hass, device_id)
        if meter is None or not sensors:
            return self.async_abort(reason="not_a_meter")
        await self._async_be(meter.identity, device_id)
        self._sensors = sensors
        name = sensors[0].device or sensors[0].name
        self.context["title_placeholders"] = {"name": name}
        return await self.async_step_discovered()

    @override
    async def _async_probed(self, found: FoundDevice) -> ConfigFlowResult:
        """Propose a device that WattWise reads by itself."""
        if not found.circuits:
            return self.async_abort(reason="not_a_meter")
        if found.endpoint:
            self._async_follow(found.identity.key)
        await self._async_be(found.identity.key)
        self._found = found
        self.context["title_placeholders"] = {"name": found.identity.name}
        return await self.async_step_discovered()


def _announced_mac(info: ZeroconfServiceInfo) -> str | None:
    """Return the hardware address that stands in an announcement, if one does."""
    places = [str(info.properties.get(name) or "") for name in _ADDRESS_PROPERTIES]
    for text in (*places, info.name.partition("._")[0]):
        if match := _MAC.search(text.lower().replace(":", "")):
            return match[0]
    return None
