// IdExport: all the people an expression selects, in a form, piece by piece.
//
// They are selected in one snapshot and kept as a set, a bit a user or less; the pieces are then
// made one at a time, each with a snapshot of its own for as long as its ids are looked up. So
// whoever takes the pieces may be slow: no snapshot waits for him, which would hold back the memory
// map, and with it everybody, when a writer needs it larger. All pieces are still of the one state:
// a user's id and index never change.
#pragma once

#include "engine/bitmap.h"
#include "engine/budget.h"
#include "server/service.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tagline::server {

enum class IdForm : std::uint8_t {
  Ndjson,   ///< an id a line, as a JSON text
  Csv,      ///< a line "id", then an id a line (csv_field)
  Roaring,  ///< user indexes, in CRoaring's portable format for 32 bits
};

/// One thread at a time.
class IdExport {
 public:
  /// Refused when the expression is at fault. `store` outlives it.
  [[nodiscard]] static Outcome<IdExport> select(storage::Store& store, const QueryRequest& request,
                                                IdForm form);

  /// Of the whole.
  [[nodiscard]] const Answer& answer() const { return answer_; }
  /// Besides a piece.
  [[nodiscard]] std::uint64_t held_bytes() const { return held_; }
  /// Of all pieces made so far.
  [[nodiscard]] std::uint64_t ids_made() const { return ids_; }
  /// The next piece, "" after the last. An error of the budget, too.
  [[nodiscard]] Result<std::string> next(const engine::Budget& budget);

 private:
  explicit IdExport(storage::Store& store) : store_(&store) {}
  [[nodiscard]] Status add_ids(std::string& piece);

  storage::Store* store_;
  IdForm form_ = IdForm::Ndjson;
  Answer answer_;
  std::uint64_t held_ = 0;
  engine::Bitmap users_;             ///< but for Roaring
  std::vector<std::byte> portable_;  ///< of Roaring
  /// The next piece begins with this user; of Roaring, with this byte.
  std::uint64_t from_ = 0;
  bool begun_ = false;
  std::uint64_t ids_ = 0;
};

/// What the answer of an expression would say but for count and time: nothing is run.
[[nodiscard]] Outcome<Answer> unanswered(storage::Store& store, const QueryRequest& request);

}  // namespace tagline::server
