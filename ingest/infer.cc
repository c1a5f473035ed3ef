#include "ingest/infer.h"

#include "ingest/column_evidence.h"
#include "ingest/column_guess.h"
#include "ingest/column_map.h"
#include "ingest/field_plan.h"
#include "ingest/id_name.h"
#include "ingest/input.h"
#include "ingest/limits.h"
#include "ingest/row_source.h"
#include "ingest/sniff.h"
#include "ingest/text.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

namespace tagline::ingest {
namespace {

/// Nearly every row has one, and nearly all differ: a few blank or repeated ids are bad rows of a
/// good file, and must not turn a customer file into one of anonymous rows.
bool is_key(const ColumnEvidence& column) {
  constexpr std::uint64_t kNearly = 99;  // percent
  const std::uint64_t rows = column.codes.size();
  return rows > 0 && !column.lists && !column.objects && column.filled() * 100 >= rows * kNearly &&
         column.values.size() * 100 >= column.filled() * kNearly;
}

/// Most of the different values (of the first few) are users.
Result<bool> holds_users(const ColumnEvidence& column, const InferOptions& options) {
  constexpr std::uint32_t kLookedUp = 200;
  const auto looked = std::min(kLookedUp, static_cast<std::uint32_t>(column.values.size()));
  std::uint32_t users = 0;
  for (std::uint32_t i = 0; i < looked; ++i) {
    TAGLINE_ASSIGN_OR_RETURN(const bool known, options.is_user(column.values.at(i)));
    users += known ? 1U : 0U;
  }
  return users * 2 > looked;
}

/// The rows of a file without ids are users 1, 2, 3 and so on. In a database that has users that
/// would make as many people nobody has heard of, or write over those who have these numbers.
Status check_row_numbers(const InferOptions& options) {
  TAGLINE_ASSIGN_OR_RETURN(const bool numbered, options.is_user("1"));
  const Text none = {
      "no column of the file looks like the id of the database's users: none is named "
      "like one and holds a different value in nearly every row",
      "文件中没有像用户标识的列：没有一列既以标识命名、又几乎每行取值不同"};
  if (numbered) {
    return failure(
        ErrorCode::SchemaConflict,
        {none.en + "; by row number its rows would be written over users 1, 2, 3 and so on, who "
                   "are there already",
         none.zh + "；若按行号装入，会覆盖已有的用户 1、2、3……"},
        {"name the column: --id COLUMN; when row 1 is user 1 again: --id \"#row\"",
         "请指明该列：--id 列名；若第 1 行仍是用户 1：--id \"#row\""});
  }
  return failure(
      ErrorCode::SchemaConflict, none,
      {"name the column: --id COLUMN; to make every row a user of its own: --id \"#row\"",
       "请指明该列：--id 列名；若每行就是一个新用户：--id \"#row\""});
}

/// The column of the id: the one asked for, or the first with an identifier's name that is a key or
/// holds users of the database.
Result<std::optional<std::size_t>> guess_id(const Evidence& evidence, const InferOptions& options) {
  constexpr std::array kNamed = {is_id_name, is_contact_name};  // the surer first
  for (const auto named : kNamed) {
    for (std::size_t i = 0; i < evidence.columns.size(); ++i) {
      if (named(evidence.columns[i].name) && is_key(evidence.columns[i])) {
        return i;
      }
    }
  }
  if (!options.is_user) {
    return std::nullopt;
  }
  for (const auto named : kNamed) {
    for (std::size_t i = 0; i < evidence.columns.size(); ++i) {
      if (named(evidence.columns[i].name)) {
        TAGLINE_ASSIGN_OR_RETURN(const bool users, holds_users(evidence.columns[i], options));
        if (users) {
          return i;
        }
      }
    }
  }
  TAGLINE_RETURN_IF_ERROR(check_row_numbers(options));
  return std::nullopt;
}

Result<std::optional<std::size_t>> find_id(const Evidence& evidence, const InferOptions& options) {
  const std::string& wanted = options.id_column;
  if (wanted == kRowNumber) {
    return std::nullopt;
  }
  if (wanted.empty()) {
    return guess_id(evidence, options);
  }
  Schema asked;
  asked.id_column = wanted;
  std::vector<std::string> names;
  for (const ColumnEvidence& column : evidence.columns) {
    names.push_back(column.name);
  }
  TAGLINE_ASSIGN_OR_RETURN(const ColumnMap map, ColumnMap::make(asked, names));
  return map.column_of().front();
}

/// Whether rows with the same id differ in this column.
bool varies(const ColumnEvidence& id, const ColumnEvidence& column) {
  std::vector<std::uint32_t> first(id.values.size(), TextTable::kNone);
  for (std::size_t row = 0; row < id.codes.size(); ++row) {
    if (id.codes[row] == TextTable::kNone || column.codes[row] == TextTable::kNone) {
      continue;
    }
    std::uint32_t& seen = first[id.codes[row]];
    if (seen != TextTable::kNone && seen != column.codes[row]) {
      return true;
    }
    seen = column.codes[row];
  }
  return false;
}

/// A name that can be written in an expression without quotes: other characters become "_".
std::string plain_name(std::string_view column) {
  constexpr std::string_view kAwkward = " \t\"'():,!=<>@&|~*#%/\\[]{}+;?^`$";
  std::string text;
  std::string_view rest = trim(column);
  for (auto hidden = hidden_in(rest); hidden.has_value(); hidden = hidden_in(rest)) {
    text.append(rest.substr(0, hidden->begin)).push_back(' ');
    rest.remove_prefix(hidden->begin + hidden->bytes);
  }
  text.append(rest);
  std::string name;
  for (const char c : text) {
    if (kAwkward.find(c) == std::string_view::npos) {
      name.push_back(c);
    } else if (!name.empty() && name.back() != '_') {
      name.push_back('_');
    }
  }
  while (!name.empty() && name.back() == '_') {
    name.pop_back();
  }
  return check_addressable(name, ErrorCode::BadSchema, {}).has_value() ? name : std::string();
}

const storage::TagRecord* find_known(const std::vector<storage::TagRecord>& tags,
                                     const std::string& name) {
  const std::string lower = to_lower_ascii(name);
  const auto same = [&](const std::string& other) { return to_lower_ascii(other) == lower; };
  for (const storage::TagRecord& tag : tags) {
    if (tag.name == name) {
      return &tag;
    }
  }
  for (const storage::TagRecord& tag : tags) {
    if (same(tag.name) || std::any_of(tag.aliases.begin(), tag.aliases.end(), same)) {
      return &tag;
    }
  }
  return nullptr;
}

/// Whether a column's name may stand beside its tag's.
bool is_spelling(const std::string& name) {
  return !hidden_in(name).has_value() &&
         check_addressable(name, ErrorCode::BadSchema, {}).has_value();
}

/// Tags of one schema, each name once.
class Namer {
 public:
  explicit Namer(const InferOptions& options) : options_(options) {}

