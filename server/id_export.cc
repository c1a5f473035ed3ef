#include "server/id_export.h"

#include "server/answer_json.h"
#include "server/csv_field.h"
#include "server/prepared.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{64} << 10U;
// Looked up with one snapshot.
constexpr std::size_t kUsersAtOnce = 4096;
constexpr std::uint64_t kIndexes = std::uint64_t{1} << 32U;

}  // namespace

Outcome<IdExport> IdExport::select(storage::Store& store, const QueryRequest& request,
                                   IdForm form) {
  const auto start = Clock::now();
  IdExport made(store);
  made.form_ = form;
  const auto selected = store.read([&](const storage::Snapshot& snapshot) -> Outcome<Answer> {
    auto prepared = prepare(request, snapshot);
    if (!prepared.has_value()) {
      return tl::unexpected(std::move(prepared).error());
    }
    TAGLINE_ASSIGN_OR_RETURN(made.users_, engine::select(prepared->plan, prepared->root, snapshot,
                                                         execute_options(request)));
    return std::move(prepared->answer);
  });
  if (!selected.has_value()) {
    return tl::unexpected(selected.error());
  }
  made.answer_ = *selected;
  made.answer_.count = made.users_.cardinality();
  made.users_.optimize();
  made.held_ = made.users_.memory_bytes();
  if (form == IdForm::Roaring) {
    made.portable_ = made.users_.to_portable();
    made.users_ = engine::Bitmap();
    made.held_ = made.portable_.size();
  }
  made.answer_.elapsed = since(start);
  return made;
}

Result<std::string> IdExport::next(const engine::Budget& budget) {
  TAGLINE_RETURN_IF_ERROR(budget.check());
  std::string piece;
  if (form_ == IdForm::Roaring) {
    const std::size_t from = static_cast<std::size_t>(from_);
    const std::size_t size = std::min(kPieceBytes, portable_.size() - from);
    ids_ = size > 0 ? answer_.count : ids_;  // no part of it is of some of them
    piece.assign(reinterpret_cast<const char*>(portable_.data()) + from, size);
    from_ += size;
    return piece;
  }
  if (form_ == IdForm::Csv && !std::exchange(begun_, true)) {
    piece = "id\n";
  }
  while (from_ < kIndexes && piece.size() < kPieceBytes) {
    TAGLINE_RETURN_IF_ERROR(add_ids(piece));
  }
  return piece;
}

Status IdExport::add_ids(std::string& piece) {
  std::array<engine::UserIndex, kUsersAtOnce> room{};
  const std::size_t size = users_.page(static_cast<engine::UserIndex>(from_), room);
  ids_ += size;
  from_ = size < room.size() ? kIndexes : std::uint64_t{room.back()} + 1;
  return store_->read([&](const storage::Snapshot& snapshot) {
    return snapshot.for_each_external_id(
        std::span(room).first(size), [&](engine::UserIndex, std::string_view id) {
          piece += form_ == IdForm::Csv ? csv_field(id) : quoted_json(id);
          piece += '\n';
          return true;
        });
  });
}

Outcome<Answer> unanswered(storage::Store& store, const QueryRequest& request) {
  return store.read([&](const storage::Snapshot& snapshot) -> Outcome<Answer> {
    auto prepared = prepare(request, snapshot);
    if (!prepared.has_value()) {
      return tl::unexpected(std::move(prepared).error());
    }
    return std::move(prepared->answer);
  });
}

}  // namespace tagline::server
