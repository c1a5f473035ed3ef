// What an editor of expressions asks while somebody types. A faulty expression is what was asked
// about here, not a faulty request: the reply is 200 and says {"ok": false, "errors"}.
#include "dsl/check.h"
#include "dsl/complete.h"
#include "dsl/print.h"
#include "server/answer_json.h"
#include "server/api/request_body.h"
#include "server/api/route_groups.h"
#include "server/forms.h"
#include "server/tree_json.h"
#include "server/utf16.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tagline::server {
namespace {

/// Each candidate is tried, which takes some microseconds.
constexpr unsigned kCandidatesMax = 500;
/// A tree as deep as the language allows (three levels a bracket), in a body.
constexpr std::size_t kTreeDepthMax = 256;

using Day = std::optional<std::chrono::sys_days>;

void read_expression(JsonReader& body, std::string& expression) {
  require(body, "expression", {"an expression, e.g. \"vip\"", "表达式，例如 \"vip\""});
  body.read("expression", expression);
}

/// Checks the expression, and replies with what `write` makes of that.
template <class Write>
HttpReply checked(const Call& call, const std::string& expression, const Day& as_of,
                  const Write& write) {
  HttpReply reply;
  const Status read = call.api.service.with_catalogue(
      as_of, [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions& given) {
        const dsl::CheckOptions options = call.checking(given);
        reply = json_reply(write(dsl::check(expression, catalogue, options), catalogue, options));
      });
  return read.has_value() ? reply : call.fail(read.error());
}

/// {"expression", "as_of"?}
std::optional<HttpReply> read_expression_and_day(const Call& call, std::string& expression,
                                                 Day& as_of) {
  return read_body(call, [&](JsonReader& body) {
    body.only({"expression", "as_of"});
    read_expression(body, expression);
    read_day(body, "as_of", as_of);
  });
}

HttpReply check(const Call& call) {
  std::string expression;
  Day as_of;
  if (auto refused = read_expression_and_day(call, expression, as_of); refused.has_value()) {
    return std::move(*refused);
  }
  return checked(call, expression, as_of, [&](const dsl::Checked& found, const auto&, const auto&) {
    return checked_json(found, expression);
  });
}

HttpReply sentence(const Call& call) {
  std::string expression;
  Day as_of;
  if (auto refused = read_expression_and_day(call, expression, as_of); refused.has_value()) {
    return std::move(*refused);
  }
  return checked(call, expression, as_of,
                 [&](const dsl::Checked& found, const dsl::Catalogue& catalogue,
                     const dsl::CheckOptions& options) {
                   return sentence_json(found, catalogue, expression, options.as_of);
                 });
}

void read_language(JsonReader& body, std::optional<dsl::Language>& language) {
  std::string name;
  body.read("language", name);
  if (name == "en") {
    language = dsl::Language::English;
  } else if (name == "zh-CN") {
    language = dsl::Language::Chinese;
  } else if (body.has("language")) {
    body.fail("language", "\"" + name + "\"", {"\"en\" or \"zh-CN\"", " \"en\" 或 \"zh-CN\""});
  }
}

/// The text of a JSON tree.
Result<std::string> text_of_tree(const Json& tree) {
  TAGLINE_ASSIGN_OR_RETURN(
      const dsl::Tree read,
      tree_from_json(tree.dump(-1, ' ', false, Json::error_handler_t::replace)));
  return dsl::print(read);
}

HttpReply format(const Call& call) {
  std::string expression;
  Day as_of;
  std::optional<dsl::Language> language;
  std::optional<Error> bad_tree;
  auto refused = read_body(
      call,
      [&](JsonReader& body) {
        body.only({"expression", "tree", "language", "as_of"});
        body.read("expression", expression);
        read_day(body, "as_of", as_of);
        read_language(body, language);
        if (body.has("expression") == body.has("tree")) {
          body.fail("expression", body.has("tree") ? "text beside a tree" : "nothing",
                    {"an expression, or a \"tree\", not both",
                     "表达式（expression）或结构树（tree），二者取一"});
        }
        if (const Json* tree = body.object("tree"); tree != nullptr && !body.failed()) {
          auto text = text_of_tree(*tree);
          if (text.has_value()) {
            expression = std::move(*text);
          } else {
            bad_tree = std::move(text).error();
          }
        }
      },
      kTreeDepthMax);
  if (refused.has_value()) {
    return std::move(*refused);
  }
  if (bad_tree.has_value()) {
    return call.fail(*bad_tree);
  }
  return checked(call, expression, as_of,
                 [&](const dsl::Checked& found, const dsl::Catalogue& catalogue, const auto&) {
                   return formatted_json(found, catalogue, expression, language);
                 });
}

HttpReply complete(const Call& call) {
  std::string expression;
  Day as_of;
  std::optional<std::uint64_t> cursor;
  std::optional<std::uint64_t> utf16;
  dsl::CompleteOptions options;
  auto limit = static_cast<unsigned>(options.candidates_max);
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"expression", "cursor", "utf16", "as_of", "limit"});
    read_expression(body, expression);
    body.read_whole("cursor", cursor);
    body.read_whole("utf16", utf16);
    if (cursor.has_value() && utf16.has_value()) {
      body.fail("utf16", std::to_string(*utf16) + " beside a cursor",
                {"one of them: \"cursor\" counts code points, \"utf16\" UTF-16 units",
                 "二者取一：cursor 按字符（码点）计，utf16 按 UTF-16 单元计"});
    }
    read_day(body, "as_of", as_of);
    body.read("limit", limit, kCandidatesMax);
  });
  if (refused.has_value()) {
    return std::move(*refused);
  }
  std::uint32_t place = std::numeric_limits<std::uint32_t>::max();  // the end
  if (utf16.has_value()) {
    place = code_points_before(expression, *utf16);
  } else if (cursor.has_value()) {
    place = static_cast<std::uint32_t>(std::min<std::uint64_t>(*cursor, place));
  }
  HttpReply reply;
  const Status read = call.api.service.with_catalogue(
      as_of, [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions& check) {
        options.as_of = check.as_of;
        options.people = call.checking(check).people;
        options.candidates_max = limit;
        reply = json_reply(
            completions_json(dsl::complete(expression, place, catalogue, options), expression));
      });
  return read.has_value() ? reply : call.fail(read.error());
}

