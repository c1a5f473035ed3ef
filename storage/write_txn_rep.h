// What a WriteTxn holds. Private to storage/.
#pragma once

#include "storage/fragment_value.h"
#include "storage/lmdb_environment.h"
#include "storage/record_codec.h"
#include "storage/write_txn.h"

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace tagline::storage {

/// Names of one dictionary, so that uniqueness costs one look-up a record and not one pass.
using Names = std::unordered_map<std::string, std::uint32_t>;

struct WriteTxn::Rep {
  Rep(WriteTransaction opened, MetaRecord read) : txn(std::move(opened)), meta(std::move(read)) {}

  /// Read at the first use in a transaction.
  [[nodiscard]] Result<Names*> tag_names();
  [[nodiscard]] Result<Names*> value_names(engine::FieldId field);
  /// Writes unless the very same bytes are stored: loading a file twice changes nothing.
  [[nodiscard]] Status put_if_new(KeySpace space, Bytes key, Bytes value);
  [[nodiscard]] Status extend_population(engine::UserIndex first, std::uint32_t end);

  WriteTransaction txn;
  MetaRecord meta;
  FragmentEncoder encoder;

 private:
  std::optional<Names> tag_names_;
  std::map<engine::FieldId, Names> value_names_;
};

}  // namespace tagline::storage
