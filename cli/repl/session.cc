#include "cli/repl/session.h"

#include "cli/count_csv.h"
#include "cli/count_text.h"
#include "cli/exit_status.h"
#include "cli/repl/commands.h"
#include "cli/repl/replies.h"
#include "cli/repl/setting.h"
#include "dsl/limits.h"
#include "dsl/print.h"
#include "dsl/scan.h"
#include "dsl/unicode.h"
#include "dsl/wrapped.h"
#include "ingest/text.h"
#include "server/http/percent_encoded.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace tagline::cli {
namespace {

constexpr unsigned kFineBelow = 300;
constexpr unsigned kServerAtFault = 500;
/// Faults that more text may cure, when they are at the end.
constexpr std::array<std::string_view, 5> kOpenCodes = {
    "expected-term", "expected-value", "expected-argument", "expected-name", "needs-value"};

/// Code points up to the last that is neither blank nor comment.
std::size_t meaning_of(const std::string& text) {
  const dsl::Scanned scanned = dsl::scan(text, dsl::Limits{});
  const std::size_t last = scanned.text.find_last_not_of(U' ');
  return last == std::u32string::npos ? 0 : last + 1;
}

/// Nothing but comments.
bool is_comment(const std::string& text) {
  return !dsl::scan(text, dsl::Limits{}).fault.has_value() && meaning_of(text) == 0;
}

}  // namespace

ApiRequest get(std::string target) {
  ApiRequest request;
  request.target = std::move(target);
  return request;
}

ApiRequest post(std::string target, const JsonBody& body) {
  ApiRequest request;
  request.method = "POST";
  request.target = std::move(target);
  request.body = body.json();
  return request;
}

int Session::run(const std::string& input) {
  const std::string text = std::string(ingest::trim(input));
  if (text.empty() && tour_.is_on()) {
    return tour_.enter();
  }
  const int status = run_proposed(text);
  const bool is_tour = text == "\\tour" || text.starts_with("\\tour ");
  if (tour_.is_on() && !text.empty() && !is_tour && !is_over_) {
    tour_.remind();
  }
  return status;
}

int Session::run_proposed(const std::string& text) {
  const bool is_command = text.starts_with('\\');
  if (text.empty() || (!is_command && is_comment(text))) {
    return kFine;
  }
  const auto start = std::chrono::steady_clock::now();
  const int status = is_command ? command(text) : count(text);
  api_.settle();
  if (settings_.timing) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    console_.err(console_.say({"time: ", "用时："}) + duration_text(took.count()) + "\n");
  }
  return status;
}

int Session::run_all(const NextLine& next, const std::string& file) {
  int status = kFine;
  std::string pending;
  std::uint64_t number = 0;
  std::uint64_t first = 0;  // line of what is pending
  const auto run_one = [&](const std::string& text, std::uint64_t at) {
    const int ran = run(text);
    status = is_over_ ? status : ran;
    if (ran != kFine && !file.empty()) {
      console_.err(console_.say({"at:    ", "位置："}) + file + ":" + std::to_string(at) + "\n");
    }
  };
  const auto run_pending = [&] {
    if (!pending.empty()) {
      run_one(std::exchange(pending, {}), first);
    }
  };
  for (auto line = next(); line.has_value() && !is_over_ && !is_interrupted(); line = next()) {
    ++number;
    const std::string text = std::string(ingest::trim(*line));
    if (text.empty() || text.front() == '\\') {
      const bool ended = !pending.empty();
      run_pending();
      // A blank line ends an expression; where there is none to end it is the tour's.
      const bool nothing = text.empty() && (ended || !tour_.is_on());
      if (!nothing && !is_over_) {
        run_one(text, number);
      }
      continue;
    }
    if (pending.empty() && is_comment(text)) {
      continue;  // a comment between inputs
    }
    first = pending.empty() ? number : first;
    pending += (pending.empty() ? "" : "\n") + text;
    if (!is_open(pending)) {
      run_pending();
    }
  }
  run_pending();
  return status;
}

