// RequestMemory: keys of batches that were done, so that a batch that is sent again is told the
// same and not done again.
#pragma once

#include "engine/result.h"
#include "ingest/apply.h"
#include "storage/write_txn.h"

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

namespace tagline::ingest {

/// One thread. Of a database: the records of its requests, by key.
class RequestMemory {
 public:
  /// How many are remembered, and how long; what is over is dropped when another comes, some at a
  /// time.
  static constexpr std::size_t kKept = 10'000;
  static constexpr std::int64_t kKept_s = 24 * 60 * 60;

  struct Known {
    std::uint64_t number = 0;
    std::string digest;
  };

  /// What is in the transaction. Cost: nothing when it is known; else all records are read.
  [[nodiscard]] Status read(const storage::WriteTxn& txn);
  /// Null when it is not remembered.
  [[nodiscard]] const Known* find(const std::string& key) const;
  /// What a batch was told.
  [[nodiscard]] static Result<IngestReport> report_of(const Known& known,
                                                      const storage::WriteTxn& txn);
  [[nodiscard]] Status remember(const BatchKey& key, const IngestReport& report, std::int64_t now_s,
                                storage::WriteTxn& txn);
  /// What was remembered may not have been committed: it is read again.
  void doubt() { next_ = kUnread; }

 private:
  static constexpr std::uint64_t kUnread = ~std::uint64_t{0};
  struct Aged {
    std::uint64_t number = 0;
    std::int64_t done_s = 0;
    std::string key;
  };
  [[nodiscard]] Status drop_old(std::int64_t now_s, storage::WriteTxn& txn);

  std::unordered_map<std::string, Known> known_;
  std::deque<Aged> ages_;  ///< oldest first
  std::uint64_t next_ = kUnread;
};

}  // namespace tagline::ingest
