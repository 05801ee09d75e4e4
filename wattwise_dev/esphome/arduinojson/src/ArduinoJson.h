#pragma once

// Stands in for ArduinoJson in programs of the `host` platform, so that they are built
// without a download. It writes flat objects of numbers and text, which is all that a
// meter sends; it reads nothing, and says so by an error.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ArduinoJson {

class Allocator {
 public:
  virtual void *allocate(size_t size) = 0;
  virtual void deallocate(void *pointer) = 0;
  virtual void *reallocate(void *pointer, size_t size) = 0;

 protected:
  ~Allocator() = default;
};

namespace detail {

class DefaultAllocator final : public Allocator {
 public:
  void *allocate(size_t size) override { return std::malloc(size); }
  void deallocate(void *pointer) override { std::free(pointer); }
  void *reallocate(void *pointer, size_t size) override { return std::realloc(pointer, size); }

  static DefaultAllocator *instance() {
    static DefaultAllocator allocator;
    return &allocator;
  }
};

// The members of an object in the order they were added, their values as JSON.
using Members = std::vector<std::pair<std::string, std::string>>;

inline std::string quoted(const std::string &text) {
  std::string json = "\"";
  for (unsigned char character : text) {
    if (character == '"' || character == '\\') {
      json += '\\';
      json += static_cast<char>(character);
    } else if (character < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", character);
      json += escaped;
    } else {
      json += static_cast<char>(character);
    }
  }
  return json + '"';
}

}  // namespace detail

class JsonString {
 public:
  JsonString(const char *text, size_t size, bool is_static = false) : text_(text, size) {}

  const std::string &text() const { return this->text_; }

 private:
  std::string text_;
};

// The place of a member in its object.
class JsonVariant {
 public:
  JsonVariant(std::shared_ptr<detail::Members> members, std::string key)
      : members_(std::move(members)), key_(std::move(key)) {}

  void set(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.9g", value);
    this->set_(std::isfinite(value) ? text : "null");
  }
  void set(const std::string &text) { this->set_(detail::quoted(text)); }
  void set(const char *text) { this->set_(detail::quoted(text)); }
  void set(const JsonString &text) { this->set_(detail::quoted(text.text())); }

  template<typename T> void operator=(const T &value) { this->set(value); }

 private:
  void set_(const std::string &json) {
    for (auto &member : *this->members_) {
      if (member.first == this->key_) {
        member.second = json;
        return;
      }
    }
    this->members_->emplace_back(this->key_, json);
  }

  std::shared_ptr<detail::Members> members_;
  std::string key_;
};

class JsonObject {
 public:
  JsonObject() = default;
  explicit JsonObject(std::shared_ptr<detail::Members> members) : members_(std::move(members)) {}

  JsonVariant operator[](const char *key) const { return JsonVariant(this->members_, key); }
  JsonVariant operator[](const std::string &key) const { return JsonVariant(this->members_, key); }

 private:
  std::shared_ptr<detail::Members> members_{std::make_shared<detail::Members>()};
};

class JsonDocument {
 public:
  explicit JsonDocument(Allocator *allocator = nullptr) {}
  JsonDocument(JsonObject object) {}

  template<typename T> T to() {
    this->members_ = std::make_shared<detail::Members>();
    return T(this->members_);
  }
  template<typename T> T as() const { return T(this->members_); }
  bool isNull() const { return this->members_ == nullptr; }
  bool overflowed() const { return false; }

  std::string written() const {
    std::string json = "{";
    for (const auto &member : *this->members_) {
      if (json.size() > 1)
        json += ',';
      json += detail::quoted(member.first) + ':' + member.second;
    }
    return json + '}';
  }

 private:
  std::shared_ptr<detail::Members> members_;
};

class DeserializationError {
 public:
  enum Code { Ok, NoMemory, NotSupported };

  DeserializationError(Code code) : code_(code) {}
  bool operator==(Code code) const { return this->code_ == code; }
  const char *c_str() const { return "this stand-in for ArduinoJson does not read"; }

 private:
  Code code_;
};

inline DeserializationError deserializeJson(JsonDocument &document, const uint8_t *data, size_t size) {
  return DeserializationError::NotSupported;
}

// Returns the characters written: at most `size`, without a zero at the end when full.
inline size_t serializeJson(const JsonDocument &document, char *buffer, size_t size) {
  const std::string json = document.written();
  const size_t written = json.size() < size ? json.size() : size;
  std::memcpy(buffer, json.data(), written);
  if (written < size)
    buffer[written] = '\0';
  return written;
}

}  // namespace ArduinoJson

using ArduinoJson::DeserializationError;
using ArduinoJson::deserializeJson;
using ArduinoJson::JsonDocument;
using ArduinoJson::JsonObject;
using ArduinoJson::JsonString;
using ArduinoJson::JsonVariant;
using ArduinoJson::serializeJson;
