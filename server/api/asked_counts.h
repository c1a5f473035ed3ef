// AskedCounts: what callers with a privacy floor were told lately, so that the next answer can be
// held against it (server/api/floored_counts.h). In memory: a new server knows of nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace tagline::server {

/// Thread-safe.
class AskedCounts {
 public:
  using Clock = std::chrono::steady_clock;

  /// What a count is of.
  struct State {
    std::uint64_t version = 0;  ///< of the data
    std::chrono::sys_days as_of;
    friend bool operator==(const State&, const State&) = default;
  };
  /// An expression whose count a caller was told, and the count as it was when last looked at.
  struct Told {
    std::string expression;  ///< canonical
    std::uint64_t count = 0;
    State counted;            ///< in which that is the count
    State told;               ///< in which the caller was told one last
    Clock::time_point asked;  ///< last
  };
  struct Known {
    std::vector<Told> told;
    std::uint64_t change = 0;  ///< for put()
  };

  /// What the caller was told in the last kRemembered.
  [[nodiscard]] Known of(const std::string& caller, Clock::time_point now);

  /// Changed: the caller was told more since of(). Full: over all callers together too much would
  /// have to be remembered. Both put nothing.
  enum class Put : std::uint8_t { Done, Changed, Full };
  /// In place of what was known by of().
  [[nodiscard]] Put put(const std::string& caller, Known known, Clock::time_point now);

  /// Of one caller. Beyond, who gives answers has to refuse: what is forgotten is not protected.
  static constexpr std::size_t kToldMax = 500;
  static constexpr std::size_t kBytesMax = std::size_t{1} << 20U;  ///< of expressions
  static constexpr std::size_t kAllBytesMax = std::size_t{64} << 20U;
  static constexpr std::chrono::hours kRemembered{24};

 private:
  struct Of {
    Known known;
    std::size_t bytes = 0;
  };
  void forget(Of& of, Clock::time_point now);

  std::mutex mutex_;  // guards all below
  std::unordered_map<std::string, Of> callers_;
  std::size_t bytes_ = 0;  ///< of all
};

/// Of the expressions.
[[nodiscard]] std::size_t bytes_of(const std::vector<AskedCounts::Told>& told);

}  // namespace tagline::server
