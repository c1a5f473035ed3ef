// KeptReplies: whole replies to addresses that were asked before, for as long as nothing they say
// can have changed. Answering from here takes microseconds, so the thread that moves bytes may.
#pragma once

#include "server/http/http_message.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tagline::server {

/// Thread-safe.
class KeptReplies {
 public:
  /// What a reply depends on besides its address.
  struct State {
    std::uint64_t version = 0;    ///< of the data
    std::chrono::sys_days today;  ///< relative dates, and what as_of is when not given
    friend bool operator==(const State&, const State&) = default;
  };

  /// As it was put, when that was in this state.
  [[nodiscard]] std::optional<HttpReply> find(std::string_view target, const State& state);
  /// Whether something is kept at the address, of whatever state: looking costs less than knowing
  /// the state.
  [[nodiscard]] bool has(std::string_view target) const;
  /// Forgets what is of another state. Streams, and what is longer than kBytesMax, are not kept.
  void put(const std::string& target, const State& state, const HttpReply& reply);

  /// Of an address, and of a body: small enough that no reply would be compressed.
  static constexpr std::size_t kBytesMax = 1024;
  /// Kept lately; as many that have not been asked for since are forgotten at once. 10 MB at most.
  static constexpr std::size_t kRepliesMax = 2'048;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  using Map = std::unordered_map<std::string, HttpReply, Hash, std::equal_to<>>;

  mutable std::mutex mutex_;  // guards everything below
  State state_;
  Map recent_;
  Map older_;
};

}  // namespace tagline::server
