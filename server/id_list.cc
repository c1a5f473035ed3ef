#include "server/id_list.h"

#include "ingest/input.h"
#include "ingest/line_reader.h"
#include "ingest/text.h"
#include "server/json_reader.h"

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

/// The id of a line; empty: it has none.
Result<std::string> id_of(std::string_view line, IdLines form, const Text& place) {
  if (form == IdLines::Plain || line.empty()) {
    return unquoted(line);
  }
  const Json json = Json::parse(line.begin(), line.end(), nullptr, false);
  if (!json.is_string()) {
    return failure(ErrorCode::BadInput,
                   {place.en + ": this is no JSON text", place.zh + "：不是 JSON 文本"},
                   {"write one id a line, in quotes: \"u1\"", "每行写一个带引号的编号：\"u1\""});
  }
  return json.get<std::string>();
}

/// Input has one name for both languages, at the beginning of its messages.
Error named(const Error& error, const Text& what) {
  std::string zh = error.message().zh;
  if (const std::size_t at = zh.find(what.en); at != std::string::npos && what.en != what.zh) {
    zh.replace(at, what.en.size() + (zh.substr(at + what.en.size(), 1) == " " ? 1 : 0), what.zh);
  }
  return {error.code(), {error.message().en, std::move(zh)}, error.faced_hint()};
}

constexpr std::uint64_t kLinesBetweenProgress = 16'384;

}  // namespace

Status read_ids(const std::string& path, IdLines form, const Text& what, const IdTaker& take,
                const ReadProgress& progress) {
  const auto opened = ingest::Input::open(path, what.en);
  if (!opened.has_value()) {
    return tl::unexpected(named(opened.error(), what));
  }
  const auto& input = *opened;
  ingest::LineReader lines([&](std::span<char> out) -> Result<std::size_t> {
    const auto read = input->read(out);
    return read.has_value() ? read : tl::unexpected(named(read.error(), what));
  });
  bool first = true;
  while (true) {
    TAGLINE_ASSIGN_OR_RETURN(const ingest::LineStatus status, lines.begin());
    if (status == ingest::LineStatus::End) {
      return {};
    }
    if (progress && lines.first_line() % kLinesBetweenProgress == 0) {
      progress(input->bytes_consumed(), input->bytes_total());
    }
    const std::string number = std::to_string(lines.first_line());
    const Text place{what.en + ", line " + number, what.zh + " 第 " + number + " 行"};
    if (status == ingest::LineStatus::TooLong) {
      return failure(ErrorCode::BadInput,
                     {place.en + ": far too long for an id", place.zh + "：作为编号过长"},
                     {"write one id a line", "每行写一个编号"});
    }
    TAGLINE_ASSIGN_OR_RETURN(std::string id, id_of(ingest::trim(lines.row()), form, place));
    const bool header = first && form == IdLines::Plain && ingest::to_lower_ascii(id) == "id";
    first = false;
    if (!id.empty() && !header) {
      TAGLINE_RETURN_IF_ERROR(take(std::move(id)));
    }
  }
}

Result<std::vector<std::string>> read_id_list(const std::string& file) {
  std::vector<std::string> ids;
  TAGLINE_RETURN_IF_ERROR(read_ids(file, IdLines::Plain, {file, file}, [&](std::string id) {
    if (ids.size() == kListIdsMax) {
      const std::string most = std::to_string(kListIdsMax);
      return Status(failure(ErrorCode::TooLarge, {file + " holds more than " + most + " ids",
                                                  file + " 的编号超过 " + most + " 个"}));
    }
    ids.push_back(std::move(id));
    return Status();
  }));
  return ids;
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
