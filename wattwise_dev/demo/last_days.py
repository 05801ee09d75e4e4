"""The last days as a table: a sensor that asks WattWise's history, and its card.

Home Assistant's own charts begin when a sensor is added; what was before is known to
WattWise alone, and any template can ask for it.
"""

from typing import Final

from wattwise_dev.home_assistant import Client

from .plan import GRID, SOLAR

_EVENT: Final = "demo_history_changed"
UNIQUE_ID: Final = "demo_history-last_days"

# Days with an hour more or less are none of this table's business: it asks for days.
CONFIGURATION: Final = f"""\
template last_days:
  - triggers:
      - trigger: event
        event_type: {_EVENT}
      - trigger: homeassistant
        event: start
      - trigger: time_pattern
        minutes: /5
    conditions:
      - "{{{{ none not in (device_id('{GRID.name}'), device_id('{SOLAR.name}')) }}}}"
    actions:
      - variables:
          begin: "{{{{ (today_at() - timedelta(days=7)).isoformat() }}}}"
      - action: wattwise.get_history
        data:
          device_id: "{{{{ device_id('{GRID.name}') }}}}"
          channels: [energy_import, energy_export]
          start: "{{{{ begin }}}}"
          resolution: day
        response_variable: grid
      - action: wattwise.get_history
        data:
          device_id: "{{{{ device_id('{SOLAR.name}') }}}}"
          channels: [energy_export]
          start: "{{{{ begin }}}}"
          resolution: day
        response_variable: solar
    sensor:
      - name: Demo last days
        unique_id: last_days
        device_class: timestamp
        state: "{{{{ now().isoformat() }}}}"
        attributes:
          days: "{{{{ grid.channels.energy_import['values'] | map(attribute='start') | list }}}}"
          bought: "{{{{ grid.channels.energy_import['values'] | map(attribute='energy') | list }}}}"
          sold: "{{{{ grid.channels.energy_export['values'] | map(attribute='energy') | list }}}}"
          made: "{{{{ solar.channels.energy_export['values'] | map(attribute='energy') | list }}}}"
    unique_id: demo_history
"""

_TABLE: Final = """\
{%% set entity = '%s' %%}
{%% set days = state_attr(entity, 'days') or [] %%}
{%% set bought = state_attr(entity, 'bought') %%}
{%% set sold = state_attr(entity, 'sold') %%}
{%% set made = state_attr(entity, 'made') %%}
{%% macro bar(value, color) -%%}
<font color="{{ color }}">\
{{ '▇' * [(value / 8) | round(0, 'ceil') | int, 14] | min }}</font> \
{{ value | round(0) | int }}
{%%- endmacro %%}
| | Used (kWh) | Made (kWh) |
| --- | :-- | :-- |
{%% for day in days | reverse -%%}
{%% set i = days | length - loop.index -%%}
| **{{ (day | as_datetime | as_local).strftime('%%a') }}** \
| {{ bar(bought[i] - sold[i] + made[i], '#ff9800') }} \
| {{ bar(made[i], '#ffc107') }} |
{%% endfor %%}"""


async def refresh(client: Client) -> None:
    """Let the sensor ask the history now."""
    await client.rest("POST", f"/api/events/{_EVENT}", {})


def table(entity_id: str) -> str:
    """Return the template of the card that shows the sensor."""
    return _TABLE % entity_id
