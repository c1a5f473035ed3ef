// Commands about the people of the expression.
#include "cli/count_text.h"
#include "cli/exit_status.h"
#include "cli/explanation.h"
#include "cli/insight_text.h"
#include "cli/overlap_text.h"
#include "cli/repl/commands.h"
#include "cli/repl/plot.h"
#include "cli/repl/replies.h"
#include "cli/why_text.h"
#include "dsl/print.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace tagline::cli {
namespace {

using server::JsonValue;

constexpr std::uint64_t kPeopleShown = 10;
constexpr std::uint64_t kIdsMax = 10'000;  // more are a file's
constexpr std::size_t kRegionsMax = 5;     // more are no longer read

std::optional<double> decimal_of(const std::string& word) {
  double number = 0;
  const char* end = word.data() + word.size();
  const auto [read, problem] = std::from_chars(word.data(), end, number);
  return problem == std::errc() && read == end ? std::optional(number) : std::nullopt;
}

/// Asks POST /v1/query and prints what `read` makes of the reply.
template <class Read, class Print>
int insight(Session& session, const JsonBody& body, const Read& read, const Print& print_one) {
  return session.show(
      post("/v1/query", body), session.expression(),
      [&](const JsonValue& reply) {
        auto answer = read(reply);
        answer.answer.expression = session.displayed(answer.answer.expression);
        print_one(answer);
        session.console().report(answer.answer.warnings, session.expression());
      },
      [&](const JsonValue& reply) { return csv_of(read(reply)); });
}

template <class Read>
int insight(Session& session, const JsonBody& body, const Read& read) {
  return insight(session, body, read, [&](auto& answer) { print(answer, session.console()); });
}

int breakdown(Session& session, const JsonBody& body, Values values) {
  return insight(session, body, breakdown_of,
                 [&](auto& answer) { print(answer, values, session.console()); });
}

JsonBody want(Session& session, std::string_view name) {
  return session.body_of(session.expression()).text("want", name);
}

int ranked(Session& session, const std::string& arguments, const char* name) {
  auto words = words_of(arguments);
  std::uint64_t most = kPeopleShown;
  const auto number = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return word.find_first_not_of("0123456789") == std::string::npos;
  });
  if (number != words.end() && words.size() == 2) {
    const char* end = number->data() + number->size();
    std::from_chars(number->data(), end, most);
    words.erase(number);
  }
  if (words.size() != 1) {
    return session.report_usage(
        name, {"one tag is expected, and perhaps how many people", "需要一个标签，可再加人数"});
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  return insight(session, want(session, name).text("tag", words.front()).number("n", most),
                 ranked_of);
}

/// What share of the people holds what share of the number.
int show_curve(Session& session, const std::string& tag) {
  Curve curve;
  curve.y_unit = "%";
  curve.x_first = session.console().say({"0% of people", "0% 的人"});
  curve.x_last = "100%";
  curve.points.emplace_back(0.0, 0.0);
  std::string title = tag;
  for (const int percent : {10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99}) {
    const auto answered = session.ask(
        post("/v1/query", want(session, "pareto")
                              .text("tag", tag)
                              .raw("share", "0." + std::string(percent < 10 ? "0" : "") +
                                                std::to_string(percent))),
        session.expression());
    if (!answered.has_value()) {
      return answered.error();
    }
    const server::ParetoAnswer answer = pareto_of(answered->json);
    title = answer.name.empty() ? tag : session.console().say(answer.name);
    if (answer.known == 0) {
      return kFine;
    }
    const double people =
        100.0 * static_cast<double>(answer.people) / static_cast<double>(answer.known);
    if (people > curve.points.back().first) {
      curve.points.emplace_back(people, percent);
    }
  }
  if (curve.points.back().first < 100.0) {
    curve.points.emplace_back(100.0, 100.0);
  }
  curve.points.back().second = 100.0;
  session.console().out(
      "\n" +
      session.console().say({"share of " + title + " held by those who have most\n",
                             "拥有最多者所占的 " + title + " 比例\n"}) +
      plot(curve, session.console().width()));
  return kFine;
}

std::vector<std::string> expressions_of(const std::string& arguments) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= arguments.size();) {
    const std::size_t end = std::min(arguments.find(';', at), arguments.size());
    const std::string part = arguments.substr(at, end - at);
    const std::size_t first = part.find_first_not_of(" \t");
    if (first != std::string::npos) {
      parts.push_back(part.substr(first, part.find_last_not_of(" \t") - first + 1));
    }
    at = end + 1;
  }
  // Names of segments need nothing between them: no expression looks so.
  if (parts.size() == 1) {
    auto names = words_of(parts.front());
    if (std::all_of(names.begin(), names.end(),
                    [](const std::string& name) { return name.starts_with('@'); })) {
      for (std::string& name : names) {
        name = "@" + dsl::write_name(name.substr(1));  // its quotes are gone
      }
      parts = std::move(names);
    }
  }
  return parts;
}

/// Prints the count of the expression, and of its explanation what `print_part` does.
int explained(Session& session, const std::string& arguments,
              void (*print_part)(const server::Answer&, Console&)) {
  const std::string expression = arguments.empty() ? session.expression() : arguments;
  if (expression.empty()) {
    return session.report_no_expression();
  }
  return session.show(
      post("/v1/explain", session.body_of(expression)), expression,
      [&](const JsonValue& reply) {
        server::Answer answer = answer_of(reply);
        answer.expression = session.displayed(answer.expression);
        print(answer, session.console());
        if (answer.explanation.has_value()) {
          print_part(answer, session.console());
        }
        session.console().report(answer.warnings, expression);
      },
      [](const JsonValue& reply) {
        const server::Answer answer = answer_of(reply);
        return answer.explanation.has_value() ? nodes_csv(*answer.explanation) : std::string();
      });
}

}  // namespace

