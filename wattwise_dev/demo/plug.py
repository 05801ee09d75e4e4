"""The air conditioner's plug: a device of another integration, as homes have them.

It stands for every sensor that Home Assistant knows already. Two template sensors take
their values from an event that the demo fires when the plug reports.
"""

from typing import Final

from wattwise_dev.home_assistant import Client
from wattwise_dev.simulator.sample import Value

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


async def report(client: Client, power_w: Value, energy_kwh: Value) -> None:
    """Let the plug report its power and its counter."""
    await client.rest(
        "POST",
        f"/api/events/{_EVENT}",
        {"power": power_w, "energy": energy_kwh},
    )
