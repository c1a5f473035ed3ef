// RateLimiter: who has asked how often of late.
//
// A bucket of `requests` tokens that fills up evenly, a whole one a window: a caller may ask for a
// window's worth at once, and then as fast as tokens come back. Kept as one time a caller, the time
// at which its bucket will be full (GCRA).
#pragma once

#include "server/access/rate.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace tagline::server {

/// Thread-safe. Remembers so many callers; beyond, those that have not asked for longest start
/// anew.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;
  explicit RateLimiter(std::size_t callers_max = 8192) : callers_max_(callers_max) {}

  struct Standing {
    bool allowed = true;
    std::uint32_t remaining = 0;    ///< tokens left now
    std::chrono::seconds reset{0};  ///< until the bucket is full, rounded up
    std::chrono::seconds retry{0};  ///< until a token is there, rounded up; 0 when one is
  };
  /// Takes a token when there is one.
  [[nodiscard]] Standing take(const std::string& caller, const Rate& rate, Clock::time_point now);
  /// Takes none.
  [[nodiscard]] Standing look(const std::string& caller, const Rate& rate,
                              Clock::time_point now) const;

 private:
  struct Bucket {
    std::string caller;
    Clock::time_point full;
  };
  [[nodiscard]] Standing standing(Clock::time_point full, const Rate& rate, Clock::time_point now,
                                  bool taking) const;

  const std::size_t callers_max_;
  mutable std::mutex mutex_;   // guards all below
  std::list<Bucket> buckets_;  ///< who asked last comes first
  std::unordered_map<std::string, std::list<Bucket>::iterator> by_caller_;
};

}  // namespace tagline::server
