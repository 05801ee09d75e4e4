"""Names and numbers that several parts of the integration share."""

import logging
from typing import Final

DOMAIN: Final = "wattwise"
LOGGER: Final = logging.getLogger(__package__)

SUBENTRY_TYPE_METER: Final = "meter"

# Household: entry.data
CONF_COUNTRY: Final = "country"
CONF_CURRENCY: Final = "currency"
CONF_NOMINAL_VOLTAGE: Final = "nominal_voltage"
CONF_PHASES: Final = "phases"
# Household: entry.options
CONF_CONTRACTED_POWER: Final = "contracted_power"
CONF_NETS_PHASES: Final = "nets_phases"
CONF_TARIFF: Final = "tariff"
CONF_PRICE: Final = "price"
CONF_PRICE_ENTITY: Final = "price_entity"
CONF_RATES: Final = "rates"
CONF_CHARGES: Final = "charges"
CONF_INFLUX: Final = "influxdb"
CONF_KEEP_READINGS_DAYS: Final = "keep_readings_days"
CONF_KEEP_SLOTS_MONTHS: Final = "keep_slots_months"
# Forecasts: entities by `entity_reference`, meters by the ids of their subentries.
CONF_WEATHER: Final = "weather"
CONF_AWAY: Final = "away"
CONF_FORECAST_METERS: Final = "forecast_meters"
CONF_CHARGERS: Final = "chargers"
CONF_FORECAST_MODEL: Final = "forecast_model"
# What the household said of itself, by the fields of `HouseholdProfile`; and what homes
# in the country use on average [kWh a year], where the user knows better.
CONF_PROFILE: Final = "profile"
CONF_AVERAGE_USE: Final = "average_use"
# Only the comparison with similar homes depends on them.
PROFILE_OPTIONS: Final = frozenset({CONF_PROFILE, CONF_AVERAGE_USE})

MODEL_AUTOMATIC: Final = "automatic"

TARIFF_NONE: Final = "none"
TARIFF_FLAT: Final = "flat"
TARIFF_ENTITY: Final = "entity"
TARIFF_TIME_OF_USE: Final = "time_of_use"

# Meter: subentry.data
CONF_SOURCE: Final = "source"
CONF_ROLE: Final = "role"
CONF_PARENT: Final = "parent"
CONF_KEY_HASH: Final = "key_hash"
CONF_ENERGY_KIND: Final = "energy_kind"
CONF_INTERVAL: Final = "interval"
CONF_ENTITIES: Final = "entities"
# Meter over MQTT or polled over HTTP: which device it is, and how to read it.
CONF_DEVICE: Final = "device"
CONF_DIALECT: Final = "dialect"
CONF_ADDRESS: Final = "address"
CONF_CIRCUIT: Final = "circuit"
CONF_CHANNELS: Final = "channels"
CONF_FINGERPRINT: Final = "fingerprint"
CONF_TURNED: Final = "turned"
# Reauthentication: which meter's device refused the password, and whether it shows
# another certificate.
CONF_SUBENTRY_ID: Final = "subentry_id"
CONF_OTHER_CERTIFICATE: Final = "other_certificate"

SOURCE_PUSH: Final = "push"
SOURCE_ENTITIES: Final = "entities"
SOURCE_MQTT: Final = "mqtt"
SOURCE_HTTP: Final = "http"
SOURCE_SIMULATED: Final = "simulated"

DEFAULT_INTERVAL_S: Final = 10

# Payloads above this are decoded outside the event loop.
SMALL_BYTES: Final = 4_096
