#include "ingest/operation_value.h"

#include "ingest/dictionary.h"
#include "ingest/field_plan.h"
#include "ingest/number.h"
#include "ingest/text.h"
#include "storage/write_txn.h"

namespace tagline::ingest {

using engine::TagKind;
using storage::CellShape;

Reason reason(const std::string& en, const std::string& zh) {
  return Text{en, zh};
}

std::optional<bool> truth_of(std::string_view text) {
  const std::string word = to_lower_ascii(trim(text));
  for (const auto& [yes, no] : flag_pairs()) {
    if (word == yes || word == no) {
      return word == yes;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> number_of(const std::string& text, unsigned scale,
                                      const std::string& what, Reason& why) {
  const NumberParse parsed = parse_number(text, scale);
  const std::string found = what + ": \"" + excerpt(text) + "\"";
  const std::string found_zh = what + "：“" + excerpt(text) + "”";
  switch (parsed.status) {
    case NumberStatus::Ok:
      return parsed.value;
    case NumberStatus::NotANumber:
      why = reason(found + ", expected a number such as 12.5", found_zh + "，应为数值，例如 12.5");
      break;
    case NumberStatus::TooManyDecimals: {
      const std::string digits = std::to_string(scale);
      why = reason(found + " has more than " + digits + " digits after the point",
                   found_zh + " 的小数超过 " + digits + " 位");
      break;
    }
    case NumberStatus::TooLarge:
      why = reason(found + " is too large", found_zh + " 过大");
      break;
  }
  return std::nullopt;
}

Reason bounds_reason(const storage::TagRecord& tag, std::int64_t value) {
  if ((tag.min && value < *tag.min) || (tag.max && value > *tag.max)) {
    return reason(tag.name + ": the number is outside the bounds the tag declares",
                  tag.name + "：数值超出标签声明的范围");
  }
  return std::nullopt;
}

CellShape cell_shape(TagKind kind) {
  switch (kind) {
    case TagKind::Flag:
    case TagKind::Set:
      return CellShape::Bit;
    case TagKind::Category:
      return CellShape::Choice;
    case TagKind::Number:
    case TagKind::Date:
    case TagKind::Event:
      break;
  }
  return CellShape::Number;
}

bool can_be_named(const std::string& text) {
  if (text.empty() || text.size() > storage::kNameBytesMax || !is_utf8(text) ||
      hidden_in(text).has_value() || text == "." || text == "..") {
    return false;
  }
  const auto name = name_of_cell(text);
  return name.has_value() && *name == text;
}

bool is_number(std::string_view text) {
  const NumberShape shape = ingest::shape_of(text);
  return shape.number && !shape.zero_padded;
}

}  // namespace tagline::ingest
