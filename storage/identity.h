// What a database keeps about who is who: identities of users, merges of users found to be one
// person, and receipts of erasures. Plain values; storage/FORMAT.md says how they are written.
#pragma once

#include "engine/layout.h"
#include "storage/change.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tagline::storage {

/// A further way to name a user, beside the id they were added under: "phone:+8613800000000".
struct IdentityRecord {
  std::string identity;        ///< as it is looked up: normalised, perhaps hashed; 1 to 256 bytes
  engine::UserIndex user = 0;  ///< whom it was linked to; who that is today: survivor_of
  std::int64_t linked_s = 0;   ///< seconds since 1970, UTC
  std::string source;          ///< who or what linked it; empty: not known
  friend bool operator==(const IdentityRecord&, const IdentityRecord&) = default;
};

/// Which of two values a merged user has. Flags, sets and lists are united and events added,
/// whatever this says.
enum class MergeRule : std::uint8_t {
  Latest = 0,    ///< of whom was written last; of two written at once the survivor
  Survivor = 1,  ///< the survivor's, if it has one
  Max = 2,       ///< numbers and dates only, as the two below
  Min = 3,
  Sum = 4,  ///< numbers only
};

/// One cell in which the loser of a merge had something.
struct MergedCell {
  engine::FieldId field = 0;
  CellShape shape = CellShape::Bit;
  engine::RowId cell = 0;
  std::int64_t loser = 0;              ///< what the loser had
  std::optional<std::int64_t> before;  ///< what the survivor had
  std::optional<std::int64_t> after;   ///< what the survivor has from then on
  friend bool operator==(const MergedCell&, const MergedCell&) = default;
};

/// Two users who were found to be one person. The loser is no user any more until it is undone.
struct MergeRecord {
  std::uint32_t number = 0;  ///< from 1 on, in order
  engine::UserIndex survivor = 0;
  engine::UserIndex loser = 0;
  std::string because;  ///< the identity that both had
  std::string author;   ///< empty: not known
  std::int64_t merged_s = 0;
  std::optional<std::int64_t> undone_s;
  std::vector<MergedCell> cells;  ///< by field and cell; none once it is undone
  friend bool operator==(const MergeRecord&, const MergeRecord&) = default;
};

/// That somebody was erased, without saying who.
struct ErasureRecord {
  std::uint32_t number = 0;  ///< from 1 on, in order
  std::string digest;        ///< keyed hash of the id that was asked to be erased, in hex
  std::int64_t erased_s = 0;
  std::string author;            ///< who did it
  std::uint64_t users = 0;       ///< the person and everybody merged into it
  std::uint64_t identities = 0;  ///< and ids
  std::uint64_t cells = 0;       ///< values of tags and lists, and days of events
  std::uint64_t merges = 0;      ///< entries of the journal of merges
  friend bool operator==(const ErasureRecord&, const ErasureRecord&) = default;
};

/// How identities of one type are written and limited.
struct IdentityTypeRecord {
  enum class Form : std::uint8_t { Exact = 0, Lower = 1, Phone = 2, Email = 3 };
  std::string name;  ///< before the colon
  Form form = Form::Exact;
  std::string country;             ///< Phone: calling code of numbers without one, digits
  bool hashed = false;             ///< stored as a keyed hash
  std::uint32_t most = 0;          ///< a person may have; more are refused
  std::vector<std::string> never;  ///< that belong to nobody: test numbers, "00000000"; normalised
  friend bool operator==(const IdentityTypeRecord&, const IdentityTypeRecord&) = default;
};

}  // namespace tagline::storage
