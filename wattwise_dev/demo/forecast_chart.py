"""The forecast of the demo home as a picture, made by Home Assistant alone.

Home Assistant's own charts end now. So a template sensor asks WattWise's action for the
forecast, and a Markdown card draws what it says as a small SVG.
"""

from typing import Final

from .cards import Card

SENSOR: Final = "sensor.demo_forecast"

CONFIGURATION: Final = """\
template forecast:
  - triggers:
      - trigger: time_pattern
        minutes: "/1"
      - trigger: homeassistant
        event: start
    conditions:
      - condition: template
        value_template: >
          {{ integration_entities('wattwise')
             | select('search', 'home_consumption_forecast_tomorrow$')
             | select('has_value') | list | count > 0 }}
    actions:
      - action: wattwise.get_forecast
        data:
          config_entry_id: >
            {{ config_entry_id(integration_entities('wattwise')
               | select('search', 'home_consumption_forecast_tomorrow$')
               | select('has_value') | first) }}
          quantity: power
        response_variable: told
    sensor:
      - name: Demo forecast
        unique_id: demo_forecast
        state: "{{ told.made }}"
        attributes:
          hours: >
            {% set hours = namespace(all=[]) %}
            {% for hour in told.over + told.forecast %}
              {% set start = hour.start | as_timestamp | int %}
              {% set hours.all = hours.all + [[
                start, hour.p10 | round, hour.p50 | round, hour.p90 | round,
                hour.measured | default(none)]] %}
            {% endfor %}
            {{ hours.all }}
"""

# A picture of 480 by 240: two days from left to right, watts from below. Its frame is
# 430 by 180, from 40,15 to 470,195.
_CONTENT: Final = """\
{% set hours = state_attr('SENSOR', 'hours') %}
{% if hours %}
{% set begin = today_at() | as_timestamp | int %}
{% set end = (today_at() + timedelta(days=2)) | as_timestamp | int %}
{% set shown = hours | selectattr(0, 'ge', begin) | selectattr(0, 'lt', end) | list %}
{% set most = ((shown | map(attribute=3) | list) + (shown | map(attribute=4)
   | reject('none') | list)) | max %}
{% set top = [((most / 1000) | round(0, 'ceil')) * 1000, 1000] | max %}
{% set width = 430 / (end - begin) %}
{% set height = 180 / top %}
{% set at = namespace(low='', high='', middle='', measured='', marks='') %}
{% for start, low, median, high, measured in shown %}
{% set x = ' ' ~ ((start - begin + 1800) * width + 40) | round(1) ~ ',' %}
{% set at.low = x ~ (195 - low * height) | round(1) ~ at.low %}
{% set at.high = at.high ~ x ~ (195 - high * height) | round(1) %}
{% set at.middle = at.middle ~ x ~ (195 - median * height) | round(1) %}
{% if measured is not none %}
{% set at.measured = at.measured ~ x ~ (195 - measured * height) | round(1) %}
{% endif %}
{% endfor %}
{% for six in range(9) %}
{% set x = (six * 430 / 8 + 40) | round(1) %}
{% set at.marks = at.marks ~ '<path d="M' ~ x ~ ' 15V195" stroke="#8884"/><text x="'
   ~ x ~ '" y="212" text-anchor="middle">' ~ '%02d' | format(six * 6 % 24)
   ~ '</text>' %}
{% endfor %}
{% for part in range(5) %}
{% set y = 195 - part * 45 %}
{% set at.marks = at.marks ~ '<path d="M40 ' ~ y ~ 'H470" stroke="#8884"/><text x="34" y="'
   ~ (y + 4) ~ '" text-anchor="end">' ~ (top * part / 4000) | round(1) ~ '</text>' %}
{% endfor %}
{% set now_x = ((as_timestamp(now()) - begin) * width + 40) | round(1) %}
{% set svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 240" fill="none"'
   ~ ' font-family="sans-serif" font-size="12"><g fill="#888">' ~ at.marks
   ~ '<text x="34" y="232" text-anchor="end">kW</text><text x="' ~ now_x
   ~ '" y="232" text-anchor="middle">now</text></g>'
   ~ '<polygon points="' ~ at.high ~ at.low ~ '" fill="#ff980044"/>'
   ~ '<polyline points="' ~ at.middle ~ '" stroke="#ff9800" stroke-width="1.5"/>'
   ~ '<polyline points="' ~ at.measured ~ '" stroke="#03a9f4" stroke-width="2"/>'
   ~ '<path d="M' ~ now_x ~ ' 15V218" stroke="#888" stroke-dasharray="3 3"/></svg>' %}
![What the home uses](data:image/svg+xml;base64,{{ svg | base64_encode }})

Blue is what was measured, orange the forecast; four hours of five should be in the band.
{% else %}
This picture is drawn within a minute of the first forecast.
{% endif %}
"""


def forecast_chart() -> Card:
    """Return the chart of today and tomorrow, as wide as its section."""
    return {
        "type": "markdown",
        "content": _CONTENT.replace("SENSOR", SENSOR),
        "grid_options": {"columns": 12, "rows": "auto"},
    }
