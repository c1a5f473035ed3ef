// BodyShare: a request's part of the memory that bodies may take over all connections.
#pragma once

#include <atomic>
#include <cstdint>

namespace tagline::server {

class BodyShare {
 public:
  /// `total` outlives this.
  BodyShare(std::atomic<std::uint64_t>& total, std::uint64_t bytes)
      : total_(total), bytes_(bytes), sum_(total.fetch_add(bytes) + bytes) {}
  ~BodyShare() { total_ -= bytes_; }
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;

  /// All shares there were when this one was added, with it.
  [[nodiscard]] std::uint64_t sum() const { return sum_; }

 private:
  std::atomic<std::uint64_t>& total_;
  const std::uint64_t bytes_;
  const std::uint64_t sum_;
};

}  // namespace tagline::server
