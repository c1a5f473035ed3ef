#include "dsl/units.h"

#include "dsl/unicode.h"

#include <array>

namespace tagline::dsl {
namespace {

// clang-format off
constexpr std::array<UnitName, 49> kUnits = {{
    {U"d", Unit::Day}, {U"day", Unit::Day}, {U"days", Unit::Day}, {U"天", Unit::Day}, {U"日", Unit::Day},
    {U"w", Unit::Week}, {U"week", Unit::Week}, {U"weeks", Unit::Week}, {U"周", Unit::Week}, {U"星期", Unit::Week},
    {U"个星期", Unit::Week}, {U"礼拜", Unit::Week}, {U"个礼拜", Unit::Week},
    {U"mo", Unit::Month}, {U"month", Unit::Month}, {U"months", Unit::Month}, {U"个月", Unit::Month}, {U"月", Unit::Month},
    {U"q", Unit::Quarter}, {U"quarter", Unit::Quarter}, {U"quarters", Unit::Quarter}, {U"季度", Unit::Quarter},
    {U"个季度", Unit::Quarter}, {U"季", Unit::Quarter},
    {U"y", Unit::Year}, {U"year", Unit::Year}, {U"years", Unit::Year}, {U"年", Unit::Year},
    {U"h", Unit::Hour}, {U"hr", Unit::Hour}, {U"hrs", Unit::Hour}, {U"hour", Unit::Hour}, {U"hours", Unit::Hour},
    {U"小时", Unit::Hour}, {U"个小时", Unit::Hour}, {U"时", Unit::Hour},
    {U"m", Unit::Minute}, {U"min", Unit::Minute}, {U"mins", Unit::Minute}, {U"minute", Unit::Minute},
    {U"minutes", Unit::Minute}, {U"分", Unit::Minute}, {U"分钟", Unit::Minute},
    {U"s", Unit::Second}, {U"sec", Unit::Second}, {U"secs", Unit::Second}, {U"second", Unit::Second},
    {U"seconds", Unit::Second}, {U"秒", Unit::Second},
}};

constexpr Period current(Unit unit) { return {Period::Kind::This, {0, unit}}; }
constexpr Period previous(Unit unit) { return {Period::Kind::Previous, {0, unit}}; }

constexpr std::array<PeriodName, 12> kPeriods = {{
    {U"本周", current(Unit::Week)}, {U"本月", current(Unit::Month)}, {U"本季度", current(Unit::Quarter)},
    {U"本年", current(Unit::Year)}, {U"今年", current(Unit::Year)}, {U"这个月", current(Unit::Month)},
    {U"上周", previous(Unit::Week)}, {U"上月", previous(Unit::Month)}, {U"上个月", previous(Unit::Month)},
    {U"上季度", previous(Unit::Quarter)}, {U"上年", previous(Unit::Year)}, {U"去年", previous(Unit::Year)},
}};
// clang-format on

}  // namespace

std::span<const UnitName> unit_names() {
  return kUnits;
}

std::span<const PeriodName> period_names() {
  return kPeriods;
}

std::string_view short_name(Unit unit) {
  switch (unit) {
    case Unit::Day:
      return "d";
    case Unit::Week:
      return "w";
    case Unit::Month:
      return "mo";
    case Unit::Quarter:
      return "q";
    case Unit::Year:
      return "y";
    case Unit::Hour:
      return "h";
    case Unit::Minute:
      return "min";
    case Unit::Second:
      return "s";
  }
  return "d";
}

std::string_view calendar_name(Unit unit) {
  switch (unit) {
    case Unit::Week:
      return "week";
    case Unit::Month:
      return "month";
    case Unit::Quarter:
      return "quarter";
    case Unit::Year:
      return "year";
    case Unit::Day:
    case Unit::Hour:
    case Unit::Minute:
    case Unit::Second:
      break;
  }
  return "day";
}

std::uint32_t count_of(std::u32string_view digits) {
  std::uint64_t count = 0;
  for (const char32_t digit : digits) {
    count = count * 10 + (digit - U'0');
    if (count >= kCountMax) {
      return kCountMax;
    }
  }
  return static_cast<std::uint32_t>(count);
}

std::optional<Length> read_length(std::u32string_view word) {
  std::size_t digits = 0;
  while (digits < word.size() && is_digit(word[digits])) {
    ++digits;
  }
  if (digits == 0 || digits == word.size()) {
    return std::nullopt;
  }
  std::u32string rest(word.substr(digits));
  for (char32_t& point : rest) {
    point = ascii_lower(point);
  }
  for (const UnitName& name : kUnits) {
    if (name.text == rest) {
      return Length{count_of(word.substr(0, digits)), name.unit};
    }
  }
  return std::nullopt;
}

std::string to_text(const Length& length) {
  return std::to_string(length.count) + std::string(short_name(length.unit));
}

std::string to_text(const Period& period) {
  switch (period.kind) {
    case Period::Kind::Rolling:
      return "last " + to_text(period.length);
    case Period::Kind::This:
      return "this " + std::string(calendar_name(period.length.unit));
    case Period::Kind::Previous:
      break;
  }
  return "last " + std::string(calendar_name(period.length.unit));
}

}  // namespace tagline::dsl
