// Which tags an expression asks about, and when each was last asked about.
#pragma once

#include "dsl/bound.h"
#include "dsl/catalogue.h"
#include "engine/layout.h"
#include "engine/result.h"
#include "server/service.h"
#include "storage/snapshot.h"

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tagline::server {

/// Fields of tags, events and lists that are read; with `through`, also those of the rules of
/// segments it names.
[[nodiscard]] std::set<engine::FieldId> fields_of(const dsl::Bound& bound, bool through);

/// The segments whose rules name each tag or event themselves, in the order of the catalogue; of a
/// rule that cannot be checked any more, by its words. `catalogue`: of the snapshot. Cost: checks
/// every rule.
[[nodiscard]] Result<std::map<engine::FieldId, std::vector<std::string>>> segments_by_field(
    const storage::Snapshot& snapshot, const dsl::Catalogue& catalogue);

/// Remembers expressions and tags by when they were last asked, in memory: of expressions the last
/// kTextsMax different ones, kBytesMax bytes of them. What they ask about is looked up when
/// somebody wants to know, so that asking costs a look-up of its text. Thread-safe.
class AskedExpressions {
 public:
  static constexpr std::size_t kTextsMax = 4096;
  static constexpr std::size_t kBytesMax = std::size_t{16} << 20U;

  explicit AskedExpressions(std::int64_t now_s) : since_s_(now_s) {}

  void asked(std::string_view text, std::int64_t now_s);
  /// A tag by its name in the catalogue: of its values something was told, whatever of whom.
  void asked_tag(std::string_view name, std::int64_t now_s);
  /// Each with its last time, newest first.
  [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> all() const;
  [[nodiscard]] std::optional<std::int64_t> tag_asked(std::string_view name) const;
  /// Nothing older is known: when it began, or when what it forgot last was asked. Seconds since
  /// 1970.
  [[nodiscard]] std::int64_t since_s() const;

 private:
  struct Asked {
    std::string text;
    std::int64_t at_s = 0;
  };
  mutable std::mutex mutex_;
  std::list<Asked> newest_first_;
  std::unordered_map<std::string_view, std::list<Asked>::iterator> by_text_;  ///< views of the list
  std::size_t bytes_ = 0;
  std::map<std::string, std::int64_t, std::less<>> tags_;  ///< as many as there are, or have been
  std::int64_t since_s_;
};

/// The same of all that are known to have been asked about. Cost: checks every expression.
[[nodiscard]] Result<std::map<engine::FieldId, std::int64_t>> all_last_asked(
    Service& service, const AskedExpressions& asked);

/// When one of the expressions asked about `field` last, itself or through segments as they are
/// now, or its tag was asked about by name. Expressions that cannot be checked any more are passed
/// over. Cost: checks each until one does.
[[nodiscard]] Result<std::optional<std::int64_t>> last_asked(Service& service,
                                                             const AskedExpressions& asked,
                                                             engine::FieldId field);

}  // namespace tagline::server
