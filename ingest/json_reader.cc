#include "ingest/json_reader.h"

#include "ingest/limits.h"
#include "ingest/line_reader.h"
#include "ingest/text.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <deque>
#include <optional>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::ingest {
namespace {

namespace ondemand = simdjson::ondemand;

std::size_t count_digits(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

/// The grammar of JSON numbers: simdjson's on-demand reader checks a token only when it converts
/// it, and converting would lose digits.
bool is_json_number(std::string_view text) {
  if (!text.empty() && text.front() == '-') {
    text.remove_prefix(1);
  }
  const std::size_t whole = count_digits(text);
  if (whole == 0 || (whole > 1 && text.front() == '0')) {
    return false;
  }
  text.remove_prefix(whole);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const std::size_t decimals = count_digits(text);
    if (decimals == 0) {
      return false;
    }
    text.remove_prefix(decimals);
  }
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
      text.remove_prefix(1);
    }
    const std::size_t exponent = count_digits(text);
    return exponent > 0 && exponent == text.size();
  }
  return text.empty();
}

/// 1.5e3 as 1500, exactly: programs write numbers like that, and nothing else in JSON looks so. As
/// written when there is no exponent, or one so large that no tag could hold the number.
std::optional<std::string> without_exponent(std::string_view number) {
  constexpr int kExponentMax = 40;
  const std::size_t mark = number.find_first_of("eE");
  if (mark == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view power = number.substr(mark + 1);
  power.remove_prefix(power.front() == '+' ? 1 : 0);
  int exponent = 0;
  const auto read = std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (read.ec != std::errc() || exponent < -kExponentMax || exponent > kExponentMax) {
    return std::nullopt;
  }
  std::string_view mantissa = number.substr(0, mark);
  const bool negative = mantissa.front() == '-';
  mantissa.remove_prefix(negative ? 1 : 0);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string digits(mantissa.substr(0, point));
  digits += mantissa.substr(std::min(point + 1, mantissa.size()));
  auto whole = static_cast<std::ptrdiff_t>(point) + exponent;  // digits before the point
  if (whole <= 0) {
    digits.insert(0, static_cast<std::size_t>(1 - whole), '0');
    whole = 1;
  }
  const auto before = static_cast<std::size_t>(whole);
  digits.resize(std::max(digits.size(), before), '0');
  const std::size_t first = std::min(digits.find_first_not_of('0'), before - 1);
  std::string text = digits.substr(first, before - first);
  if (before < digits.size()) {
    text += "." + digits.substr(before);
  }
  return negative ? "-" + text : text;
}

}  // namespace

struct JsonReader::Rep {
  explicit Rep(ByteSource source) : lines(std::move(source)) {}

  [[nodiscard]] simdjson::error_code read_object(Row& row);
  [[nodiscard]] simdjson::error_code read_value(ondemand::value value, CellKind& kind,
                                                std::string_view& text);
  [[nodiscard]] simdjson::error_code read_list(ondemand::value value, CellKind& kind,
                                               std::string_view& text);

  LineReader lines;
  ondemand::parser parser;
  std::vector<char> padded;           ///< the line, with the padding simdjson reads past
  std::deque<std::string> rewritten;  ///< cells of the row that are not in the line as they are:
                                      ///< lists, and numbers without their exponent
};

simdjson::error_code JsonReader::Rep::read_list(ondemand::value value, CellKind& kind,
                                                std::string_view& text) {
  ondemand::array array;
  if (const auto error = value.get_array().get(array); error != simdjson::SUCCESS) {
    return error;
  }
  std::string list;
  kind = CellKind::List;
  for (auto element : array) {
    ondemand::value inner;
    if (const auto error = element.get(inner); error != simdjson::SUCCESS) {
      return error;
    }
    ondemand::json_type type{};
    if (const auto error = inner.type().get(type); error != simdjson::SUCCESS) {
      return error;
    }
    if (type == ondemand::json_type::array || type == ondemand::json_type::object) {
      kind = CellKind::Object;
      continue;
    }
    CellKind element_kind{};
    std::string_view element_text;
    if (const auto error = read_value(inner, element_kind, element_text);
        error != simdjson::SUCCESS) {
      return error;
    }
    if (element_kind == CellKind::Text) {
      list.append(element_text).push_back(kListEnd);
    }
  }
  text = rewritten.emplace_back(std::move(list));
  return simdjson::SUCCESS;
}

