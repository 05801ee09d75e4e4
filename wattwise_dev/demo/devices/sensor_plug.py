"""A plug of some other integration, where there can be no ESPHome node.

It stands for every sensor that Home Assistant knows already. Two template sensors take
their values from an event that the demo fires when the plug reports.
"""

from contextlib import suppress
from typing import Final

from aiohttp import ClientError

from wattwise_dev.home_assistant import Client, RestError
from wattwise_dev.simulator.household import ENERGY_IMPORT, POWER
from wattwise_dev.simulator.sample import Sample

_EVENT: Final = "demo_plug_reported"

POWER_UNIQUE_ID: Final = "demo_plug-power"
ENERGY_UNIQUE_ID: Final = "demo_plug-energy"

CONFIGURATION: Final = f"""\
template plug:
  - triggers:
      - trigger: event
        event_type: {_EVENT}
    sensor:
      - name: Air conditioner plug power
        unique_id: power
        device_class: power
        state_class: measurement
        unit_of_measurement: W
        state: "{{{{ trigger.event.data.power }}}}"
      - name: Air conditioner plug energy
        unique_id: energy
        device_class: energy
        state_class: total_increasing
        unit_of_measurement: kWh
        state: "{{{{ trigger.event.data.energy }}}}"
    unique_id: demo_plug
"""


class SensorPlug:
    """Tells Home Assistant what it measures, as its own integration would."""

    def __init__(self, client: Client) -> None:
        """Prepare a plug whose integration runs in this Home Assistant."""
        self._client = client

    async def start(self) -> None:
        """Switch it on."""

    async def show(self, sample: Sample) -> None:
        """Report the power and the counter; while nobody listens, nobody hears it."""
        if self._client.token is None:
            return
        told = {
            "power": sample.values[POWER],
            "energy": sample.values[ENERGY_IMPORT],
        }
        with suppress(ClientError, RestError, TimeoutError):
            await self._client.rest("POST", f"/api/events/{_EVENT}", told)

    async def stop(self) -> None:
        """Switch it off."""
