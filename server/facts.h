// Facts: what the leaves of an expression ask about one user, as variables that can be set.
#pragma once

#include "dsl/bound.h"
#include "dsl/catalogue.h"
#include "engine/result.h"
#include "server/verdict.h"
#include "server/what_if.h"
#include "storage/snapshot.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tagline::server {

/// A variable. States are numbers whose meaning depends on the kind.
struct Fact {
  enum class Kind : std::uint8_t {
    Flag,      ///< 0 or 1
    Category,  ///< kUnknown, or the row of the value; kOther: a value no leaf names
    SetValue,  ///< 0 or 1: has the value of `row`; row kOther: has any value no leaf names
    Number,    ///< kUnknown, or the (scaled) value
    Clause,    ///< 0 or 1: a leaf that is no tag's
  };
  static constexpr std::int64_t kUnknown = INT64_MIN;
  static constexpr std::int64_t kOther = INT64_MIN + 1;

  Kind kind = Kind::Clause;
  const dsl::Tag* tag = nullptr;  ///< null: Clause
  engine::RowId row = 0;          ///< SetValue
  Text name;
  std::int64_t now = 0;
  std::vector<std::int64_t> others;  ///< states worth trying, nearest first
};

/// Whether a condition holds of one state of its tag: a flag, a category or a number.
[[nodiscard]] bool holds_of(const dsl::Bound& condition, const Fact& fact, std::int64_t state);
/// Whether a value passes, as `rows` and `!=` say. `matches`: it is one of those named.
[[nodiscard]] bool passes(const dsl::Bound& condition, bool known, bool matches);

class Facts {
 public:
  /// Reads the user's tags. Borrows the leaves and the catalogue.
  [[nodiscard]] static Result<Facts> of(const std::vector<const Verdict*>& leaves,
                                        const dsl::Catalogue& catalogue,
                                        const storage::Snapshot& snapshot, engine::UserIndex user);

  [[nodiscard]] const std::vector<Fact>& all() const { return facts_; }
  /// Leaves whose outcome depends on a fact.
  [[nodiscard]] const std::vector<std::size_t>& leaves_of(std::size_t fact) const {
    return dependents_[fact];
  }
  /// The outcome of a leaf when the facts are in these states. Who leaves the set of people a top,
  /// bottom or sample is taken from leaves that too.
  [[nodiscard]] bool holds(std::size_t leaf, const std::vector<std::int64_t>& states) const;
  /// Whether clauses can be in these states together (server/possible.h).
  [[nodiscard]] bool can_be(const std::vector<std::int64_t>& states) const;
  /// Conditions that `holds` may look at beyond the leaf itself.
  [[nodiscard]] std::size_t conditions_among() const { return conditions_among_; }
  [[nodiscard]] Change change(std::size_t fact, std::int64_t to) const;

 private:
  Status add_tag(const dsl::Tag& tag, const std::vector<std::size_t>& leaves,
                 const storage::Snapshot& snapshot, engine::UserIndex user);
  Status add_category(const dsl::Tag& tag, const std::vector<std::size_t>& leaves,
                      const storage::Snapshot& snapshot, engine::UserIndex user);
  Status add_set(const dsl::Tag& tag, const std::vector<std::size_t>& leaves,
                 const storage::Snapshot& snapshot, engine::UserIndex user);
  Status add_number(const dsl::Tag& tag, const std::vector<std::size_t>& leaves,
                    const storage::Snapshot& snapshot, engine::UserIndex user);
  void add_clause(std::size_t leaf);
  std::size_t add(Fact fact, const std::vector<std::size_t>& leaves);
  void watch_operands();
  [[nodiscard]] bool is_outside(const dsl::Bound& clause,
                                const std::vector<std::int64_t>& states) const;
  [[nodiscard]] std::optional<bool> truth(const dsl::Bound& condition,
                                          const std::vector<std::int64_t>& states) const;
  [[nodiscard]] std::optional<bool> truth_of_tag(const dsl::Bound& condition,
                                                 const std::vector<std::int64_t>& states) const;
  [[nodiscard]] std::vector<engine::RowId> rows_named(const std::vector<std::size_t>& leaves) const;
  [[nodiscard]] bool set_holds(std::size_t leaf, const std::vector<std::int64_t>& states) const;
  [[nodiscard]] Text state_text(const Fact& fact, std::int64_t state) const;

  std::vector<const Verdict*> leaves_;
  std::vector<Fact> facts_;
  std::vector<std::vector<std::size_t>> dependents_;  ///< of each fact
  std::vector<std::vector<std::size_t>> facts_of_leaf_;
  std::vector<bool> among_;  ///< of each leaf: its operand is looked at
  std::size_t conditions_among_ = 0;
};

}  // namespace tagline::server
