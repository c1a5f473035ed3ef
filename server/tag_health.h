// Tag health: what a catalogue of tags needs care for: tags nobody uses, tags that went stale, are
// empty, say what another says, or are named against the rules. One finding is one thing to do.
#pragma once

#include "engine/budget.h"
#include "engine/layout.h"
#include "engine/result.h"
#include "server/near_duplicates.h"
#include "server/service.h"
#include "server/tag_spread.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

enum class HealthFinding : std::uint8_t {
  Unused,          ///< no saved segment names it, and nobody has asked about it lately
  Stale,           ///< not written lately, or most of its values were not
  Empty,           ///< nobody has it
  LowCoverage,     ///< few have it
  NearDuplicate,   ///< nearly the same people as another tag
  UnusedValues,    ///< values nobody has
  DeprecatedUsed,  ///< deprecated, and used still
  Naming,          ///< its name is against a rule
  Undocumented,    ///< a text that should be there is not
  Drifted,         ///< its values have shifted between the last two days that are kept
};
/// "unused", "stale", "empty", "low-coverage", "near-duplicate", "unused-values",
/// "deprecated-used", "naming", "undocumented", "drifted".
[[nodiscard]] std::string_view name_of(HealthFinding finding);
[[nodiscard]] std::optional<HealthFinding> finding_called(std::string_view name);
[[nodiscard]] std::vector<HealthFinding> all_findings();

enum class TagRule : std::uint8_t {
  Lower,        ///< no capital letters of ASCII
  NoBlanks,     ///< no blanks
  Ascii,        ///< letters, digits, "_", "-" and "." of ASCII alone
  LayerPrefix,  ///< begins with the last part of its layer and "_"
  Titles,       ///< titles in both languages
  Owner,        ///< an owner
  Description,  ///< a description
};
/// "lower", "no-blanks", "ascii", "layer-prefix", "titles", "owner", "description".
[[nodiscard]] std::string_view name_of(TagRule rule);
/// "lower,owner", or "none". BadInput, with what there is.
[[nodiscard]] Result<std::set<TagRule>> tag_rules_of(std::string_view list);
[[nodiscard]] Result<std::set<HealthFinding>> findings_of(std::string_view list);

struct TagHealthOptions {
  std::int64_t now_s = 0;        ///< seconds since 1970, UTC
  std::set<HealthFinding> find;  ///< empty: all
  std::int64_t stale_s = 30 * 86'400;
  std::int64_t unused_s = 90 * 86'400;
  double low_coverage = 0.01;       ///< share of the population
  double drift = kShiftedFrom;      ///< the least stability index
  double alike = 0.95;              ///< the least Jaccard index of near duplicates
  std::uint64_t alike_people = 10;  ///< values of fewer are not compared: they are alike by chance
  std::set<TagRule> rules{TagRule::NoBlanks, TagRule::Titles, TagRule::Owner, TagRule::Description};
  /// When each tag was last asked about (all_last_asked), and since when that is known. Nothing: it
  /// is not known at all, and only saved segments count as use.
  std::optional<std::map<engine::FieldId, std::int64_t>> asked;
  std::int64_t asked_since_s = 0;
  const engine::Budget* budget = nullptr;
};

struct TagFinding {
  HealthFinding finding = HealthFinding::Unused;
  std::string tag;
  std::string other;  ///< NearDuplicate: the older tag
  /// Who has the tag; Stale, of a tag whose times are kept: whose value is old; NearDuplicate: who
  /// has both of the values most alike.
  std::optional<std::uint64_t> people;
  std::optional<double> share;        ///< LowCoverage: of the population; NearDuplicate: the index
  std::optional<std::int64_t> age_s;  ///< Stale: since the tag was last written
  std::optional<double> index;        ///< Drifted: the stability index
  std::vector<std::string> names;     ///< segments, values or rules it is about; at most kNamed
  std::uint64_t names_total = 0;
  std::vector<AlikeValues> alike;  ///< most alike first; at most kNamed
  std::uint64_t alike_total = 0;
  Text message;
  static constexpr std::size_t kNamed = 20;
};

struct TagHealth {
  std::int64_t as_of_s = 0;
  std::uint64_t version = 0;
  std::uint64_t population = 0;
  std::uint64_t tags = 0;
  std::optional<std::int64_t> asked_since_s;
  /// Values not compared with those of others, beyond kComparedMax, or fewer
  /// where too many have nearly the same number of people.
  std::uint64_t not_compared = 0;
  std::vector<TagFinding> findings;  ///< by tag in order of creation, then as in HealthFinding
  static constexpr std::size_t kComparedMax = 50'000;
};

/// Cost: some look-ups a tag and value; of near duplicates engine/similar_rows.h, and of two
/// numbers whose bits have nearly the same sizes a count.
[[nodiscard]] Result<TagHealth> tag_health(Service& service, const TagHealthOptions& options);

/// {"as_of_s", "version", "population", "tags", "queries_since_s", "not_compared", "total",
/// "by_finding": {...}, "findings": [{"finding", "tag", "other"?, "people"?, "share"?, "age_s"?,
/// "stability_index"?, "names"?, "names_total"?, "alike"? [{"value", "other", "both", "either"}],
/// "alike_total"?, "message"}]}
[[nodiscard]] std::string tag_health_json(const TagHealth& health);

}  // namespace tagline::server
