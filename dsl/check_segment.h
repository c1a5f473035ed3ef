// Segments: saved segments as an expression meets them, each read once a check however often it is
// named. Segments are settled from the innermost outwards with a stack of its own, so texts within
// texts cost no recursion: the checker's recursion is bounded by the brackets of one text.
#pragma once

#include "dsl/bound.h"
#include "dsl/check.h"
#include "dsl/diagnostic.h"
#include "dsl/names.h"
#include "dsl/scan.h"
#include "dsl/tree.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace tagline::dsl {

/// A window in the rule of a segment that begins when there is nothing of its event any more.
struct AfterData {
  std::string segment;  ///< in whose own text it stands
  std::string window;   ///< as typed
  std::string event;
  std::chrono::sys_days newest;  ///< the newest day with any of it
  bool is_relative = false;      ///< the window moves with `today`
};

/// What the text of a segment comes to.
struct SegmentReading {
  enum class State : std::uint8_t {
    Sound,    ///< `rule` is what it says
    Circle,   ///< it leads back to itself, or to segments that do
    TooDeep,  ///< more than Limits::segment_depth texts within each other
    TooLong,  ///< with it, more than Limits::segment_bytes of texts have been reached; or names one
    Broken,   ///< `fault` says what is wrong in its text
  };
  State state = State::Sound;
  std::uint32_t depth = 1;  ///< texts within each other, its own included; not of a Circle
  std::shared_ptr<const Bound> rule;
  std::shared_ptr<const SegmentFault> fault;
  /// The first in its text, or in those of the segments it names; nothing: none is known.
  std::optional<AfterData> after_data;
};

/// REQUIRES: `names` outlives it. One thread. Cost: each segment's text is read once, with those it
/// names.
class Segments {
 public:
  Segments(Names& names, const CheckOptions& options) : names_(names), options_(options) {}

  /// REQUIRES: the segment is of the names, and has an expression. The reference stays good.
  [[nodiscard]] const SegmentReading& reading(const Segment& segment);
  /// The way round: @a -> @b -> @a, from a segment whose reading is Circle; what leads into the
  /// circle comes first.
  [[nodiscard]] std::vector<std::string> circle(const Segment& segment) const;

 private:
  struct Entry {
    const Segment* segment = nullptr;
    Scanned scanned;
    Tree tree;
    std::vector<const Segment*> uses;  ///< rules it names
    std::size_t next = 0;              ///< of `uses`, to be looked at
    bool is_open = true;               ///< those it names are being read
    SegmentReading reading;
  };

  [[nodiscard]] Entry& open(const Segment& segment);
  void settle(Entry& entry);
  void bind(Entry& entry);
  void set_fault(Entry& entry, std::vector<Diagnostic> errors) const;

  Names& names_;
  const CheckOptions& options_;
  std::uint64_t bytes_ = 0;  ///< of the texts opened so far
  std::unordered_map<const Segment*, std::unique_ptr<Entry>> entries_;
};

}  // namespace tagline::dsl
