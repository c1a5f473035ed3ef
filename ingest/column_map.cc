#include "ingest/column_map.h"

#include "ingest/limits.h"
#include "ingest/text.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <set>

namespace tagline::ingest {
namespace {

/// Names listed in a message.
constexpr std::size_t kNamesShown = 12;

/// The position (from 0) "#3" means.
std::optional<std::size_t> position_of(std::string_view name) {
  if (name.size() < 2 || name.front() != '#') {
    return std::nullopt;
  }
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number == 0 ||
      number > kColumnsMax) {
    return std::nullopt;
  }
  return number - 1;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t corner = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = corner + (a[i] == b[j] ? 0 : 1);
      corner = row[j + 1];
      row[j + 1] = std::min({change, corner + 1, row[j] + 1});
    }
  }
  return row.back();
}

/// Longer names are not compared: a header cell may be as long as a file allows.
constexpr std::size_t kComparedBytesMax = 64;

std::string nearest(const std::string& wanted, const std::vector<std::string>& names) {
  std::string best;
  std::size_t distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (const std::string& name : names) {
    if (std::max(name.size(), wanted.size()) > kComparedBytesMax) {
      continue;
    }
    const std::size_t found = edit_distance(to_lower_ascii(wanted), to_lower_ascii(name));
    if (found < distance) {
      distance = found;
      best = name;
    }
  }
  return best;
}

tl::unexpected<Error> missing_column(const std::string& wanted,
                                     const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) {
    list += (i == 0 ? "" : ", ") + excerpt(names[i]);
  }
  if (names.size() > kNamesShown) {
    list += ", ...";
  }
  const std::string near = nearest(wanted, names);
  Text hint = near.empty() ? Text{"correct the schema, or leave the column out of it",
                                  "请修改模式，或在模式中去掉该列"}
                           : Text{"the closest column is " + near, "最接近的列是 " + near};
  return failure(ErrorCode::BadSchema,
                 {"the schema names the column " + excerpt(wanted) + ", the file has " + list,
                  "模式中的列 " + excerpt(wanted) + " 不在文件中；文件的列是 " + list},
                 std::move(hint));
}

}  // namespace

std::string position_name(std::size_t column) {
  return "#" + std::to_string(column + 1);
}

std::vector<std::string> slot_columns(const Schema& schema) {
  std::vector<std::string> columns;
  if (schema.events.has_value()) {
    const EventColumns& events = *schema.events;
    columns = {events.user_column, events.time_column};
    const AmountColumn amount = events.amount.value_or(AmountColumn{});
    for (const std::string* column : {&events.event_column, &events.key_column, &amount.column,
                                      &amount.times, &events.count_column}) {
      if (!column->empty()) {
        columns.push_back(*column);
      }
    }
    for (const LinkColumn& link : events.links) {
      columns.push_back(link.column);
    }
    return columns;
  }
  if (!schema.id_column.empty()) {
    columns.push_back(schema.id_column);
  }
  for (const Column& column : schema.columns) {
    if (!column.skip) {
      columns.push_back(column.column);
    }
  }
  for (const LinkColumn& link : schema.links) {
    columns.push_back(link.column);
  }
  return columns;
}

Result<std::vector<std::string>> header_names(const std::vector<std::string_view>& cells) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const std::string_view cell : cells) {
    TAGLINE_ASSIGN_OR_RETURN(std::string name, to_nfc(trim(cell)));
    if (name.empty()) {
      name = position_name(names.size());
    }
    if (!seen.insert(name).second) {
      return failure(ErrorCode::BadInput,
                     {"the header has the column " + excerpt(name) + " twice",
                      "表头中列 " + excerpt(name) + " 出现了两次"},
                     {"rename one of them in the file", "请在文件中改掉其中一个的名称"});
    }
    names.push_back(std::move(name));
  }
  return names;
}

Result<ColumnMap> ColumnMap::make(const Schema& schema, const std::vector<std::string>& names) {
  ColumnMap map;
  map.columns_ = names.size();
  for (const std::string& column : slot_columns(schema)) {
    TAGLINE_ASSIGN_OR_RETURN(const std::string wanted, to_nfc(trim(column)));
    auto at =
        static_cast<std::size_t>(std::find(names.begin(), names.end(), wanted) - names.begin());
    if (at == names.size()) {
      at = position_of(wanted).value_or(names.size());
    }
    if (at >= names.size()) {
      return missing_column(wanted, names);
    }
    map.column_of_.push_back(at);
  }
  return map;
}

KeyMap key_map(const Schema& schema) {
  KeyMap map;
  std::uint32_t slot = 0;
  for (std::string& column : slot_columns(schema)) {
    map[std::move(column)].push_back(slot++);
  }
  return map;
}

Result<std::size_t> columns_needed(const Schema& schema) {
  std::size_t needed = 1;
  for (const std::string& column : slot_columns(schema)) {
    const auto position = position_of(trim(column));
    if (!position.has_value()) {
      return failure(
          ErrorCode::BadSchema,
          {"the schema names the column " + excerpt(column) + ", but says the file has no header",
           "模式中有列 " + excerpt(column) + "，但又说明文件没有表头"},
          {"write columns as \"#1\", \"#2\", or set \"header\": true",
           "请把列写成 \"#1\"、\"#2\"，或设 \"header\": true"});
    }
    needed = std::max(needed, *position + 1);
  }
  return needed;
}

}  // namespace tagline::ingest
