// StreamRoom: the memory that replies on their way to clients may hold together.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace tagline::server {

/// Thread-safe.
class StreamRoom : public std::enable_shared_from_this<StreamRoom> {
 public:
  explicit StreamRoom(std::uint64_t bytes) : bytes_(bytes) {}

  /// So many bytes of it, given back when the place goes. Null: there is not so much left.
  class Place;
  [[nodiscard]] std::shared_ptr<Place> take(std::uint64_t bytes);

 private:
  const std::uint64_t bytes_;
  std::atomic<std::uint64_t> held_{0};
};

class StreamRoom::Place {
 public:
  Place(std::shared_ptr<StreamRoom> room, std::uint64_t bytes)
      : room_(std::move(room)), bytes_(bytes) {}
  ~Place() { room_->held_ -= bytes_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  const std::shared_ptr<StreamRoom> room_;
  const std::uint64_t bytes_;
};

inline std::shared_ptr<StreamRoom::Place> StreamRoom::take(std::uint64_t bytes) {
  // Of two at once one may be refused where either alone would have fitted: it asks again.
  if (bytes > bytes_ || held_.fetch_add(bytes) > bytes_ - bytes) {
    held_ -= bytes > bytes_ ? 0 : bytes;
    return nullptr;
  }
  return std::make_shared<Place>(shared_from_this(), bytes);
}

}  // namespace tagline::server
