#pragma once

#include <memory>
#include <string>
#include <vector>

#include "esphome/components/http_request/http_request.h"
#include "esphome/components/wattwise_meter/wattwise_meter.h"
#include "esphome/core/component.h"
#include "push_buffer.h"

namespace esphome::wattwise_push {

// Sends a meter's readings to WattWise over HTTP, and keeps them while it is away.
class WattwisePush final : public Component {
 public:
  void set_http(http_request::HttpRequestComponent *http) { this->http_ = http; }
  void set_meter(wattwise_meter::WattwiseMeter *meter) { this->meter_ = meter; }
  void set_server(const std::string &url, const char *key);
  void set_read_interval(uint32_t interval) { this->read_interval_ = interval; }
  void set_send_interval(uint32_t interval) { this->settings_.send_interval = interval; }
  void set_buffer(size_t capacity, size_t batch) {
    this->settings_.capacity = capacity;
    this->settings_.batch = batch;
  }

  void setup() override;
  void loop() override;
  void dump_config() override;
  float get_setup_priority() const override { return setup_priority::AFTER_CONNECTION; }

  size_t waiting() const { return this->buffer_->waiting(); }
  // Readings that will never arrive: they had to make room, or were refused.
  uint32_t missing() const { return this->buffer_->lost() + this->buffer_->refused(); }

 protected:
  // What a server answered; a status of 0 stands for no answer.
  struct Answer {
    int status;
    std::string retry_after;
    std::string body;
  };

  void take_reading_();
  void ask_for_time_();
  void send_readings_();
  Answer read_answer_(const std::shared_ptr<http_request::HttpContainer> &container);

  http_request::HttpRequestComponent *http_{nullptr};
  wattwise_meter::WattwiseMeter *meter_{nullptr};
  std::string data_url_;
  std::string config_url_;
  std::string key_;
  uint32_t read_interval_{10000};
  wattwise::PushSettings settings_{};
  std::unique_ptr<wattwise::PushBuffer> buffer_;
  std::vector<float> values_;
  uint64_t clock_asked_{0};
};

}  // namespace esphome::wattwise_push
