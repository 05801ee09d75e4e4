#include "wattwise_meter.h"

#include "esphome/core/helpers.h"
#include "esphome/core/log.h"

namespace esphome::wattwise_meter {

static const char *const TAG = "wattwise_meter";

void WattwiseMeter::add_value(const char *name, sensor::Sensor *sensor) {
  size_t index = this->names_.size();
  this->names_.push_back(name);
  this->sensors_.push_back(sensor);
  this->read_.push_back(0);
  sensor->add_on_state_callback([this, index](float) { this->read_[index] = millis(); });
}

float WattwiseMeter::value(size_t index) const {
  // A driver that gets no answer keeps its last state for ever.
  if (!this->sensors_[index]->has_state() || millis() - this->read_[index] > this->max_age_)
    return NAN;
  return this->sensors_[index]->state;
}

bool WattwiseMeter::has_value() const {
  for (size_t i = 0; i < this->size(); i++) {
    if (std::isfinite(this->value(i)))
      return true;
  }
  return false;
}

std::string WattwiseMeter::device_id() {
  char mac[MAC_ADDRESS_BUFFER_SIZE];
  get_mac_address_into_buffer(mac);
  return mac;
}

void WattwiseMeter::dump_config() {
  ESP_LOGCONFIG(TAG, "WattWise meter:");
  for (size_t i = 0; i < this->size(); i++)
    ESP_LOGCONFIG(TAG, "  %s: '%s'", this->names_[i], this->sensors_[i]->get_name().c_str());
}

}  // namespace esphome::wattwise_meter
