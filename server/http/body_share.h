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

  /// Makes it this large, if it is smaller.
  void hold(std::uint64_t bytes) {
    if (bytes > bytes_) {
      sum_ = total_.fetch_add(bytes - bytes_) + (bytes - bytes_);
      bytes_ = bytes;
    }
  }
  /// All shares there were when this one was last made larger, with it.
  [[nodiscard]] std::uint64_t sum() const { return sum_; }

 private:
  std::atomic<std::uint64_t>& total_;
  std::uint64_t bytes_;
  std::uint64_t sum_;
};

}  // namespace tagline::server