/// As POST /v1/query with "explain": true.
HttpReply explain(const Call& call) {
  std::string expression;
  Day as_of;
  std::optional<std::uint64_t> timeout_ms;
  auto refused = read_body(call, [&](JsonReader& body) {
    body.only({"expression", "as_of", "timeout_ms"});
    read_expression(body, expression);
    body.read_whole("timeout_ms", timeout_ms);
    read_day(body, "as_of", as_of);
  });
  if (refused.has_value()) {
    return std::move(*refused);
  }
  if (auto late = call.limit(timeout_ms); late.has_value()) {
    return std::move(*late);
  }
  QueryRequest request = call.query(std::move(expression), as_of);
  request.explain = true;
  const auto answer = call.api.service.query(request);
  return answer.has_value() ? json_reply(answer_json(*answer, request.expression))
                            : problem(call.request, answer.error(), request.expression);
}

}  // namespace

std::vector<Route> editor_routes() {
  return {
      keeping_floor({"POST", "/v1/check", {}, Role::Viewer, check}),
      keeping_floor({"POST", "/v1/complete", {}, Role::Viewer, complete}),
      {"POST", "/v1/explain", {}, Role::Viewer, explain},
      keeping_floor({"POST", "/v1/format", {}, Role::Viewer, format}),
      keeping_floor({"POST", "/v1/sentence", {}, Role::Viewer, sentence}),
  };
}

}  // namespace tagline::server
