#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

// What an HTTP push keeps, sends and forgets. Free of ESPHome and of the chip, so that
// it can be tested on any computer; see docs/push-api.md for the protocol.
namespace wattwise {

// Settings of a buffer. Times are in milliseconds.
struct PushSettings {
  // Readings kept while the server is away.
  size_t capacity;
  // Readings sent at once.
  size_t batch;
  // Between two requests while all is well.
  uint32_t send_interval;
};

// Where a status code leaves the readings of a request.
enum class Outcome : uint8_t { SETTLED, REFUSED, TOO_LARGE, KEPT };

inline Outcome outcome_of(int status) {
  switch (status) {
    case 202:
      return Outcome::SETTLED;
    case 400:
      return Outcome::REFUSED;
    case 413:
      return Outcome::TOO_LARGE;
    default:
      return Outcome::KEPT;
  }
}

// Readings of one meter, oldest first, in memory of a fixed size.
//
// `uptime` is a 64-bit count of milliseconds since the device started. A reading gets
// its time once, so that sending it again sends the same time and the server recognises
// it. Readings taken before the clock is known get theirs when it becomes known.
class PushBuffer {
 public:
  static constexpr uint32_t FIRST_PAUSE = 5000;
  static constexpr uint32_t LONGEST_PAUSE = 300000;
  static constexpr uint32_t PAUSE_AFTER_WRONG_KEY = 120000;
  // Longer pauses than this are not taken from a server [s].
  static constexpr uint32_t LONGEST_RETRY_AFTER = 3600;

  // The names must outlive the buffer.
  PushBuffer(const char *const *names, size_t fields, const PushSettings &settings)
      : names_(names),
        fields_(fields),
        settings_(settings),
        batch_(settings.batch),
        times_(new int64_t[settings.capacity]),
        values_(new float[settings.capacity * fields]) {}

  // Keeps the values of one moment, one for each name; NAN stands for an unknown one.
  // When there is no room, the oldest reading is lost.
  void take(const float *values, int64_t uptime) {
    bool any = false;
    for (size_t i = 0; i < this->fields_; i++)
      any = any || std::isfinite(values[i]);
    if (!any)
      return;
    if (this->waiting_ == this->settings_.capacity) {
      this->forget_oldest_(1);
      this->lost_++;
    }
    size_t slot = (this->first_ + this->waiting_) % this->settings_.capacity;
    this->times_[slot] = this->clock_known_ ? uptime + this->clock_offset_ : uptime;
    std::memcpy(&this->values_[slot * this->fields_], values, this->fields_ * sizeof(float));
    this->waiting_++;
  }

  // Tells the time [ms since 1970] at an uptime.
  void set_clock(int64_t time, int64_t uptime) {
    this->clock_offset_ = time - uptime;
    if (this->clock_known_)
      return;
    this->clock_known_ = true;
    for (size_t i = 0; i < this->waiting_; i++)
      this->times_[(this->first_ + i) % this->settings_.capacity] += this->clock_offset_;
  }

  bool clock_known() const { return this->clock_known_; }

  // Whether a request is to be made now: for the clock while that is unknown, otherwise
  // with the oldest readings.
  bool due(int64_t uptime) const {
    return uptime >= this->next_ && (!this->clock_known_ || this->waiting_ > 0);
  }

  // Returns the oldest readings as {"readings": [...]}; they stay until answered().
  std::string body() {
    this->sent_ = this->waiting_ < this->batch_ ? this->waiting_ : this->batch_;
    std::string body;
    // An object has about 24 characters for each value and for the time.
    body.reserve(16 + this->sent_ * (this->fields_ + 1) * 24);
    body += "{\"readings\":[";
    for (size_t i = 0; i < this->sent_; i++) {
      if (i > 0)
        body += ',';
      this->append_reading_(body, (this->first_ + i) % this->settings_.capacity);
    }
    body += "]}";
    return body;
  }

  // Takes the answer to the last body(): forgets what the server settled and chooses
  // the time of the next request. A status of 0 or less stands for no answer;
  // `retry_after` is the header's text, or empty.
  void answered(int status, const std::string &retry_after, int64_t uptime) {
    switch (outcome_of(status)) {
      case Outcome::SETTLED:
        this->accepted_ += this->sent_;
        this->forget_sent_(uptime);
        return;
      case Outcome::REFUSED:
        this->refused_ += this->sent_;
        this->forget_sent_(uptime);
        return;
      case Outcome::TOO_LARGE:
        if (this->sent_ <= 1) {
          this->refused_ += this->sent_;
          this->forget_sent_(uptime);
        } else {
          this->batch_ = (this->sent_ + 1) / 2;
          this->next_ = uptime;
        }
        this->sent_ = 0;
        return;
      case Outcome::KEPT:
        this->sent_ = 0;
        this->wait_(status, retry_after, uptime);
    }
  }

