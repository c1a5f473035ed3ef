// Identity: further ways to name a person, "type:value", and how each type is written so that two
// spellings of one are one.
#pragma once

#include "engine/error.h"
#include "engine/result.h"
#include "storage/identity.h"
#include "storage/snapshot.h"
#include "storage/write_txn.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::ingest {

/// Why a text, trimmed, cannot be the id of a user; nothing when it can.
[[nodiscard]] std::optional<Text> id_reason(std::string_view id);

/// The types every database has until it says otherwise: phone, email, openid, unionid, device and
/// crm.
[[nodiscard]] const std::vector<storage::IdentityTypeRecord>& built_in_identity_types();

/// BadInput unless the record can be a type: its name has a letter first, then letters, digits, "_"
/// and "-" (ASCII, small), a country code is digits, `most` is at least 1.
[[nodiscard]] Status check_identity_type(const storage::IdentityTypeRecord& type);

/// The types of one state of a database. Immutable; any thread.
class IdentityTypes {
 public:
  [[nodiscard]] static Result<IdentityTypes> read(const storage::Snapshot& snapshot);
  [[nodiscard]] static Result<IdentityTypes> read(const storage::WriteTxn& txn);

  /// By name, built-in ones included.
  [[nodiscard]] const std::map<std::string, storage::IdentityTypeRecord, std::less<>>& all() const {
    return types_;
  }
  /// Null: no type of that name.
  [[nodiscard]] const storage::IdentityTypeRecord* find(std::string_view name) const;
  /// The type that a text names before its first colon; null: it is no identity of a known type.
  [[nodiscard]] const storage::IdentityTypeRecord* type_of(std::string_view text) const;

  /// An identity as it is stored: "Phone: 138 0013 8000" is "phone:+8613800138000", and of a hashed
  /// type "email:#" and 32 hex digits, which is taken as it is when it comes in. Or why it cannot
  /// be one: no known type, no possible value, one of those that belong to nobody.
  struct Normal {
    std::string text;  ///< empty: `why` says why not
    Text why;
    bool nobody = false;  ///< because it is one of the values that belong to nobody
  };
  [[nodiscard]] Normal normal(std::string_view text) const;
  /// The same of a value of a type.
  [[nodiscard]] Normal normal(const storage::IdentityTypeRecord& type,
                              std::string_view value) const;
  /// What to look a user's id up as: an identity as it is stored, any other text as it is.
  [[nodiscard]] std::string stored_id(std::string_view id) const;
  /// 32 hex digits of the keyed hash of a text: BLAKE2b with the database's seed as key. It keeps
  /// texts out of sight; who has the database can still try all phone numbers.
  [[nodiscard]] std::string digest(std::string_view text) const;

 private:
  IdentityTypes(std::span<const storage::IdentityTypeRecord> set, std::uint64_t seed);

  std::map<std::string, storage::IdentityTypeRecord, std::less<>> types_;
  std::uint64_t seed_;
};

/// Ids of users as they are stored, in one state of a database (Snapshot or WriteTxn), which
/// outlives it. Reads the types when an id first looks like an identity. One thread.
template <class State>
class StoredIds {
 public:
  explicit StoredIds(const State& state) : state_(state) {}

  /// What to look `id` up as, where that is another text: an identity that is not spelled as it is
  /// stored. Not so where somebody was added under this very spelling, before there were types.
  [[nodiscard]] Result<std::optional<std::string>> respelled(std::string_view id) {
    if (id.find(':') == std::string_view::npos) {
      return std::optional<std::string>();
    }
    if (!types_.has_value()) {
      TAGLINE_ASSIGN_OR_RETURN(types_, IdentityTypes::read(state_));
    }
    std::string stored = types_->stored_id(id);
    if (stored == id) {
      return std::optional<std::string>();
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto known, state_.find_user(id));
    return known.has_value() ? std::nullopt : std::optional(std::move(stored));
  }
  /// The user of an id or of an identity in any spelling; nothing: nobody.
  [[nodiscard]] Result<std::optional<engine::UserIndex>> find(std::string_view id) {
    TAGLINE_ASSIGN_OR_RETURN(const auto other, respelled(id));
    return state_.find_user(other.has_value() ? std::string_view(*other) : id);
  }

 private:
  const State& state_;
  std::optional<IdentityTypes> types_;
};

/// StoredIds::find for one id alone.
[[nodiscard]] Result<std::optional<engine::UserIndex>> find_person(
    const storage::Snapshot& snapshot, std::string_view id);

}  // namespace tagline::ingest
