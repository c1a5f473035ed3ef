// Metrics: what the server has done, counted, and as text for Prometheus (exposition format 0.0.4).
#pragma once

#include "server/http/http_server.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {

/// Counts of times, by upper bounds from 0.1 ms to 30 s.
class TimeHistogram {
 public:
  static constexpr std::array kBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                      0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                      1.0,    2.5,     5.0,    10.0,  30.0};
  void add(std::chrono::nanoseconds time);

 private:
  friend class MetricsText;
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};  ///< the last: above all
  std::atomic<std::uint64_t> nanoseconds_{0};
};

/// The text, family by family.
class MetricsText {
 public:
  /// `type` is counter, gauge or histogram; samples follow.
  void family(std::string_view name, std::string_view type, std::string_view help);
  /// Of the family that was begun. `labels` as label() makes them, joined by commas; may be empty.
  void sample(std::string_view labels, double value);
  void sample(std::string_view labels, std::uint64_t value);
  void histogram(std::string_view labels, const TimeHistogram& times);
  /// A family of one sample.
  template <class Number>
  void single(std::string_view name, std::string_view type, std::string_view help, Number value) {
    family(name, type, help);
    sample("", value);
  }
  [[nodiscard]] static std::string label(std::string_view name, std::string_view value);
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void line(std::string_view suffix, std::string_view labels, std::string_view value);
  std::string family_;
  std::string text_;
};

/// Thread-safe, and without a lock.
class Metrics {
 public:
  struct Route {
    std::string method;
    std::string path;
  };
  /// HttpReply::route is a place in `routes`, from 1.
  explicit Metrics(std::vector<Route> routes);

  void note(const HttpOutcome& outcome);
  void write(MetricsText& text) const;

 private:
  static constexpr unsigned kLeastStatus = 100;
  static constexpr std::size_t kStatuses = 500;
  struct OfRoute {
    Route name;
    std::array<std::atomic<std::uint64_t>, kStatuses> statuses{};
    std::atomic<std::uint64_t> broken_off{0};
    TimeHistogram times;
  };
  struct Refusals {
    std::string_view reason;
    unsigned status = 0;
    std::atomic<std::uint64_t> count{0};
  };
  std::vector<std::unique_ptr<OfRoute>> routes_;  ///< the first: requests that met none
  std::array<Refusals, 8> refusals_;              ///< the last: for other reasons
  TimeHistogram waits_;
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> sent_{0};
};

}  // namespace tagline::server
