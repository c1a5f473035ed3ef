// Person: linking identities to users, merging users who turn out to be one person, undoing that,
// and erasing somebody.
//
// Linking identities of two users merges them (union-find: B. Galler and M. Fisher, "An improved
// equivalence algorithm", 1964; without path compression, so that a merge can be undone). The
// journal keeps what the loser had and what it made of the survivor, cell by cell.
#pragma once

#include "engine/error.h"
#include "engine/layout.h"
#include "engine/result.h"
#include "ingest/identity.h"
#include "storage/identity.h"
#include "storage/write_txn.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tagline::ingest {

/// A person cannot be made of more users than this: what brings them together is shared by many.
inline constexpr std::size_t kUsersOfPersonMax = 100;

/// That these all name one person.
struct LinkRequest {
  std::uint64_t line = 0;               ///< where it stands, from 1
  std::string user;                     ///< an id or identity; empty: none is named
  std::vector<std::string> identities;  ///< "phone:13800138000", in any spelling
  std::string source;                   ///< kept with the identities
};

struct LinkOptions {
  bool create = true;  ///< somebody nobody knows becomes a user
};

struct Linked {
  std::string user;  ///< id of the person
  bool user_new = false;
  std::uint64_t identities_new = 0;
  std::vector<std::uint32_t> merges;  ///< numbers of the merges it took
};

/// One thread, within one transaction. What a method refuses with a reason leaves no trace.
class People {
 public:
  template <class T>
  struct Answer {
    std::optional<T> done;
    Text refused;  ///< unless done
  };

  [[nodiscard]] static Result<People> open(storage::WriteTxn& txn, std::int64_t now_s,
                                           std::string author);

  /// Whether `link` would be done, and what it comes to; writes nothing. `user`: the request's, if
  /// it is known already.
  struct Plan {
    std::vector<std::string> fresh;        ///< identities nobody has, as stored
    std::vector<engine::UserIndex> users;  ///< who they lead to, the earliest first: it survives
    std::string because;                   ///< an identity of the second of them
    struct Merged {
      std::vector<storage::MergedCell> cells;  ///< for the journal
      std::vector<storage::Change> changes;    ///< of both users
    };
    std::vector<Merged> merged;  ///< what becomes of each but the first who has anything
  };
  [[nodiscard]] Result<Answer<Plan>> plan(const LinkRequest& request,
                                          std::optional<engine::UserIndex> user) const;
  /// REQUIRES: a plan of this very state; `person`: who has no user yet is this one.
  [[nodiscard]] Result<Linked> link(const Plan& plan, engine::UserIndex person,
                                    const std::string& source);
  /// Both. Refused, too: values that are added and would be too large. Cost: a look-up an identity;
  /// a merge reads all that both users have.
  [[nodiscard]] Result<Answer<Linked>> link(const LinkRequest& request, const LinkOptions& options);

  /// Takes an identity from its person; refused when it is a user's own id. The id of the person.
  [[nodiscard]] Result<Answer<std::string>> unlink(std::string_view identity);
  /// The loser is a user again with all it had; the survivor keeps what it has learnt since:
  /// a value that is still what the merge made of it is what it was before, sums and events lose
  /// the loser's share, sets and flags what only the loser had. Refused unless it is the last merge
  /// of that person.
  [[nodiscard]] Result<Answer<storage::MergeRecord>> undo(std::uint32_t merge);

  /// Everything about a person is gone: the user and all who were merged into it, from every tag,
  /// event, list, change beside the fragments, identity, id and merge. Folds. Nothing: nobody.
  [[nodiscard]] Result<std::optional<storage::ErasureRecord>> erase(std::string_view id);

  [[nodiscard]] const IdentityTypes& types() const { return types_; }
  /// The rule in force for a tag.
  [[nodiscard]] Result<storage::MergeRule> rule_of(engine::FieldId field) const;

 private:
  using Value = std::optional<std::int64_t>;
  using Cell = std::pair<engine::FieldId, engine::RowId>;
  using Cells = std::map<Cell, storage::Change>;

  People(storage::WriteTxn& txn, std::int64_t now_s, std::string author, IdentityTypes types)
      : txn_(txn), now_s_(now_s), author_(std::move(author)), types_(std::move(types)) {}

  /// The fields of times of tags that have one (storage::TagRecord::times).
  struct TagTimes {
    std::map<engine::FieldId, engine::FieldId> by_tag;
    std::map<engine::FieldId, engine::FieldId> by_field;
    std::set<engine::FieldId> sets;
  };
  [[nodiscard]] Result<TagTimes> times_of_tags() const;
  [[nodiscard]] Result<Cells> cells_of(engine::UserIndex user) const;
  /// `ours`, what the survivor has, comes to have the loser's, too. Nothing is written.
  [[nodiscard]] Result<Answer<Plan::Merged>> merged(engine::UserIndex survivor, Cells& ours,
                                                    engine::UserIndex loser) const;
  /// Into the first of its users; empty, or why not.
  [[nodiscard]] Result<std::optional<Text>> merge_all(Plan& plan) const;
  /// Of the tag, or of the event of a day or of its key.
  [[nodiscard]] Result<std::string> name_of(engine::FieldId field) const;
  [[nodiscard]] Result<Value> combined(const storage::Change& loser, const Value& survivor,
                                       bool loser_is_later) const;
  [[nodiscard]] Result<std::vector<storage::Change>> undone(const storage::MergeRecord& merge);
  /// A day on which an event is gone has no amount and no keys left: it may have been trimmed, or
  /// written anew, since the merge.
  [[nodiscard]] Status settle_days(const storage::MergeRecord& merge, Cells& ours,
                                   std::vector<storage::Change>& changes) const;
  /// Whoever has a value of a tag whose times are kept has a time, and nobody else. `ours`: what
  /// the survivor has after `changes`, but for the times.
  void settle_times(const storage::MergeRecord& merge, const TagTimes& times, const Cells& ours,
                    std::vector<storage::Change>& changes) const;
  [[nodiscard]] Result<std::optional<Text>> over_limits(const Plan& plan) const;
  /// The last merge of the person that stands; 0: none.
  [[nodiscard]] Result<std::uint32_t> last_merge(engine::UserIndex survivor) const;

  storage::WriteTxn& txn_;
  std::int64_t now_s_;
  std::string author_;
  IdentityTypes types_;
};

}  // namespace tagline::ingest
