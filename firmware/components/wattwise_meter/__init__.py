"""The values of one meter, under the names of WattWise's push API."""

import esphome.codegen as cg
from esphome.components import sensor
import esphome.config_validation as cv
from esphome.const import CONF_ID

MULTI_CONF = True

CONF_MAX_AGE = "max_age"
CONF_VALUES = "values"

# The fields of docs/push-api.md that a sensor can have.
FIELDS = (
    "power",
    "energy_import",
    "energy_export",
    "energy_import_wh",
    "energy_export_wh",
    "voltage_l1",
    "voltage_l2",
    "voltage_l3",
    "current_l1",
    "current_l2",
    "current_l3",
    "current_n",
    "frequency",
    "power_factor",
    "load",
)

wattwise_meter_ns = cg.esphome_ns.namespace("wattwise_meter")
WattwiseMeter = wattwise_meter_ns.class_("WattwiseMeter", cg.Component)

CONFIG_SCHEMA = cv.Schema(
    {
        cv.GenerateID(): cv.declare_id(WattwiseMeter),
        # A value that was not read for so long is left out.
        cv.Optional(CONF_MAX_AGE, default="60s"): cv.positive_not_null_time_period,
        cv.Required(CONF_VALUES): cv.All(
            cv.Schema(
                {cv.Optional(field): cv.use_id(sensor.Sensor) for field in FIELDS}
            ),
            cv.has_at_least_one_key(*FIELDS),
        ),
    }
).extend(cv.COMPONENT_SCHEMA)


async def to_code(config):
    """Write the code that makes a meter of its sensors."""
    meter = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(meter, config)
    cg.add(meter.set_max_age(config[CONF_MAX_AGE].total_milliseconds))
    for field, sensor_id in config[CONF_VALUES].items():
        cg.add(meter.add_value(field, await cg.get_variable(sensor_id)))
