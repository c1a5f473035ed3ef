#include "server/id_list.h"

#include "ingest/input.h"
#include "ingest/line_reader.h"
#include "ingest/text.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
    return std::string(text);
  }
  std::string id;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    id += text[i];
    if (text[i] == '"' && i + 2 < text.size() && text[i + 1] == '"') {
      ++i;
    }
  }
  return id;
}

Result<std::vector<std::string>> read_ids(ingest::LineReader& lines, const Text& what) {
  std::vector<std::string> ids;
  bool first = true;
  while (true) {
    TAGLINE_ASSIGN_OR_RETURN(const ingest::LineStatus status, lines.begin());
    if (status == ingest::LineStatus::End) {
      return ids;
    }
    const std::string line = std::to_string(lines.first_line());
    if (status == ingest::LineStatus::TooLong) {
      return failure(ErrorCode::BadInput,
                     {what.en + ", line " + line + ": far too long for an id",
                      what.zh + " 第 " + line + " 行：作为编号过长"},
                     {"write one id a line", "每行写一个编号"});
    }
    std::string id = unquoted(ingest::trim(lines.row()));
    const bool header = first && ingest::to_lower_ascii(id) == "id";
    first = false;
    if (id.empty() || header) {
      continue;
    }
    if (ids.size() == kListIdsMax) {
      return failure(ErrorCode::TooLarge,
                     {what.en + " holds more than " + std::to_string(kListIdsMax) + " ids",
                      what.zh + " 的编号超过 " + std::to_string(kListIdsMax) + " 个"});
    }
    ids.push_back(std::move(id));
  }
}

}  // namespace

Result<std::vector<std::string>> read_id_list(const std::string& file) {
  TAGLINE_ASSIGN_OR_RETURN(const auto input, ingest::Input::open(file));
  ingest::LineReader lines([&](std::span<char> out) { return input->read(out); });
  return read_ids(lines, {file, file});
}

Result<std::vector<std::string>> ids_of_text(std::string_view text, const Text& what) {
  ingest::LineReader lines(ingest::memory_source(text));
  return read_ids(lines, what);
}

Status write_list(storage::WriteTxn& txn, engine::FieldId field, const engine::Bitmap& members) {
  const std::uint32_t limit = txn.user_limit();
  const engine::ShardId shards = limit == 0 ? 0 : engine::shard_of(limit - 1) + 1;
  for (engine::ShardId shard = 0; shard < shards; ++shard) {
    const std::uint64_t base = std::uint64_t{shard} << engine::kShardBits;
    engine::Bitmap within = engine::Bitmap::range(base, base + engine::kShardUsers);
    within.intersect(members);
    TAGLINE_RETURN_IF_ERROR(txn.put_fragment({field, engine::kFlagRow}, shard,
                                             within.shifted(-static_cast<std::int64_t>(base))));
  }
  return {};
}

}  // namespace tagline::server
