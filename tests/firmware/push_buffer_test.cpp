// Tests of firmware/components/wattwise_push/push_buffer.h; test_push_buffer.py runs
// them. Each prints its name when it begins and ends the program when it fails.

#include "push_buffer.h"

#include <cstdio>
#include <cstdlib>
#include <random>

using wattwise::PushBuffer;
using wattwise::PushSettings;

#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      std::printf("FAILED in line %d: %s\n", __LINE__, #condition); \
      std::exit(1); \
    } \
  } while (false)

#define CHECK_TEXT(actual, expected) \
  do { \
    std::string text = (actual); \
    if (text != (expected)) { \
      std::printf("FAILED in line %d:\n  is      %s\n  wanted  %s\n", __LINE__, text.c_str(), (expected)); \
      std::exit(1); \
    } \
  } while (false)

static const char *const NAMES[] = {"power", "energy_import"};
static const PushSettings SETTINGS{/*capacity=*/4, /*batch=*/2, /*send_interval=*/10000};
// 2026-03-01 07:00:00 UTC, when the device had been running for 5 s.
static const int64_t TIME = 1772348400000;
static const int64_t UPTIME = 5000;

static void take(PushBuffer &buffer, float power, float energy, int64_t uptime) {
  const float values[] = {power, energy};
  buffer.take(values, uptime);
}

static PushBuffer make_with_clock() {
  PushBuffer buffer(NAMES, 2, SETTINGS);
  buffer.set_clock(TIME, UPTIME);
  return buffer;
}

static void a_body_has_the_time_and_the_values() {
  PushBuffer buffer = make_with_clock();
  take(buffer, 412.5f, 1234.567f, UPTIME);
  take(buffer, -3.0f, 1234.568f, UPTIME + 10250);
  CHECK_TEXT(buffer.body(),
             "{\"readings\":["
             "{\"time\":1772348400000,\"power\":412.500,\"energy_import\":1234.567},"
             "{\"time\":1772348410250,\"power\":-3.000,\"energy_import\":1234.568}]}");
}

static void an_unknown_value_is_left_out() {
  PushBuffer buffer = make_with_clock();
  take(buffer, NAN, 1.0f, UPTIME);
  take(buffer, 2.0f, INFINITY, UPTIME);
  CHECK_TEXT(buffer.body(),
             "{\"readings\":[{\"time\":1772348400000,\"energy_import\":1.000},"
             "{\"time\":1772348400000,\"power\":2.000}]}");
}

static void a_reading_without_values_is_none() {
  PushBuffer buffer = make_with_clock();
  take(buffer, NAN, NAN, UPTIME);
  CHECK(buffer.waiting() == 0);
  CHECK(!buffer.due(UPTIME));
}

static void the_clock_dates_readings_taken_before() {
  PushBuffer buffer(NAMES, 2, SETTINGS);
  take(buffer, 1.0f, NAN, 1000);
  CHECK(buffer.due(1000));
  CHECK(!buffer.clock_known());
  buffer.set_clock(TIME, UPTIME);
  take(buffer, 2.0f, NAN, 6000);
  CHECK_TEXT(buffer.body(),
             "{\"readings\":[{\"time\":1772348396000,\"power\":1.000},{\"time\":1772348401000,\"power\":2.000}]}");
}

static void a_corrected_clock_leaves_old_times_alone() {
  PushBuffer buffer = make_with_clock();
  take(buffer, 1.0f, NAN, UPTIME);
  buffer.set_clock(TIME + 3000, UPTIME + 1000);
  take(buffer, 2.0f, NAN, UPTIME + 1000);
  CHECK_TEXT(buffer.body(),
             "{\"readings\":[{\"time\":1772348400000,\"power\":1.000},{\"time\":1772348403000,\"power\":2.000}]}");
}

static void only_what_was_settled_is_forgotten() {
  PushBuffer buffer = make_with_clock();
  for (int i = 0; i < 3; i++)
    take(buffer, i, NAN, UPTIME);
  buffer.body();
  CHECK(buffer.waiting() == 3);
  buffer.answered(202, "", UPTIME);
  CHECK(buffer.waiting() == 1);
  CHECK(buffer.accepted() == 2);
  CHECK_TEXT(buffer.body(), "{\"readings\":[{\"time\":1772348400000,\"power\":2.000}]}");
}