std::optional<Text> Session::lacking(const std::string& expression) {
  const auto reply = api_.send(post("/v1/check", body_of(expression)));
  if (!reply.has_value() || reply->status != 200) {
    return std::nullopt;  // it is run, and what is wrong is said then
  }
  const std::vector<dsl::Diagnostic> faults =
      diagnostics_of(server::JsonValue::parse(reply->body)["errors"]);
  if (faults.empty()) {
    return std::nullopt;
  }
  const dsl::Diagnostic& first = faults.front();
  const bool ends_so =
      first.span.end >= meaning_of(expression) &&
      std::find(kOpenCodes.begin(), kOpenCodes.end(), first.code) != kOpenCodes.end();
  const bool in_bracket = !dsl::scan(expression, dsl::Limits{}).unclosed.empty();
  if (first.code == "unclosed-paren" || (ends_so && in_bracket)) {
    return Text{"a ) is missing", "缺少 )"};
  }
  // `city:` and @ are no beginning of the next line: it may be a whole input.
  if (ends_so && first.code == "expected-term") {
    return Text{"a condition is missing", "还缺一个条件"};
  }
  return std::nullopt;
}

int Session::count(const std::string& expression) {
  const ApiRequest request = post("/v1/query", body_of(expression).text("want", "count"));
  const int status = show(
      request, expression,
      [&](const server::JsonValue& reply) {
        server::Answer answer = answer_of(reply);
        answer.expression = displayed(answer.expression);
        if (reply["count"].is_null()) {
          console_.tell(console_.say({"too few people to be told\n", "人数过少，不予显示\n"}));
        } else {
          print(answer, console_);
        }
        console_.report(answer.warnings, expression);
      },
      [&](const server::JsonValue& reply) {
        return kCountCsvHeader + count_csv(answer_of(reply));
      });
  if (status == kFine) {
    expression_ = expression;
  }
  return status;
}

int Session::command(const std::string& input) {
  const std::size_t end = std::min(input.find_first_of(" \t\n"), input.size());
  const std::string name = input.substr(1, end - 1);
  const Command* found = find_command(name);
  if (found == nullptr) {
    std::vector<std::string_view> names;
    for (const Command& each : commands()) {
      names.push_back(each.name);
    }
    const std::string near = nearest(name, names);
    if (const Text other = command_meant(name); !other.empty()) {
      return console_.report_usage({"there is no command \\" + name, "没有命令 \\" + name}, other);
    }
    return console_.report_usage({"there is no command \\" + name, "没有命令 \\" + name},
                                 near.empty()
                                     ? Text{"\\help lists them", "\\help 列出全部命令"}
                                     : Text{"\\" + near + " is the closest; \\help lists them",
                                            "\\" + near + " 最接近；\\help 列出全部命令"});
  }
  return found->run(*this, std::string(ingest::trim(std::string_view(input).substr(end))));
}

int Session::report_no_expression() {
  return console_.report_usage(
      {"there is no expression yet that this could be about", "还没有可供分析的表达式"},
      {"type one first, e.g. age:25-34", "请先输入一个，例如 年龄:25-34"});
}

int Session::report_usage(std::string_view command, const Text& message) {
  const Command* found = find_command(command);
  const Text usage = found == nullptr ? Text{} : usage_of(*found);
  const std::string example(found == nullptr ? std::string_view() : found->example);
  return console_.report_usage(message, {"write " + usage.en + ", e.g. " + example,
                                         "请写 " + usage.zh + "，例如 " + example});
}

JsonBody Session::body_of(const std::string& expression) const {
  JsonBody body;
  body.text("expression", expression);
  if (settings_.as_of.has_value()) {
    body.text("as_of", *settings_.as_of);
  }
  return body;
}

std::string Session::as_of_parameter(char before) const {
  return settings_.as_of.has_value() ? std::string(1, before) + "as_of=" + *settings_.as_of
                                     : std::string();
}

std::string Session::displayed(const std::string& expression) {
  if (console_.language() != dsl::Language::Chinese) {
    return expression;
  }
  const auto reply = api_.send(post("/v1/format", body_of(expression)));
  const std::string display = reply.has_value() && reply->status < kFineBelow
                                  ? server::JsonValue::parse(reply->body)["display"].words().zh
                                  : std::string();
  return display.empty() ? expression : display;
}

