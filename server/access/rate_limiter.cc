#include "server/access/rate_limiter.h"

#include <algorithm>

namespace tagline::server {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

Nanoseconds token_time(const Rate& rate) {
  return Nanoseconds(rate.window) / rate.requests;
}

}  // namespace

RateLimiter::Standing RateLimiter::standing(Clock::time_point full, const Rate& rate,
                                            Clock::time_point now, bool taking) const {
  const Nanoseconds token = token_time(rate);
  const Nanoseconds most = token * rate.requests;
  // A caller whose rate has changed since may owe more than a bucket.
  const Nanoseconds owed =
      std::clamp(std::chrono::duration_cast<Nanoseconds>(full - now), Nanoseconds(0), most);
  Standing standing;
  standing.allowed = owed + token <= most;
  const Nanoseconds after = taking && standing.allowed ? owed + token : owed;
  standing.remaining = static_cast<std::uint32_t>((most - after) / token);
  standing.reset = std::chrono::ceil<std::chrono::seconds>(after);
  if (!standing.allowed) {
    standing.retry = std::max(std::chrono::ceil<std::chrono::seconds>(owed + token - most),
                              std::chrono::seconds(1));
  }
  return standing;
}

RateLimiter::Standing RateLimiter::look(const std::string& caller, const Rate& rate,
                                        Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_caller_.find(caller);
  return standing(found == by_caller_.end() ? now : found->second->full, rate, now, false);
}

RateLimiter::Standing RateLimiter::take(const std::string& caller, const Rate& rate,
                                        Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  auto found = by_caller_.find(caller);
  if (found == by_caller_.end()) {
    if (buckets_.size() >= callers_max_ && !buckets_.empty()) {
      by_caller_.erase(buckets_.back().caller);
      buckets_.pop_back();
    }
    buckets_.push_front({caller, now});
    found = by_caller_.emplace(caller, buckets_.begin()).first;
  } else {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
  }
  Bucket& bucket = *found->second;
  const Standing now_standing = standing(bucket.full, rate, now, true);
  if (now_standing.allowed) {
    bucket.full = std::max(bucket.full, now) + token_time(rate);
  }
  return now_standing;
}

}  // namespace tagline::server