  /// The tag's name for a column, and the database's tag when it has it.
  std::string name(const std::string& column, std::size_t position,
                   const storage::TagRecord*& known) {
    known = find_known(options_.known_tags, column);
    std::string plain = column.empty() || column.front() == '#' ? "c" + std::to_string(position + 1)
                                                                : plain_name(column);
    if (plain.empty()) {
      plain = "c" + std::to_string(position + 1);
    }
    if (known == nullptr) {
      known = find_known(options_.known_tags, plain);
    }
    std::string chosen = known != nullptr ? known->name : plain;
    for (unsigned next = 2; !taken_.insert(chosen).second; ++next) {
      chosen = plain + "_" + std::to_string(next);
      known = nullptr;
    }
    return chosen;
  }

 private:
  const InferOptions& options_;
  std::set<std::string> taken_;
};

Column make_column(const Evidence& evidence, std::size_t position, std::optional<std::size_t> id,
                   Namer& namer) {
  const ColumnEvidence& seen = evidence.columns[position];
  GuessContext context;
  const std::string tag = namer.name(seen.name, position, context.known);
  context.varies = id.has_value() && varies(evidence.columns[*id], seen);
  Column column = guess(seen, context);
  column.tag = tag;
  if (tag != seen.name && !seen.name.empty() && seen.name.front() != '#' &&
      context.known == nullptr && is_spelling(seen.name)) {
    column.aliases.push_back(seen.name);
  }
  if (tag.size() > storage::kNameBytesMax || seen.name.size() > storage::kNameBytesMax) {
    column.skip = true;
    column.aliases.clear();
    column.why = {"the column's name is longer than a tag's may be", "列名超过标签名称的长度上限"};
  }
  if (!id.has_value() && !column.skip && is_id_name(seen.name)) {
    column.why.en += "; named like an id, but it repeats or has gaps: --id " + seen.name +
                     " loads by it all the same";
    column.why.zh += "；名称像用户标识，但有重复或空缺：可用 --id " + seen.name + " 指定";
  }
  return column;
}

}  // namespace

Result<Schema> infer_sample(std::string_view sample, bool complete, const InferOptions& options) {
  const FileShape shape = sniff(sample);
  TAGLINE_ASSIGN_OR_RETURN(const Evidence evidence,
                           gather(sample, complete, shape, options.sample_rows));
  TAGLINE_ASSIGN_OR_RETURN(const std::optional<std::size_t> id, find_id(evidence, options));
  Schema schema;
  schema.format = shape.format;
  schema.delimiter = shape.delimiter;
  schema.header = shape.header;
  Namer namer(options);
  for (std::size_t i = 0; i < evidence.columns.size(); ++i) {
    if (id != i) {
      schema.columns.push_back(make_column(evidence, i, id, namer));
    }
  }
  if (id.has_value()) {
    schema.id_column = evidence.columns[*id].name;
  }
  return schema;
}

namespace {

/// A file that is called NDJSON and holds no objects has no columns to find. Read as CSV its first
/// id would be a heading.
Status check_objects(std::string_view path, std::string_view sample) {
  for (const std::string_view packed : {".gz", ".xz", ".zst"}) {
    if (path.ends_with(packed)) {
      path.remove_suffix(packed.size());
    }
  }
  const std::size_t mark = sample.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
  const std::string_view content = trim(sample.substr(mark));
  const bool named_so = path.ends_with(".ndjson") || path.ends_with(".jsonl");
  if (!named_so || content.empty() || content.front() == '{') {
    return {};
  }
  constexpr std::size_t kShown = 40;
  const std::string_view line = content.substr(0, content.find_first_of("\r\n"));
  const std::string found = line.size() <= kShown ? " (" + std::string(line) + ")" : "";
  return failure(
      ErrorCode::BadInput,
      {"the first line" + found + " is no JSON object, which NDJSON has on every line",
       "第一行" + found + "不是 JSON 对象，而 NDJSON 每行都应是"},
      {"a file of ids makes a list: tagline segment import --db DIR NAME FILE; CSV is "
       "called .csv",
       "编号文件可建立名单：tagline segment import --db 目录 名称 文件；CSV 文件请用 .csv "
       "扩展名"});
}

}  // namespace

Result<Schema> infer(const std::string& path, const InferOptions& options) {
  TAGLINE_ASSIGN_OR_RETURN(const auto input, Input::open(path));
  const auto read = [&]() -> Result<Schema> {
    TAGLINE_ASSIGN_OR_RETURN(const std::string_view sample, input->peek(kSampleBytes));
    TAGLINE_RETURN_IF_ERROR(check_objects(path, sample));
    return infer_sample(sample, input->peeked_all(), options);
  };
  auto schema = read();
  return schema.has_value()
             ? std::move(schema)
             : Result<Schema>(tl::unexpected(in_file(input->name(), schema.error())));
}

}  // namespace tagline::ingest
