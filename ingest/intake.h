// Intake: how the rows of files reach whatever turns them into users or events.
#pragma once

#include "engine/result.h"
#include "ingest/load.h"
#include "ingest/rejects.h"
#include "ingest/row_batch.h"
#include "ingest/row_source.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tagline::ingest {

/// Takes in batches of rows, in order, on one thread.
class Intake {
 public:
  virtual ~Intake() = default;
  [[nodiscard]] virtual Status take(const RowBatch& batch) = 0;
  [[nodiscard]] virtual std::uint64_t rows() const = 0;  ///< so far, rejects included
};

/// Tells the caller how far things are, not more often than it can look.
class Meter {
 public:
  Meter(const LoadOptions& options, std::uint64_t bytes_total);

  void tick(std::uint64_t rows, std::uint64_t bytes);
  void tell(std::uint64_t rows, std::uint64_t bytes, bool committing);

 private:
  const LoadOptions& options_;
  Progress progress_;
  std::chrono::steady_clock::time_point last_;
};

/// Sizes of the files on disk together; 0 when one is a pipe, or none is opened. NotFound before
/// anything is read.
[[nodiscard]] Result<std::uint64_t> total_bytes(const std::vector<std::string>& files,
                                                const LoadOptions& options);

/// What options.source says the one file is; null without one. BadInput: there are several files.
[[nodiscard]] Result<std::unique_ptr<Input>> given_input(const std::vector<std::string>& files,
                                                         const LoadOptions& options);

/// Cancelled, when the load is to end.
[[nodiscard]] Status check_cancelled(const LoadOptions& options);

/// Reads everything on a thread of its own and hands it to `intake` on this one. What stopped the
/// source or the intake, Cancelled, or TooManyRejects.
[[nodiscard]] Status take_all(RowSource& source, Intake& intake, const Rejects& rejects,
                              const LoadOptions& options, Meter& meter);

}  // namespace tagline::ingest