int explain_command(Session& session, const std::string& arguments) {
  return explained(session, arguments, print_conditions);
}

int plan_command(Session& session, const std::string& arguments) {
  return explained(session, arguments, print_plan);
}

int why_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.size() != 1) {
    return session.report_usage("why", {"the id of one person is expected", "需要一个用户编号"});
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  return session.show(
      post("/v1/why", session.body_of(session.expression()).text("id", words.front())),
      session.expression(),
      [&](const JsonValue& reply) {
        server::Why why = why_of(reply);
        why.expression = session.displayed(why.expression);
        print(why, session.console());
        session.console().report(why.warnings, session.expression());
      },
      [&](const JsonValue& reply) { return why_csv(reply, session.console()); });
}

int ids_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  std::uint64_t most = session.settings().limit;
  if (!words.empty()) {
    const char* end = words[0].data() + words[0].size();
    const auto [read, problem] = std::from_chars(words[0].data(), end, most);
    if (words.size() > 1 || problem != std::errc() || read != end || most == 0 || most > kIdsMax) {
      return session.report_usage(
          "ids", {"a number of ids from 1 to 10,000 is expected", "需要编号的个数，1 到 10,000"});
    }
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  Console& console = session.console();
  return session.show(
      post("/v1/query", want(session, "ids").number("limit", most)), session.expression(),
      [&](const JsonValue& reply) {
        for (const std::string& id : reply["ids"].texts()) {
          console.out(printable(id) + "\n");
        }
        const std::string shown = grouped(reply["returned"].number());
        const std::string all = grouped(reply["count"].number());
        if (reply["remaining"].number() > 0) {
          console.tell(console.say(
              {shown + " of " + all + " ids; \\export FILE.csv writes all\n",
               "共 " + all + " 个编号，已显示 " + shown + " 个；\\export 文件.csv 可全部写出\n"}));
        }
        session.console().report(answer_of(reply).warnings, session.expression());
      },
      [](const JsonValue& reply) {
        std::string csv = "id\n";
        for (const std::string& id : reply["ids"].texts()) {
          csv += csv_field(id) + "\n";
        }
        return csv;
      });
}

int profile_command(Session& session, const std::string& arguments) {
  if (!arguments.empty()) {
    return session.report_usage("profile", {"it takes nothing", "该命令不带参数"});
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  return breakdown(session, want(session, "profile"), Values::Few);
}

int by_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.size() != 1) {
    return session.report_usage("by", {"one tag is expected", "需要一个标签"});
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  return breakdown(session, want(session, "breakdown").text("tag", words.front()), Values::All);
}

int cross_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.size() != 2) {
    return session.report_usage("cross", {"two tags are expected", "需要两个标签"});
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  return insight(session, want(session, "cross").text("rows", words[0]).text("columns", words[1]),
                 cross_of);
}

int overlap_command(Session& session, const std::string& arguments) {
  std::vector<std::string> parts = expressions_of(arguments);
  if (parts.empty()) {
    return session.report_usage("overlap", {"an expression is expected", "需要一个表达式"});
  }
  if (parts.size() == 1) {
    if (session.expression().empty()) {
      return session.report_no_expression();
    }
    parts.insert(parts.begin(), session.expression());
  }
  JsonBody body;
  body.text("want", "overlap")
      .texts("expressions", parts)
      .truth("regions", parts.size() <= kRegionsMax);
  if (session.settings().as_of.has_value()) {
    body.text("as_of", *session.settings().as_of);
  }
  // Places of faults are in one of them: the one that is at fault by itself.
  std::string at_fault = parts.front();
  for (const std::string& part : parts) {
    const auto checked = session.api().send(post("/v1/check", session.body_of(part)));
    if (checked.has_value() && !JsonValue::parse(checked->body)["ok"].truth()) {
      at_fault = part;
      break;
    }
  }
  return session.show(
      post("/v1/query", body), at_fault,
      [&](const JsonValue& reply) {
        server::OverlapAnswer answer = overlap_of(reply);
        for (std::string& segment : answer.segments) {
          segment = session.displayed(segment);
        }
        print(answer, session.console());
      },
      [](const JsonValue& reply) { return csv_of(overlap_of(reply)); });
}

int top_command(Session& session, const std::string& arguments) {
  return ranked(session, arguments, "top");
}

int bottom_command(Session& session, const std::string& arguments) {
  return ranked(session, arguments, "bottom");
}

int pareto_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  const auto percent = words.size() == 2 ? decimal_of(words[1]) : std::optional(80.0);
  if (words.empty() || words.size() > 2 || !percent.has_value() || !(*percent > 0) ||
      *percent > 100) {
    return session.report_usage("pareto", {"a tag is expected, and perhaps a percentage up to 100",
                                           "需要一个标签，可再加不超过 100 的百分比"});
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  const int status = insight(session,
                             want(session, "pareto")
                                 .text("tag", words.front())
                                 .raw("share", std::to_string(*percent / 100)),
                             pareto_of, [&](server::ParetoAnswer& answer) {
                               if (!answer.segment.empty()) {
                                 answer.segment = session.displayed(answer.segment);
                               }
                               print(answer, session.console());
                             });
  return status == kFine && session.settings().format == Format::Table
             ? show_curve(session, words.front())
             : status;
}

int sum_command(Session& session, const std::string& arguments) {
  const auto words = words_of(arguments);
  if (words.size() != 1) {
    return session.report_usage("sum", {"one tag is expected", "需要一个标签"});
  }
  if (session.expression().empty()) {
    return session.report_no_expression();
  }
  return insight(session, want(session, "stats").text("tag", words.front()), number_of);
}

}  // namespace tagline::cli
