#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "esphome/components/sensor/sensor.h"
#include "esphome/core/component.h"
#include "esphome/core/hal.h"
#ifdef USE_JSON
#include "esphome/components/json/json_util.h"
#endif

namespace esphome::wattwise_meter {

// The values of one meter, under the names of WattWise's push API.
class WattwiseMeter final : public Component {
 public:
  void set_max_age(uint32_t max_age) { this->max_age_ = max_age; }
  void add_value(const char *name, sensor::Sensor *sensor);

  void dump_config() override;
  float get_setup_priority() const override { return setup_priority::DATA; }

  size_t size() const { return this->names_.size(); }
  const char *const *names() const { return this->names_.data(); }
  // The value as it was last read, NAN when that is unknown or too long ago.
  float value(size_t index) const;
  // Whether there is any value to tell.
  bool has_value() const;
  // The MAC address as 12 hexadecimal digits: the same over every transport.
  static std::string device_id();

#ifdef USE_JSON
  // Writes the values there are as members of a JSON object.
  void write(JsonObject root) const {
    for (size_t i = 0; i < this->size(); i++) {
      float value = this->value(i);
      if (std::isfinite(value))
        root[this->names_[i]] = value;
    }
  }
#endif

 protected:
  std::vector<const char *> names_;
  std::vector<sensor::Sensor *> sensors_;
  // When each was read [ms since the start].
  std::vector<uint32_t> read_;
  uint32_t max_age_{60000};
};

}  // namespace esphome::wattwise_meter
