// Verifier: the state of one verify run. Private to storage/.
#pragma once

#include "storage/snapshot_rep.h"
#include "storage/verify.h"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace tagline::storage {

/// Reads raw bytes through cursors of its own and believes none of them. Each check reports every
/// problem it can tell apart and goes on; it fails only when LMDB cannot read.
struct Verifier {
  using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

  [[nodiscard]] static Result<VerifyReport> run(const Snapshot& snapshot, const Progress& progress);

  /// In this order: fragments are judged by the tags, the tags by nothing.
  [[nodiscard]] Status check_tags();
  [[nodiscard]] Status check_values();
  [[nodiscard]] Status check_fragments(const Progress& progress);
  [[nodiscard]] Status check_users();

  void problem(const std::string& en, const std::string& zh);

  struct KnownTag {
    engine::TagKind kind = engine::TagKind::Flag;
    std::string name;
    std::set<engine::RowId> value_rows;
  };

  const Transaction& txn;
  const MetaRecord& meta;
  VerifyReport report;
  std::map<engine::FieldId, KnownTag> tags;
};

}  // namespace tagline::storage
