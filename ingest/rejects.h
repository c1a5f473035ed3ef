// Rejects: rows that were not loaded, counted, the first ones kept, all written to a file on
// request.
#pragma once

#include "engine/result.h"
#include "ingest/load.h"
#include "ingest/row_batch.h"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::ingest {

/// One thread.
class Rejects {
 public:
  static constexpr std::size_t kKept = 10;

  /// System when the file cannot be made. An empty path: no file.
  [[nodiscard]] static Result<Rejects> open(const std::string& path);

  [[nodiscard]] Status add(Reject reject, std::string_view row);
  /// Rows of one batch, in the order of the file whatever their order in `bad`.
  [[nodiscard]] Status add_rows(const RowBatch& batch, std::vector<BadRow> bad);
  /// Forgets those behind the first `count`: the file they are in counts as not read. What was
  /// written stays written.
  void take_back(std::uint64_t count);
  [[nodiscard]] Status close();

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] const std::vector<Reject>& first() const { return first_; }

  /// TooManyRejects when more than `share` of `rows` were refused; the hint lists the first ones.
  [[nodiscard]] Status check(std::uint64_t rows, double share) const;
  /// The same while rows are still coming: only when it is plain that the end will be no better, so
  /// that a file that does not fit its schema is not read for minutes first.
  [[nodiscard]] Status check_early(std::uint64_t rows, double share) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { static_cast<void>(std::fclose(file)); }
  };
  [[nodiscard]] Status write(std::string_view text);
  [[nodiscard]] Status write_cell(std::string_view text);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t count_ = 0;
  std::vector<Reject> first_;
};

}  // namespace tagline::ingest
