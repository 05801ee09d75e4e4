"""Sends a meter's readings to WattWise over HTTP, and keeps them while it is away."""

import esphome.codegen as cg
from esphome.components import http_request, wattwise_meter
from esphome.components.http_request import CONF_HTTP_REQUEST_ID
from esphome.components.wattwise_meter import CONF_VALUES
import esphome.config_validation as cv
from esphome.const import CONF_ID, CONF_KEY, CONF_URL
from esphome.core import CORE
import esphome.final_validate as fv

DEPENDENCIES = ["http_request", "wattwise_meter"]
MULTI_CONF = True

CONF_BATCH = "batch"
CONF_BUFFER = "buffer"
CONF_METER_ID = "meter_id"
CONF_READ_INTERVAL = "read_interval"
CONF_SEND_INTERVAL = "send_interval"

# A time, and four bytes for each value.
TIME_BYTES = 8
VALUE_BYTES = 4
# What the readings that wait may take. An ESP8266 has some 25 kB left beside Wi-Fi and
# the buffers of a request, an ESP32 some 150 kB.
ESP8266_BUFFER_BYTES = 8192
BUFFER_BYTES = 65536

wattwise_push_ns = cg.esphome_ns.namespace("wattwise_push")
WattwisePush = wattwise_push_ns.class_("WattwisePush", cg.Component)

CONFIG_SCHEMA = cv.Schema(
    {
        cv.GenerateID(): cv.declare_id(WattwisePush),
        cv.GenerateID(CONF_HTTP_REQUEST_ID): cv.use_id(
            http_request.HttpRequestComponent
        ),
        cv.GenerateID(CONF_METER_ID): cv.use_id(wattwise_meter.WattwiseMeter),
        # Home Assistant's address, such as http://192.168.1.10:8123
        cv.Required(CONF_URL): http_request.validate_url,
        cv.Required(CONF_KEY): cv.sensitive(cv.string_strict),
        cv.Optional(
            CONF_READ_INTERVAL, default="10s"
        ): cv.positive_not_null_time_period,
        cv.Optional(
            CONF_SEND_INTERVAL, default="10s"
        ): cv.positive_not_null_time_period,
        # Readings kept while Home Assistant cannot be reached; as many as fit.
        cv.Optional(CONF_BUFFER): cv.int_range(min=1, max=100000),
        cv.SplitDefault(CONF_BATCH, esp8266=10, esp32=50, host=500): cv.int_range(
            min=1, max=1000
        ),
    }
).extend(cv.COMPONENT_SCHEMA)


def _fit_the_chip(config):
    """Choose a buffer that fits; refuse one for which an ESP8266 has no memory."""
    values = next(
        len(meter[CONF_VALUES])
        for meter in fv.full_config.get()["wattwise_meter"]
        if meter[CONF_ID] == config[CONF_METER_ID]
    )
    reading = TIME_BYTES + VALUE_BYTES * values
    room = ESP8266_BUFFER_BYTES if CORE.is_esp8266 else BUFFER_BYTES
    if CONF_BUFFER not in config:
        config[CONF_BUFFER] = room // reading
    elif CORE.is_esp8266 and config[CONF_BUFFER] * reading > room:
        raise cv.Invalid(
            f"An ESP8266 has room for {room // reading} readings of {values} values",
            path=[CONF_BUFFER],
        )


FINAL_VALIDATE_SCHEMA = _fit_the_chip


async def to_code(config):
    """Write the code that sends a meter's readings."""
    push = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(push, config)
    cg.add(push.set_http(await cg.get_variable(config[CONF_HTTP_REQUEST_ID])))
    cg.add(push.set_meter(await cg.get_variable(config[CONF_METER_ID])))
    cg.add(push.set_server(config[CONF_URL].rstrip("/"), config[CONF_KEY]))
    cg.add(push.set_read_interval(config[CONF_READ_INTERVAL].total_milliseconds))
    cg.add(push.set_send_interval(config[CONF_SEND_INTERVAL].total_milliseconds))
    cg.add(push.set_buffer(config[CONF_BUFFER], config[CONF_BATCH]))
