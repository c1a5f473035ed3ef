// EventPlans: the events of a load, together with those of the database they are.
#pragma once

#include "engine/result.h"
#include "ingest/dictionary.h"
#include "ingest/schema.h"
#include "ingest/text_table.h"
#include "storage/record.h"
#include "storage/snapshot.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tagline::ingest {

struct EventPlan {
  EventPlan(const Column& key_column, std::vector<storage::ValueRecord> known)
      : keys(std::move(known)), key_names(key_column, keys) {}

  /// An amount was stated: the event has amounts from now on.
  void see_amount(const AmountColumn& amount);

  storage::TagRecord record;               ///< what the catalogue will say; field 0: a new event
  std::optional<storage::TagRecord> was;   ///< what it said when the plan was made
  unsigned scale = 0;                      ///< of its amounts, in cells as in rows
  std::vector<storage::ValueRecord> keys;  ///< the database's, before this load
  Dictionary key_names;
};

/// Events by code, in order of arrival. One thread.
class EventPlans {
 public:
  static constexpr std::uint32_t kBlank = 0xFFFF'FFFFU;
  static constexpr std::uint32_t kRefused = 0xFFFF'FFFEU;  ///< no possible name

  /// The fixed event gets code 0 at once; others as they come. REQUIRES: check_schema succeeded;
  /// `columns` lives as long as this, the snapshot as long as code_of is called. `now_s`: for new
  /// events. Errors: as code_of.
  [[nodiscard]] static Result<EventPlans> make(const EventColumns& columns,
                                               const storage::Snapshot& snapshot,
                                               std::int64_t now_s);

  /// The event that a cell names. SchemaConflict: a tag has the name, or the event has amounts of
  /// a smaller scale. TooLarge: more than kEventsMax events.
  [[nodiscard]] Result<std::uint32_t> code_of(std::string_view cell);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(plans_.size()); }
  [[nodiscard]] EventPlan& at(std::uint32_t code) { return plans_[code]; }
  [[nodiscard]] const EventPlan& at(std::uint32_t code) const { return plans_[code]; }
  [[nodiscard]] const EventColumns& columns() const { return columns_; }

 private:
  explicit EventPlans(const EventColumns& columns) : columns_(columns) {}
  [[nodiscard]] Status read_catalogue(const storage::Snapshot& snapshot);
  [[nodiscard]] Status read_names();
  /// The name of the event that `name` is a name of.
  [[nodiscard]] std::string our_name(const std::string& name) const;
  [[nodiscard]] const storage::TagRecord* known_event(const std::string& name) const;
  [[nodiscard]] Result<std::uint32_t> add(const std::string& name);

  const EventColumns& columns_;
  Column key_column_;
  const storage::Snapshot* snapshot_ = nullptr;
  std::int64_t now_s_ = 0;
  std::vector<storage::TagRecord> known_;
  std::set<std::string> tags_;                         ///< names of tags, all of them
  std::map<std::string, std::string> renames_;         ///< as in the file -> ours
  std::map<std::string, std::string> names_by_alias_;  ///< of the catalogue and the schema
  std::map<std::string, std::vector<const EventTexts*>> texts_;  ///< of columns_, by our name
  std::map<std::string, std::uint32_t> codes_;
  std::deque<EventPlan> plans_;
  TextTable cells_;  ///< as written in files
  std::vector<std::uint32_t> cell_codes_;
};

/// BadSchema: an unknown time format or zone, a zone that has nothing to convert, a name that
/// cannot be stored, a scale above kScaleMax.
[[nodiscard]] Status check_events(const EventColumns& columns);

}  // namespace tagline::ingest
