#include "wattwise_push.h"

#include "esphome/components/network/util.h"
#include "esphome/core/hal.h"
#include "esphome/core/log.h"

namespace esphome::wattwise_push {

static const char *const TAG = "wattwise_push";

static const std::vector<std::string> COLLECTED_HEADERS{"retry-after"};
// An answer is read up to here; the server's are shorter.
static const size_t LONGEST_ANSWER = 2048;
// A chip's own clock drifts by some seconds a day.
static const uint64_t CLOCK_IS_GOOD_FOR = 6 * 3600 * 1000ULL;

void WattwisePush::set_server(const std::string &url, const char *key) {
  this->data_url_ = url + "/api/wattwise/data";
  this->config_url_ = url + "/api/wattwise/config";
  this->key_ = key;
}

void WattwisePush::setup() {
  this->values_.resize(this->meter_->size());
  this->buffer_ = std::make_unique<wattwise::PushBuffer>(this->meter_->names(), this->meter_->size(),
                                                         this->settings_);
  this->set_interval("read", this->read_interval_, [this]() { this->take_reading_(); });
}

void WattwisePush::loop() {
  if (!this->buffer_->due(millis_64()) || !network::is_connected())
    return;
  // The clock is asked for again between two requests only, while all is well.
  if (!this->buffer_->clock_known() || millis_64() - this->clock_asked_ > CLOCK_IS_GOOD_FOR) {
    this->ask_for_time_();
  } else {
    this->send_readings_();
  }
}

void WattwisePush::take_reading_() {
  for (size_t i = 0; i < this->values_.size(); i++)
    this->values_[i] = this->meter_->value(i);
  uint32_t lost = this->buffer_->lost();
  this->buffer_->take(this->values_.data(), millis_64());
  if (lost == 0 && this->buffer_->lost() > 0)
    ESP_LOGW(TAG, "%u readings wait, no more fit: the oldest are lost", (unsigned) this->waiting());
}

void WattwisePush::ask_for_time_() {
  std::vector<http_request::Header> headers{{"X-API-Key", this->key_}};
  uint64_t asked = millis_64();
  Answer answer = this->read_answer_(this->http_->get(this->config_url_, headers, COLLECTED_HEADERS));
  if (answer.status == 200)
    this->clock_asked_ = asked;
  // The answer was written about half way between asking and having it.
  uint64_t told = asked + (millis_64() - asked) / 2;
  this->buffer_->clock_answered(answer.status, answer.body, answer.retry_after, told);
  if (answer.status != 200)
    ESP_LOGW(TAG, "No time from Home Assistant (status %d)", answer.status);
}

void WattwisePush::send_readings_() {
  std::vector<http_request::Header> headers{
      {"X-API-Key", this->key_},
      // Without it ESPHome calls the body text/plain, which WattWise does not take.
      {"Content-Type", "application/json"},
  };
  uint32_t refused = this->buffer_->refused();
  Answer answer =
      this->read_answer_(this->http_->post(this->data_url_, this->buffer_->body(), headers, COLLECTED_HEADERS));
  this->buffer_->answered(answer.status, answer.retry_after, millis_64());
  if (this->buffer_->refused() > refused) {
    ESP_LOGE(TAG, "Refused for good (status %d): %s", answer.status, answer.body.c_str());
  } else if (answer.status != 202) {
    ESP_LOGW(TAG, "Not taken (status %d), %u readings wait", answer.status, (unsigned) this->waiting());
  } else {
    ESP_LOGD(TAG, "Taken, %u readings wait", (unsigned) this->waiting());
  }
}

WattwisePush::Answer WattwisePush::read_answer_(const std::shared_ptr<http_request::HttpContainer> &container) {
  if (container == nullptr)
    return {0, "", ""};
  Answer answer{container->status_code, container->get_response_header("retry-after"), ""};
  answer.body.resize(std::min(container->content_length, LONGEST_ANSWER));
  http_request::http_read_fully(container.get(), reinterpret_cast<uint8_t *>(answer.body.data()),
                                answer.body.size(), 256, this->http_->get_timeout());
  answer.body.resize(std::min(container->get_bytes_read(), answer.body.size()));
  container->end();
  return answer;
}

void WattwisePush::dump_config() {
  ESP_LOGCONFIG(TAG,
                "WattWise push:\n"
                "  URL: %s\n"
                "  Reads every %u ms, sends every %u ms\n"
                "  Keeps %u readings, sends %u at once",
                this->data_url_.c_str(), (unsigned) this->read_interval_, (unsigned) this->settings_.send_interval,
                (unsigned) this->settings_.capacity, (unsigned) this->settings_.batch);
}

}  // namespace esphome::wattwise_push