  // Takes the answer to a question for the time: the body of GET /api/wattwise/config.
  void clock_answered(int status, const std::string &body, const std::string &retry_after,
                      int64_t uptime) {
    int64_t time = status == 200 ? server_time(body) : 0;
    if (time > 0) {
      this->set_clock(time, uptime);
      this->pause_ = 0;
      this->next_ = uptime;
    } else {
      this->wait_(status, retry_after, uptime);
    }
  }

  // Returns the time of the server [ms since 1970] in such a body, 0 where it is missing.
  static int64_t server_time(const std::string &body) {
    static const char KEY[] = "\"server_time_ms\"";
    size_t at = body.find(KEY);
    if (at == std::string::npos)
      return 0;
    at = body.find_first_not_of(" \t\r\n:", at + sizeof(KEY) - 1);
    int64_t time = 0;
    for (; at < body.size() && body[at] >= '0' && body[at] <= '9'; at++) {
      time = time * 10 + (body[at] - '0');
      // The year 2100: more digits are no time.
      if (time > 4102444800000LL)
        return 0;
    }
    // Before 2020 the server does not know the time itself.
    return time < 1577836800000LL ? 0 : time;
  }

  size_t waiting() const { return this->waiting_; }
  // Readings the server settled.
  uint32_t accepted() const { return this->accepted_; }
  // Readings that had to make room for later ones.
  uint32_t lost() const { return this->lost_; }
  // Readings the server will never take.
  uint32_t refused() const { return this->refused_; }

 protected:
  void append_reading_(std::string &body, size_t slot) const {
    char text[48];
    // Not every chip's library prints 64-bit integers.
    std::snprintf(text, sizeof(text), "{\"time\":%lu%03lu",
                  static_cast<unsigned long>(this->times_[slot] / 1000),
                  static_cast<unsigned long>(this->times_[slot] % 1000));
    body += text;
    for (size_t i = 0; i < this->fields_; i++) {
      float value = this->values_[slot * this->fields_ + i];
      // JSON has no word for what is not a number.
      if (!std::isfinite(value))
        continue;
      body += ",\"";
      body += this->names_[i];
      std::snprintf(text, sizeof(text), "\":%.3f", static_cast<double>(value));
      body += text;
    }
    body += '}';
  }

  void forget_sent_(int64_t uptime) {
    this->forget_oldest_(this->sent_);
    this->pause_ = 0;
    // What has piled up is sent without a pause.
    this->next_ = this->waiting_ >= this->batch_ ? uptime : uptime + this->settings_.send_interval;
  }

  void forget_oldest_(size_t count) {
    this->first_ = (this->first_ + count) % this->settings_.capacity;
    this->waiting_ -= count;
    // A reading that made room while its request was under way is not forgotten twice.
    this->sent_ -= this->sent_ < count ? this->sent_ : count;
  }

  void wait_(int status, const std::string &retry_after, int64_t uptime) {
    this->pause_ = this->pause_ == 0 ? FIRST_PAUSE : this->pause_ * 2;
    if (this->pause_ > LONGEST_PAUSE)
      this->pause_ = LONGEST_PAUSE;
    uint32_t pause = this->pause_;
    if (status == 401 && pause < PAUSE_AFTER_WRONG_KEY)
      pause = PAUSE_AFTER_WRONG_KEY;
    unsigned long asked = std::strtoul(retry_after.c_str(), nullptr, 10);
    if (asked > 0)
      pause = 1000 * static_cast<uint32_t>(asked < LONGEST_RETRY_AFTER ? asked : LONGEST_RETRY_AFTER);
    this->next_ = uptime + pause;
  }

  const char *const *names_;
  size_t fields_;
  PushSettings settings_;
  size_t batch_;
  std::unique_ptr<int64_t[]> times_;
  std::unique_ptr<float[]> values_;
  size_t first_{0};
  size_t waiting_{0};
  size_t sent_{0};
  bool clock_known_{false};
  int64_t clock_offset_{0};
  int64_t next_{0};
  uint32_t pause_{0};
  uint32_t accepted_{0};
  uint32_t lost_{0};
  uint32_t refused_{0};
};

}  // namespace wattwise
