// Population: the demo's shop as rows of two CSV files that are never written anywhere.
#pragma once

#include "cli/demo/calendar.h"
#include "engine/events.h"
#include "ingest/input.h"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace tagline::cli::demo {

struct Size {
  std::uint64_t users = 0;
  std::uint64_t seed = 0;
  std::uint32_t days = 0;  ///< of events
  engine::Day until = 0;   ///< the last of them
};

/// The column "source" of everything the demo puts into a catalogue: what tells its databases.
inline constexpr std::string_view kSource = "tagline demo";

/// People are numbered from 0 and each is drawn on its own: the same size, whatever part of it is
/// asked for, gives the same rows on every machine. Thread-safe; outlives its sources.
class Population {
 public:
  explicit Population(const Size& size);

  [[nodiscard]] const Size& size() const { return size_; }
  [[nodiscard]] const Calendar& calendar() const { return calendar_; }

  /// The rows of people [begin, end), as users.schema.json reads them; one thread. `made`: how many
  /// people have been made so far; may be null.
  [[nodiscard]] ingest::ByteSource users(std::uint64_t begin, std::uint64_t end,
                                         std::atomic<std::uint64_t>* made) const;
  /// The rows of what they did, as events.schema.json reads them; likewise.
  [[nodiscard]] ingest::ByteSource events(std::uint64_t begin, std::uint64_t end,
                                          std::atomic<std::uint64_t>* made) const;

 private:
  Size size_;
  Calendar calendar_;
};

}  // namespace tagline::cli::demo