simdjson::error_code JsonReader::Rep::read_value(ondemand::value value, CellKind& kind,
                                                 std::string_view& text) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type); error != simdjson::SUCCESS) {
    return error;
  }
  kind = CellKind::Text;
  switch (type) {
    case ondemand::json_type::string:
      return value.get_string().get(text);
    case ondemand::json_type::number:
      text = trim(value.raw_json_token());
      if (!is_json_number(text)) {
        return simdjson::NUMBER_ERROR;
      }
      if (auto plain = without_exponent(text)) {
        text = rewritten.emplace_back(std::move(*plain));
      }
      return simdjson::SUCCESS;
    case ondemand::json_type::boolean: {
      bool truth = false;
      const auto error = value.get_bool().get(truth);
      text = truth ? "true" : "false";
      return error;
    }
    case ondemand::json_type::null: {
      kind = CellKind::Null;
      bool null = false;
      const auto error = value.is_null().get(null);
      return error != simdjson::SUCCESS ? error : null ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
    }
    case ondemand::json_type::array:
      return read_list(value, kind, text);
    case ondemand::json_type::object:
      kind = CellKind::Object;
      return simdjson::SUCCESS;
  }
  return simdjson::TAPE_ERROR;
}

simdjson::error_code JsonReader::Rep::read_object(Row& row) {
  ondemand::document document;
  const std::size_t size = padded.size() - simdjson::SIMDJSON_PADDING;
  if (const auto error = parser.iterate(padded.data(), size, padded.size()).get(document);
      error != simdjson::SUCCESS) {
    return error;
  }
  ondemand::object object;
  if (const auto error = document.get_object().get(object); error != simdjson::SUCCESS) {
    return error;
  }
  for (auto member : object) {
    ondemand::field field;
    if (const auto error = std::move(member).get(field); error != simdjson::SUCCESS) {
      return error;
    }
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key); error != simdjson::SUCCESS) {
      return error;
    }
    CellKind kind{};
    std::string_view text;
    if (const auto error = read_value(field.value(), kind, text); error != simdjson::SUCCESS) {
      return error;
    }
    row.keys.push_back(key);
    row.cells.push_back(text);
    row.kinds.push_back(kind);
  }
  // The location is out of bounds exactly when nothing follows the object.
  const char* location = nullptr;
  return document.current_location().get(location) == simdjson::OUT_OF_BOUNDS
             ? simdjson::SUCCESS
             : simdjson::TAPE_ERROR;
}

JsonReader::JsonReader(ByteSource source) : rep_(std::make_unique<Rep>(std::move(source))) {}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;

Result<RowStatus> JsonReader::next(Row& row) {
  Rep& rep = *rep_;
  std::string_view line;
  row.text = {};
  while (line.empty()) {
    TAGLINE_ASSIGN_OR_RETURN(const LineStatus status, rep.lines.begin());
    row.line = rep.lines.first_line();
    if (status == LineStatus::End) {
      return RowStatus::End;
    }
    if (status == LineStatus::TooLong) {
      row.reason = {"the line is longer than 4 MiB", "该行超过 4 MiB"};
      return RowStatus::Bad;
    }
    row.text = rep.lines.row();
    line = trim(row.text);
  }
  row.cells.clear();
  row.kinds.clear();
  row.keys.clear();
  row.in_text = false;
  rep.padded.assign(line.size() + simdjson::SIMDJSON_PADDING, ' ');
  std::copy(line.begin(), line.end(), rep.padded.begin());
  rep.rewritten.clear();
  const simdjson::error_code error = rep.read_object(row);
  if (error != simdjson::SUCCESS) {
    const std::string cause = simdjson::error_message(error);
    row.reason = {"the line is not a JSON object: " + cause, "该行不是 JSON 对象：" + cause};
    return RowStatus::Bad;
  }
  if (row.cells.size() > kColumnsMax) {
    row.reason = {"the object has more than " + std::to_string(kColumnsMax) + " keys",
                  "对象的键超过 " + std::to_string(kColumnsMax) + " 个"};
    return RowStatus::Bad;
  }
  for (const std::string_view cell : row.cells) {
    if (cell.find('\0') != std::string_view::npos) {
      row.reason = {"a text holds a NUL character", "文本中含有 NUL 字符"};
      return RowStatus::Bad;
    }
    if (cell.size() > kFieldBytesMax) {
      row.reason = {"a text is longer than 1 MiB", "文本超过 1 MiB"};
      return RowStatus::Bad;
    }
  }
  return RowStatus::Row;
}

}  // namespace tagline::ingest