static void what_waits_is_sent_again_with_the_same_time() {
  for (int status : {0, -1, 401, 404, 415, 429, 500, 502, 503}) {
    PushBuffer buffer = make_with_clock();
    take(buffer, 1.0f, NAN, UPTIME);
    std::string first = buffer.body();
    buffer.answered(status, "", UPTIME);
    CHECK(buffer.waiting() == 1);
    CHECK(buffer.refused() == 0);
    CHECK(buffer.lost() == 0);
    CHECK(!buffer.due(UPTIME));
    CHECK_TEXT(buffer.body(), first.c_str());
  }
}

static void a_body_that_makes_no_sense_is_dropped_and_counted() {
  PushBuffer buffer = make_with_clock();
  for (int i = 0; i < 3; i++)
    take(buffer, i, NAN, UPTIME);
  buffer.body();
  buffer.answered(400, "", UPTIME);
  CHECK(buffer.waiting() == 1);
  CHECK(buffer.refused() == 2);
  CHECK(buffer.accepted() == 0);
}

static void too_large_a_body_is_sent_in_parts() {
  PushBuffer buffer = make_with_clock();
  take(buffer, 1.0f, NAN, UPTIME);
  take(buffer, 2.0f, NAN, UPTIME);
  buffer.body();
  buffer.answered(413, "", UPTIME);
  CHECK(buffer.waiting() == 2);
  CHECK(buffer.due(UPTIME));
  CHECK_TEXT(buffer.body(), "{\"readings\":[{\"time\":1772348400000,\"power\":1.000}]}");
  buffer.answered(413, "", UPTIME);
  CHECK(buffer.waiting() == 1);
  CHECK(buffer.refused() == 1);
}

static void the_oldest_makes_room() {
  PushBuffer buffer = make_with_clock();
  for (int i = 0; i < 7; i++)
    take(buffer, i, NAN, UPTIME);
  CHECK(buffer.waiting() == 4);
  CHECK(buffer.lost() == 3);
  CHECK_TEXT(buffer.body(),
             "{\"readings\":[{\"time\":1772348400000,\"power\":3.000},{\"time\":1772348400000,\"power\":4.000}]}");
}

static void a_reading_lost_under_way_is_not_forgotten_twice() {
  PushBuffer buffer = make_with_clock();
  for (int i = 0; i < 4; i++)
    take(buffer, i, NAN, UPTIME);
  buffer.body();
  take(buffer, 4.0f, NAN, UPTIME);
  buffer.answered(202, "", UPTIME);
  CHECK(buffer.waiting() == 3);
  CHECK_TEXT(buffer.body(),
             "{\"readings\":[{\"time\":1772348400000,\"power\":2.000},{\"time\":1772348400000,\"power\":3.000}]}");
}

static void pauses_double_up_to_the_longest() {
  PushBuffer buffer = make_with_clock();
  take(buffer, 1.0f, NAN, UPTIME);
  int64_t now = UPTIME;
  for (int64_t pause : {5000, 10000, 20000, 40000, 80000, 160000, 300000, 300000}) {
    buffer.body();
    buffer.answered(0, "", now);
    CHECK(!buffer.due(now + pause - 1));
    CHECK(buffer.due(now + pause));
    now += pause;
  }
  buffer.body();
  buffer.answered(202, "", now);
  take(buffer, 2.0f, NAN, now);
  CHECK(!buffer.due(now + 9999));
  CHECK(buffer.due(now + 10000));
  buffer.body();
  buffer.answered(0, "", now);
  CHECK(buffer.due(now + 5000));
}

static void the_server_says_how_long_to_wait() {
  PushBuffer buffer = make_with_clock();
  take(buffer, 1.0f, NAN, UPTIME);
  buffer.body();
  buffer.answered(503, "42", UPTIME);
  CHECK(!buffer.due(UPTIME + 41999));
  CHECK(buffer.due(UPTIME + 42000));
  buffer.body();
  buffer.answered(429, "99999999", UPTIME);
  CHECK(buffer.due(UPTIME + 3600 * 1000));
  buffer.body();
  buffer.answered(503, "Sun, 01 Mar 2026 07:00:00 GMT", UPTIME);
  CHECK(buffer.due(UPTIME + 300000));
}

static void a_wrong_key_is_not_tried_often() {
  PushBuffer buffer = make_with_clock();
  take(buffer, 1.0f, NAN, UPTIME);
  buffer.body();
  buffer.answered(401, "", UPTIME);
  CHECK(!buffer.due(UPTIME + 119999));
  CHECK(buffer.due(UPTIME + 120000));
}