std::string Session::time_zone() {
  if (!time_zone_.has_value()) {
    const auto reply = api_.send(get("/v1/status"));
    time_zone_ = reply.has_value() ? server::JsonValue::parse(reply->body)["time_zone"].text() : "";
  }
  return *time_zone_;
}

tl::expected<Session::Answered, int> Session::ask(const ApiRequest& request,
                                                  std::string_view expression) {
  auto reply = api_.send(request);
  if (!reply.has_value()) {
    return tl::unexpected(console_.report(reply.error()));
  }
  if (reply->status >= kFineBelow) {
    return tl::unexpected(refuse(*reply, expression));
  }
  while (!reply->body.empty() && reply->body.back() == '\n') {
    reply->body.pop_back();
  }
  auto json = server::JsonValue::parse(reply->body);
  return Answered{std::move(reply->body), std::move(json)};
}

server::JsonValue Session::ask_quietly(const ApiRequest& request) const {
  const auto reply = api_.send(request);
  return reply.has_value() ? server::JsonValue::parse(reply->body) : server::JsonValue();
}

void Session::suggest_search(const std::vector<dsl::Diagnostic>& faults,
                             std::string_view expression) const {
  const dsl::Diagnostic& first = faults.front();
  if (settings_.format != Format::Table || first.code != "unknown-tag" || !first.fixes.empty()) {
    return;
  }
  const dsl::Scanned scanned = dsl::scan(expression, dsl::Limits{});
  std::string word;
  for (std::size_t i = first.span.begin;
       i < std::min<std::size_t>(first.span.end, scanned.typed.size()); ++i) {
    dsl::append_utf8(word, scanned.typed[i]);
  }
  const auto found =
      ask_quietly(get("/v1/tags?values=1&limit=1&q=" + server::percent_encoded(word)));
  const server::JsonValue tag =
      found["tags"].items().empty() ? server::JsonValue() : found["tags"].items().front();
  const bool has_value = tag["values_found"].number_if_any().value_or(0) > 0;
  word = printable(word);
  if (has_value && !tag["values"].items().empty()) {
    const std::string condition = dsl::write_name(tag["name"].text()) + ":" +
                                  dsl::write_value(tag["values"].items().front()["value"].text());
    console_.err(
        console_.say({"       " + word + " is in the words of a value: write " + condition + "\n",
                      "　　　某个取值的说明中有“" + word + "”：请写 " + condition + "\n"}));
    return;
  }
  console_.err(dsl::wrapped_lines(
      console_.say({"       \\tags " + word + " looks for it in titles, texts and values\n",
                    "      \\tags " + word + " 可在标题、说明和取值中查找\n"}),
      console_.error_window()));
}

int Session::refuse(const ApiReply& reply, std::string_view expression) {
  const auto problem = server::JsonValue::parse(reply.body);
  const int status = reply.status >= kServerAtFault ? kSystemAtFault : kInputAtFault;
  const std::vector<dsl::Diagnostic> faults = diagnostics_of(problem["errors"]);
  if (!faults.empty()) {
    console_.report(faults, expression);
    suggest_search(faults, expression);
  } else {
    Text message = problem["message"].words();
    if (message.empty()) {
      const std::string code = std::to_string(reply.status);
      message = {"the server answered with status " + code, "服务器返回状态 " + code};
    }
    const bool own = !problem["terminal_hint"].is_null();
    const bool as_json = console_.answers_json();
    console_.set_answers_json(false);  // the problem itself follows
    static_cast<void>(
        console_.report(Error(status == kSystemAtFault ? ErrorCode::System : ErrorCode::BadInput,
                              message, problem[own ? "terminal_hint" : "hint"].words())));
    console_.set_answers_json(as_json);
  }
  if (settings_.format == Format::Json && !problem.is_null()) {
    const bool says_so = !problem["ok"].is_null() || !reply.body.starts_with('{');
    console_.out(says_so ? reply.body : "{\"ok\":false," + reply.body.substr(1));
  }
  return status;
}

}  // namespace tagline::cli
