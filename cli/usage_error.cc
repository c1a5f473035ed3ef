#include "cli/usage_error.h"

#include <array>
#include <optional>

namespace tagline::cli {
namespace {

/// A sentence of CLI11 around what it is about: `begin` FIRST `middle` SECOND `end`.
struct Pattern {
  std::string_view begin;
  std::string_view middle;  ///< empty: there is no second part
  std::string_view end;
  std::string_view en;  ///< {1} and {2} stand for the parts
  std::string_view zh;
};
constexpr std::array<Pattern, 16> kPatterns = {{
    {"A subcommand is required", "", "", "a command is missing", "缺少命令"},
    {"", "", " is required", "{1} is missing", "缺少 {1}"},
    {"The following argument was not expected: ", "", "", "{1} is not expected here", "不认识 {1}"},
    {"The following arguments were not expected: ", "", "", "{1} are not expected here",
     "不认识 {1}"},
    {"", " excludes ", "", "{1} cannot be used with {2}", "{1} 不能与 {2} 同用"},
    {"", " requires ", "", "{1} needs {2}", "{1} 须与 {2} 同用"},
    {"Could not convert: ", " = ", "", "{1} cannot be {2}", "{1} 不能是 {2}"},
    {"", ": 1 required ", " missing", "{1} needs a value", "{1} 后面缺少值"},
    {"", ": Value ", " not in range 0.000000 to 100.000000", "{1} is a percentage, not {2}",
     "{1} 是 0 到 100 的百分比，不能是 {2}"},
    {"", ": Value ", " not in range 0.001000 to 86400.000000",
     "{1} is a number of seconds from 0.001 to 86400, not {2}",
     "{1} 是 0.001 到 86400 的秒数，不能是 {2}"},
    {"", ": Value ", " not in range 1 to 16777216",
     "{1} is a number of MiB from 1 to 16777216, not {2}",
     "{1} 是 1 到 16777216 的 MiB 数，不能是 {2}"},
    {"", ": ", " not in {en,zh-CN,zh}", "{1} is en or zh-CN, not {2}",
     "{1} 是 en 或 zh-CN，不能是 {2}"},
    {"", ": not a plain number: ", "", "{1} is a plain number, not {2}",
     "{1} 是普通数字，不能是 {2}"},
    {"", ": not a whole number below 2^64: ", "", "{1} is a whole number below 2^64, not {2}",
     "{1} 是小于 2^64 的整数，不能是 {2}"},
    {"", "", ": an empty text", "{1} is empty; give it a value, or leave it out",
     "{1} 的值为空；请写出值，或不用该选项"},
    {"", ": At Most 1 required but received ", "", "{1} was given {2} times", "{1} 给了 {2} 次"},
}};

struct Parts {
  std::string_view first;
  std::string_view second;
};

std::optional<Parts> match(const Pattern& pattern, std::string_view sentence) {
  if (!sentence.starts_with(pattern.begin) || !sentence.ends_with(pattern.end) ||
      sentence.size() < pattern.begin.size() + pattern.end.size()) {
    return std::nullopt;
  }
  sentence.remove_prefix(pattern.begin.size());
  sentence.remove_suffix(pattern.end.size());
  if (pattern.middle.empty()) {
    return Parts{sentence, {}};
  }
  const std::size_t at = sentence.find(pattern.middle);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  return Parts{sentence.substr(0, at), sentence.substr(at + pattern.middle.size())};
}

std::string filled(std::string_view text, const Parts& parts) {
  std::string result;
  while (!text.empty()) {
    if (text.starts_with("{1}") || text.starts_with("{2}")) {
      result += text[1] == '1' ? parts.first : parts.second;
      text.remove_prefix(3);
    } else {
      result.push_back(text.front());
      text.remove_prefix(1);
    }
  }
  return result;
}

/// 0.000100 as 0.0001.
std::string plain_end(std::string_view number) {
  if (number.find('.') != std::string_view::npos) {
    number = number.substr(0, number.find_last_not_of('0') + 1);
    number = number.substr(0, number.find_last_not_of('.') + 1);
  }
  return std::string(number);
}

// "--workers: Value 0 not in range 1 to 96", for ranges that have no words of their own above.
std::optional<Text> out_of_range(std::string_view sentence) {
  const auto range = match({"", " not in range ", "", "", ""}, sentence);
  const auto option = range.has_value() ? match({"", ": Value ", "", "", ""}, range->first) : range;
  const auto ends = range.has_value() ? match({"", " to ", "", "", ""}, range->second) : range;
  if (!option.has_value() || !ends.has_value()) {
    return std::nullopt;
  }
  const std::string name(option->first);
  const std::string value(option->second);
  const std::string low = plain_end(ends->first);
  const std::string high = plain_end(ends->second);
  return Text{name + " is a number from " + low + " to " + high + ", not " + value,
              name + " 是 " + low + " 到 " + high + " 的数，不能是 " + value};
}

// "EXPR: At least 2 required but received 1".
std::optional<Text> too_few(std::string_view sentence) {
  const auto counts = match({"", " required but received ", "", "", ""}, sentence);
  const auto option =
      counts.has_value() ? match({"", ": At least ", "", "", ""}, counts->first) : counts;
  if (!option.has_value()) {
    return std::nullopt;
  }
  const std::string name(option->first);
  const std::string least(option->second);
  const std::string given(counts->second);
  return Text{"at least " + least + " " + name + " are needed, and " + given +
                  (given == "1" ? " was given" : " were given"),
              name + " 至少要给出 " + least + " 个，只给了 " + given + " 个"};
}

// "--role: boss not in {viewer,admin}".
std::optional<Text> not_among(std::string_view sentence) {
  const auto set = match({"", " not in {", "}", "", ""}, sentence);
  const auto option = set.has_value() ? match({"", ": ", "", "", ""}, set->first) : set;
  if (!option.has_value()) {
    return std::nullopt;
  }
  const std::string name(option->first);
  const std::string value(option->second);
  std::string en;
  std::string zh;
  for (const char c : set->second) {
    en += c == ',' ? std::string(", ") : std::string(1, c);
    zh += c == ',' ? std::string("、") : std::string(1, c);
  }
  return Text{name + " is one of " + en + ", not " + value,
              name + " 应为 " + zh + " 之一，而不是 " + value};
}

}  // namespace

// "--timeout: (not a plain number: abc) AND (Value abc not in range 1 to 2)": all checks that an
// option fails, of which the last says most.
std::string last_check(std::string_view sentence) {
  const auto checks = match({"", ": (", ")", "", ""}, sentence);
  const std::size_t last =
      checks.has_value() ? checks->second.rfind(") AND (") : std::string_view::npos;
  return last == std::string_view::npos
             ? std::string(sentence)
             : std::string(checks->first) + ": " +
                   std::string(checks->second.substr(last + std::string_view(") AND (").size()));
}

Text usage_error(std::string_view whole) {
  const std::string sentence = last_check(whole);
  for (const Pattern& pattern : kPatterns) {
    if (const auto parts = match(pattern, sentence)) {
      return {filled(pattern.en, *parts), filled(pattern.zh, *parts)};
    }
  }
  for (const auto& read : {out_of_range, too_few, not_among}) {
    if (const auto text = read(sentence); text.has_value()) {
      return *text;
    }
  }
  return {sentence, sentence};
}

}  // namespace tagline::cli
