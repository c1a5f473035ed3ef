// The rules segments have had, and what static lists were made from.
#include "storage/verifier.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace tagline::storage {

namespace {

constexpr std::size_t kNumberBytes = 4;

}  // namespace

Status Verifier::check_rules() {
  struct Seen {
    std::uint64_t rules = 0;
    std::uint32_t first = 0;  // older ones were dropped
    std::uint32_t last = 0;
    std::string expression;  // of the last
  };
  std::map<std::string, Seen> of_segment;  // keys of names that begin alike are mixed
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Rules));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    ++report.rules;
    const Bytes key = entry->key;
    const std::string name(
        text_of(key.first(key.size() > kNumberBytes ? key.size() - kNumberBytes : 0)));
    const auto number = parse_key<1>(key.last(std::min(key.size(), kNumberBytes)));
    const auto segment = rules.find(name);
    if (name.empty() || !number || segment == rules.end() || segment->second == "") {
      problem("rules: \"" + name + "\" is no segment that has rules",
              "规则：\"" + name + "\" 不是有规则的人群");
    } else if (auto rule = decode_rule((*number)[0], entry->value); !rule.has_value()) {
      problem("rules of \"" + name + "\": " + rule.error().message().en,
              "\"" + name + "\" 的规则：" + rule.error().message().zh);
    } else {
      Seen& seen = of_segment[name];
      seen.first = seen.rules == 0 ? rule->number : seen.first;
      ++seen.rules;
      seen.last = rule->number;  // ascending, as the keys of one name are
      seen.expression = std::move(rule->expression);
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  for (const auto& [name, seen] : of_segment) {
    if (seen.rules != std::uint64_t{seen.last} - seen.first + 1) {
      const std::string expected = std::to_string(seen.first);
      problem("rules of \"" + name + "\": " + std::to_string(seen.rules) +
                  " can be read, expected " + expected + " to " + std::to_string(seen.last),
              "\"" + name + "\" 的规则：可读取 " + std::to_string(seen.rules) + " 条，应为 " +
                  expected + " 到 " + std::to_string(seen.last));
    }
    const auto& expression = rules.find(name)->second;
    if (expression.has_value() && *expression != seen.expression) {
      problem("rules of \"" + name + "\": the last one is not the segment's",
              "\"" + name + "\" 的规则：最后一条与人群的规则不符");
    }
  }
  return {};
}

Status Verifier::check_origins() {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Origins));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    ++report.origins;
    const std::string name(text_of(entry->key));
    const auto list = rules.find(name);
    const auto origin = decode_origin(name, entry->value);
    if (!origin.has_value()) {
      problem("origins: " + origin.error().message().en, "来源：" + origin.error().message().zh);
    } else if (list == rules.end() || (list->second.has_value() && !list->second->empty())) {
      problem("origins: \"" + name + "\" is no static list", "来源：\"" + name + "\" 不是静态名单");
    } else if (!origin->source_gone && rules.find(origin->source) == rules.end()) {
      problem(
          "origins: \"" + name + "\" was made from \"" + origin->source + "\", which is not there",
          "来源：\"" + name + "\" 取自 \"" + origin->source + "\"，而后者不存在");
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return {};
}

}  // namespace tagline::storage
