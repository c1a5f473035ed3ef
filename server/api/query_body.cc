#include "server/api/query_body.h"

#include "server/api/request_body.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace tagline::server {
namespace {

constexpr unsigned kShareDigits = 6;
constexpr std::int64_t kWhole = 1'000'000;
constexpr std::size_t kExpressionsMax = 1000;

constexpr std::array kFields = {
    "expression", "expressions", "as_of",  "timeout_ms", "explain", "limit",   "n",    "cursor",
    "ids",        "tag",         "detail", "share",      "rows",    "columns", "tags", "regions"};

std::string list_of(const Want& want) {
  std::string list = "want";
  for (const NeededField& field : want.needs) {
    list += ", " + std::string(field.name);
  }
  for (const std::string_view field : want.takes) {
    list += ", " + std::string(field);
  }
  return list + ", as_of, timeout_ms";
}

bool takes(const Want& want, std::string_view field) {
  return field == "as_of" || field == "timeout_ms" ||
         std::find(want.takes.begin(), want.takes.end(), field) != want.takes.end() ||
         std::any_of(want.needs.begin(), want.needs.end(),
                     [field](const NeededField& need) { return need.name == field; });
}

std::optional<Error> fault_of_fields(const JsonReader& reader, const Want& want) {
  const std::string name(want.name);
  const Text all{"it takes " + list_of(want), "可用的字段：" + list_of(want)};
  for (const char* field : kFields) {
    if (reader.has(field) && !takes(want, field)) {
      return bad_input("want \"" + name + "\" takes no \"" + field + "\"",
                       "want “" + name + "”不带字段“" + field + "”", all);
    }
  }
  for (const NeededField& need : want.needs) {
    if (!reader.has(std::string(need.name).c_str())) {
      const std::string field(need.name);
      return bad_input("want \"" + name + "\" needs \"" + field + "\", " + std::string(need.what),
                       "want “" + name + "”需要字段“" + field + "”：" + std::string(need.what_zh),
                       all);
    }
  }
  return std::nullopt;
}

std::string names_of(std::span<const Want> wants) {
  std::string names;
  for (const Want& want : wants) {
    if (names.find("\"" + std::string(want.name) + "\"") == std::string::npos) {
      names += (names.empty() ? "\"" : ", \"") + std::string(want.name) + "\"";
    }
  }
  return names;
}

const Want* want_called(std::span<const Want> wants, std::string_view name, bool many) {
  const auto is_of_many = [](const Want& want) {
    return std::any_of(want.needs.begin(), want.needs.end(),
                       [](const NeededField& need) { return need.name == "expressions"; });
  };
  const Want* found = nullptr;
  for (const Want& want : wants) {
    if (want.name == name && (found == nullptr || is_of_many(want) == many)) {
      found = &want;
    }
  }
  return found;
}

void read_expressions(JsonReader& reader, std::vector<TitledExpression>& into) {
  const Json* list = reader.has("expressions") ? reader.array("expressions") : nullptr;
  if (list == nullptr) {
    return;
  }
  if (list->empty() || list->size() > kExpressionsMax) {
    const std::string max = std::to_string(kExpressionsMax);
    reader.fail("expressions", std::to_string(list->size()),
                {"1 to " + max + " expressions", " 1 到 " + max + " 个表达式"});
    return;
  }
  for (std::size_t i = 0; i < list->size() && !reader.failed(); ++i) {
    const Json& item = (*list)[i];
    TitledExpression& one = into.emplace_back();
    if (item.is_string()) {
      one.expression = item.get<std::string>();
      continue;
    }
    JsonReader inner = reader.element("expressions", i, item);
    inner.only({"title", "expression"});
    require(inner, "expression", {"an expression, e.g. \"vip\"", "表达式，例如 \"vip\""});
    inner.read("title", one.title);
    inner.read("expression", one.expression);
  }
}

template <class Text>
void read_optional(JsonReader& reader, const char* key, std::optional<Text>& into) {
  if (reader.has(key)) {
    reader.read(key, into.emplace());
  }
}

std::string number_text(std::int64_t millionths) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.12g",
                static_cast<double>(millionths) / static_cast<double>(kWhole));
  return text.data();
}

void read_values(JsonReader& reader, QueryBody& body) {
  reader.read("expression", body.expression);
  read_expressions(reader, body.expressions);
  read_day(reader, "as_of", body.as_of);
  reader.read_whole("timeout_ms", body.timeout_ms);
  reader.read("explain", body.explain);
  read_up_to(reader, "limit", body.limit, kBodyIdsMax);
  read_up_to(reader, "n", body.n, kBodyIdsMax);
  if (body.limit.has_value() && body.n.has_value()) {
    reader.fail("n", std::to_string(*body.n),
                {"one of n and limit, which mean the same", " n 与 limit 二者之一（含义相同）"});
  }
  read_optional(reader, "cursor", body.cursor);
  read_texts(reader, "ids", body.ids, kBodyIdsMax);
  reader.read("tag", body.tag);
  read_optional(reader, "detail", body.detail);
  if (body.detail.has_value() && *body.detail != "total" && *body.detail != "full") {
    reader.fail("detail", "\"" + *body.detail + "\"",
                {"\"total\" or \"full\"", " \"total\" 或 \"full\""});
  }
  reader.read_number("share", kShareDigits, body.share);
  if (body.share.has_value() && (*body.share <= 0 || *body.share > kWhole)) {
    reader.fail("share", number_text(*body.share),
                {"a share above 0 and at most 1: 0.8 is 80 percent",
                 "大于 0 且不超过 1 的占比：0.8 即 80%"});
  }
  reader.read("rows", body.rows);
  reader.read("columns", body.columns);
  read_texts(reader, "tags", body.tags, 2);
  reader.read("regions", body.regions);
}

}  // namespace

tl::expected<const Want*, HttpReply> read_query(const Call& call, std::span<const Want> wants,
                                                QueryBody& body) {
  const Want* want = nullptr;
  std::optional<Error> fault;
  auto refused = read_body(call, [&](JsonReader& reader) {
    reader.only({"want", "expression", "expressions", "as_of", "timeout_ms", "explain", "limit",
                 "n", "cursor", "ids", "tag", "detail", "share", "rows", "columns", "tags",
                 "regions"});
    reader.read("want", body.want);
    if (reader.failed()) {
      return;
    }
    want = want_called(wants, body.want, reader.has("expressions"));
    if (want == nullptr) {
      const std::string names = names_of(wants);
      reader.fail("want", "\"" + body.want + "\"", {"one of " + names, "以下之一：" + names});
      return;
    }
    fault = fault_of_fields(reader, *want);
    if (!fault.has_value()) {
      read_values(reader, body);
    }
  });
  if (fault.has_value()) {
    return tl::unexpected(call.fail(*fault));
  }
  if (refused.has_value()) {
    return tl::unexpected(std::move(*refused));
  }
  return want;
}

}  // namespace tagline::server
