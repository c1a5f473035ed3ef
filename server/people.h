// people: who is who, as the service and the command line ask for it: one transaction a call, plain
// structs out.
#pragma once

#include "engine/error.h"
#include "engine/result.h"
#include "ingest/person.h"
#include "storage/store.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

struct LinkPolicy {
  bool each = false;   ///< a request that cannot be done is left out; else none of them is done
  bool create = true;  ///< somebody nobody knows becomes a user
};

struct LinkReport {
  static constexpr std::size_t kShown = 100;
  struct Line {
    std::uint64_t line = 0;
    ingest::Linked linked;
  };
  struct RefusedLine {
    std::uint64_t line = 0;
    std::string user;
    Text reason;
  };
  std::uint64_t linked = 0;  ///< requests done
  std::uint64_t refused = 0;
  std::uint64_t users_new = 0;
  std::uint64_t identities_new = 0;
  std::uint64_t merges = 0;
  std::uint64_t version = 0;  ///< of the state that has it
  std::vector<Line> first;    ///< at most kShown
  std::vector<RefusedLine> first_refused;
};
/// All requests in one commit, in order. BadInput with the first that cannot be done, unless
/// `each`; TooLarge when values of two users are too large to be added. Cost: ingest::People.
[[nodiscard]] Result<LinkReport> link(storage::Store& store,
                                      const std::vector<ingest::LinkRequest>& requests,
                                      const LinkPolicy& policy, const std::string& author);

struct Unlinked {
  std::string identity;  ///< as it was stored
  std::string user;
};
/// NotFound when nobody has it, SchemaConflict when it is a user's own id, BadInput when it can be
/// none.
[[nodiscard]] Result<Unlinked> unlink(storage::Store& store, std::string_view identity);

/// A merge in the names of users.
struct MergeShown {
  storage::MergeRecord record;
  std::string survivor;
  std::string loser;
};
/// NotFound; SchemaConflict when it is not the last merge of its person, or was undone already.
[[nodiscard]] Result<MergeShown> undo_merge(storage::Store& store, std::uint32_t number,
                                            const std::string& author);
struct MergePage {
  std::vector<MergeShown> merges;  ///< the newest first
  std::uint32_t next = 0;          ///< `before` of the next page; 0: there is none
};
[[nodiscard]] Result<MergePage> merges(storage::Store& store, std::uint32_t before,
                                       std::size_t limit);

/// Everything about who somebody is.
struct PersonShown {
  std::string user;
  std::vector<storage::IdentityRecord> identities;  ///< also of who was merged into it, by text
  std::vector<MergeShown> merges;                   ///< that stand, in order
  std::optional<std::int64_t> updated_s;            ///< tags last written, seconds since 1970 (UTC)
};
/// Of an id, or an identity in any spelling. NotFound.
[[nodiscard]] Result<PersonShown> person(storage::Store& store, std::string_view id);

/// NotFound.
[[nodiscard]] Result<storage::ErasureRecord> erase_person(storage::Store& store,
                                                          std::string_view id,
                                                          const std::string& author);
struct ErasurePage {
  std::vector<storage::ErasureRecord> erasures;  ///< the newest first
  std::uint32_t next = 0;
};
[[nodiscard]] Result<ErasurePage> erasures(storage::Store& store, std::uint32_t before,
                                           std::size_t limit);

[[nodiscard]] Result<std::vector<storage::IdentityTypeRecord>> identity_types(
    storage::Store& store);
/// BadInput. `never` may be in any spelling. SchemaConflict when the form, the country or the
/// hashing of a type would change of which there are identities: they would not be found again.
[[nodiscard]] Result<storage::IdentityTypeRecord> put_identity_type(
    storage::Store& store, storage::IdentityTypeRecord type);

/// "latest", "survivor", "max", "min", "sum".
[[nodiscard]] std::string_view name_of(storage::MergeRule rule);
[[nodiscard]] std::optional<storage::MergeRule> merge_rule_of(std::string_view name);
/// "exact", "lower", "phone", "email".
[[nodiscard]] std::string_view name_of(storage::IdentityTypeRecord::Form form);
[[nodiscard]] std::optional<storage::IdentityTypeRecord::Form> form_of(std::string_view name);

struct TagMergeRule {
  std::string tag;
  engine::TagKind kind = engine::TagKind::Flag;
  std::optional<storage::MergeRule> rule;  ///< nothing: united (flags, sets), added (events)
};
/// Of all tags and events.
[[nodiscard]] Result<std::vector<TagMergeRule>> merge_rules(storage::Store& store);
/// NotFound; BadInput when tags of its kind cannot have the rule.
[[nodiscard]] Result<TagMergeRule> put_merge_rule(storage::Store& store, std::string_view tag,
                                                  storage::MergeRule rule);

}  // namespace tagline::server
