// KeyRing: the keys a running server knows, followed as their file changes.
#pragma once

#include "engine/error.h"
#include "server/access/api_key.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unordered_map>

namespace tagline::server {

/// The keys of one state of the file.
struct KeySet {
  /// Whether keys are needed: there is a file, or there was one since the ring was made. A file
  /// that is taken away opens nothing.
  bool needed = false;
  std::optional<Error> fault;  ///< why the file cannot be read; then no key is known
  std::unordered_map<std::string, ApiKey> by_id;

  /// The key of that text, whatever its state, or null.
  [[nodiscard]] const ApiKey* find(std::string_view text) const;
};

/// Thread-safe.
class KeyRing {
 public:
  using Clock = std::chrono::steady_clock;
  /// Reads the file at `path`.
  explicit KeyRing(std::string path);

  /// The keys as they were at most a second ago: then the file is looked at (a stat), and read
  /// again when it is another one.
  [[nodiscard]] std::shared_ptr<const KeySet> keys(Clock::time_point now = Clock::now());

 private:
  struct Stamp {
    bool there = false;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t changed_s = 0;
    std::int64_t changed_ns = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  [[nodiscard]] Stamp stamp() const;
  void read(const Stamp& stamp);

  const std::string path_;
  std::mutex mutex_;  // guards all below
  Clock::time_point looked_;
  Stamp stamp_;
  std::shared_ptr<const KeySet> keys_;
};

}  // namespace tagline::server