static void what_piled_up_is_sent_without_a_pause() {
  PushBuffer buffer = make_with_clock();
  for (int i = 0; i < 4; i++)
    take(buffer, i, NAN, UPTIME);
  buffer.body();
  buffer.answered(202, "", UPTIME);
  CHECK(buffer.due(UPTIME));
  buffer.body();
  buffer.answered(202, "", UPTIME);
  CHECK(buffer.waiting() == 0);
  CHECK(!buffer.due(UPTIME + 10000));
}

static void the_server_tells_the_time() {
  CHECK(PushBuffer::server_time("{\"meter\": \"Grid\", \"server_time_ms\": 1772348415123, \"x\": 1}") ==
        1772348415123);
  CHECK(PushBuffer::server_time("{\"server_time_ms\":1772348415123}") == 1772348415123);
  for (const char *body : {"", "{}", "{\"server_time_ms\":", "{\"server_time_ms\": null}", "{\"server_time_ms\": 0}",
                           "{\"server_time_ms\": -1772348415123}", "{\"server_time_ms\": \"1772348415123\"}",
                           "{\"server_time_ms\": 99999999999999999999999999}"})
    CHECK(PushBuffer::server_time(body) == 0);
}

static void without_the_time_nothing_is_sent() {
  PushBuffer buffer(NAMES, 2, SETTINGS);
  CHECK(buffer.due(0));
  buffer.clock_answered(503, "", "7", 0);
  CHECK(!buffer.clock_known());
  CHECK(!buffer.due(6999));
  CHECK(buffer.due(7000));
  buffer.clock_answered(200, "no json", "", 7000);
  CHECK(!buffer.clock_known());
  buffer.clock_answered(200, "{\"server_time_ms\": 1772348415123}", "", 20000);
  CHECK(buffer.clock_known());
  CHECK(!buffer.due(20000));
  take(buffer, 1.0f, NAN, 20000);
  CHECK(buffer.due(20000));
}

// A server that fails in every way it can and is away for an hour each day, for three
// days: each reading is settled, lost or refused, in the order it was taken.
static void no_reading_gets_out_of_count() {
  const PushSettings settings{/*capacity=*/50, /*batch=*/20, /*send_interval=*/10};
  PushBuffer buffer(NAMES, 2, settings);
  std::mt19937 random(1);
  uint32_t taken = 0;
  int last = -1;
  for (int64_t uptime = 0; uptime < 3LL * 24 * 3600 * 1000; uptime += 100) {
    if (random() % 16 == 0) {
      take(buffer, taken, NAN, uptime);
      taken++;
    }
    if (!buffer.due(uptime))
      continue;
    if (!buffer.clock_known()) {
      buffer.clock_answered(200, "{\"server_time_ms\":1772348400000}", "", uptime);
      continue;
    }
    static const int STATUSES[] = {202, 202, 202, 503, 0, 429, 413, 400};
    bool away = uptime / 3600000 % 24 == 5;
    int status = away ? 0 : STATUSES[random() % 8];
    std::string body = buffer.body();
    if (status == 202) {
      for (size_t at = body.find("\"power\":"); at != std::string::npos; at = body.find("\"power\":", at + 1)) {
        int number = std::atoi(body.c_str() + at + 8);
        CHECK(number > last);
        last = number;
      }
    }
    buffer.answered(status, status == 429 ? "1" : "", uptime);
    CHECK(buffer.waiting() <= settings.capacity);
    CHECK(taken == buffer.accepted() + buffer.lost() + buffer.refused() + buffer.waiting());
  }
  CHECK(buffer.accepted() > 1000);
  CHECK(buffer.lost() > 0);
}

#define RUN(test) \
  do { \
    std::printf("%s\n", #test); \
    test(); \
  } while (false)

int main() {
  RUN(a_body_has_the_time_and_the_values);
  RUN(an_unknown_value_is_left_out);
  RUN(a_reading_without_values_is_none);
  RUN(the_clock_dates_readings_taken_before);
  RUN(a_corrected_clock_leaves_old_times_alone);
  RUN(only_what_was_settled_is_forgotten);
  RUN(what_waits_is_sent_again_with_the_same_time);
  RUN(a_body_that_makes_no_sense_is_dropped_and_counted);
  RUN(too_large_a_body_is_sent_in_parts);
  RUN(the_oldest_makes_room);
  RUN(a_reading_lost_under_way_is_not_forgotten_twice);
  RUN(pauses_double_up_to_the_longest);
  RUN(the_server_says_how_long_to_wait);
  RUN(a_wrong_key_is_not_tried_often);
  RUN(what_piled_up_is_sent_without_a_pause);
  RUN(the_server_tells_the_time);
  RUN(without_the_time_nothing_is_sent);
  RUN(no_reading_gets_out_of_count);
  return 0;
}
