#include "server/api/asked_counts.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tagline::server {

std::size_t bytes_of(const std::vector<AskedCounts::Told>& told) {
  return std::accumulate(told.begin(), told.end(), std::size_t{0},
                         [](std::size_t bytes, const AskedCounts::Told& each) {
                           return bytes + each.expression.size() + sizeof(AskedCounts::Told);
                         });
}

// What is forgotten changes nothing for who compares with more than is known.
void AskedCounts::forget(Of& of, Clock::time_point now) {
  std::erase_if(of.known.told, [now](const Told& told) { return now - told.asked > kRemembered; });
  bytes_ -= of.bytes;
  of.bytes = bytes_of(of.known.told);
  bytes_ += of.bytes;
}

AskedCounts::Known AskedCounts::of(const std::string& caller, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = callers_.find(caller);
  if (found == callers_.end()) {
    return {};
  }
  forget(found->second, now);
  return found->second.known;
}

AskedCounts::Put AskedCounts::put(const std::string& caller, Known known, Clock::time_point now) {
  const std::size_t bytes = bytes_of(known.told);
  const std::lock_guard lock(mutex_);
  Of& of = callers_[caller];
  if (of.known.change != known.change) {
    return Put::Changed;
  }
  if (bytes_ - of.bytes + bytes > kAllBytesMax) {
    for (auto& [name, each] : callers_) {
      forget(each, now);
    }
    if (bytes_ - of.bytes + bytes > kAllBytesMax) {
      return Put::Full;
    }
  }
  bytes_ = bytes_ - of.bytes + bytes;
  of.bytes = bytes;
  // A caller that asks the same again is told the same, which no other answer need be held against.
  const bool more = known.told.size() != of.known.told.size() ||
                    !std::equal(known.told.begin(), known.told.end(), of.known.told.begin(),
                                [](const Told& a, const Told& b) {
                                  return a.expression == b.expression && a.told == b.told;
                                });
  known.change += more ? 1 : 0;
  of.known = std::move(known);
  return Put::Done;
}

}  // namespace tagline::server
