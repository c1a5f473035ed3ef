#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/repl/keyboard.h"
#include "cli/repl/line_editor.h"
#include "cli/repl/local_api.h"
#include "cli/repl/remote_api.h"
#include "cli/repl/session.h"
#include "server/day_text.h"
#include "storage/time_zone.h"

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <unistd.h>

namespace tagline::cli {
namespace {

Result<std::unique_ptr<Api>> api_of(const ReplArguments& arguments) {
  if (!arguments.server.empty()) {
    TAGLINE_ASSIGN_OR_RETURN(auto api, RemoteApi::make(arguments.server, arguments.key));
    return std::unique_ptr<Api>(std::move(api));
  }
  TAGLINE_ASSIGN_OR_RETURN(auto api, LocalApi::open(arguments.db));
  return std::unique_ptr<Api>(std::move(api));
}

/// Of the demo's shop: that there is a tour; and, of one made some days ago, which day to ask for,
/// since nobody did anything "in the last 30 days" any more.
void greet_demo(Session& session) {
  Console& console = session.console();
  console.tell(console.say({"This is the demo's shop: \\tour leads you through it.\n",
                            "这是演示商城：输入 \\tour 开始导览。\n"}));
  const auto reply = session.api().send(get("/v1/events/app_open"));
  const std::string last =
      reply.has_value() ? server::JsonValue::parse(reply->body)["event"]["last"].text() : "";
  const auto today = storage::day_in_zone(std::chrono::system_clock::now(), session.time_zone());
  if (!last.empty() && today.has_value() && !session.settings().as_of.has_value() &&
      last != server::day_text(*today)) {
    console.tell(console.say(
        {"Its last day is " + last + "; \\set as_of " + last + " makes `today` that day.\n",
         "其数据的最后一天是 " + last + "；输入 \\set as_of " + last +
             " 可把“今天”设为这一天。\n"}));
  }
}

/// A paste may be many inputs, a line each; one that is typed goes on until it is complete, too.
int run_typed_input(Session& session, const std::string& input) {
  if (input.find('\n') == std::string::npos) {
    return session.run(input);
  }
  std::istringstream lines(input);
  return session.run_all([&]() -> std::optional<std::string> {
    std::string line;
    return std::getline(lines, line) ? std::optional(line) : std::nullopt;
  });
}

int run_typed(Session& session, History& history, Keyboard& keyboard, bool tour) {
  Console& console = session.console();
  LineEditor editor(session, history, keyboard, session.api().name());
  console.tell(
      console.say({"Type an expression to count people, \\help for more, \\quit to leave.\n",
                   "输入表达式即可计数，\\help 查看帮助，\\quit 退出。\n"}));
  int status = kFine;
  if (tour) {
    status = session.run("\\tour");
  } else if (session.tour().fits()) {
    greet_demo(session);
  }
  for (auto input = editor.read(); input.has_value(); input = editor.read()) {
    status = run_typed_input(session, *input);
    if (session.is_over()) {
      break;
    }
  }
  return status;
}

}  // namespace

int run(const ReplArguments& arguments, Console& console) {
  if (arguments.db.empty() == arguments.server.empty()) {
    return console.report_usage({"nothing says what to ask", "没有指明查询对象"},
                                {"add --db DIR (a database) or --server URL",
                                 "请加上 --db 目录（数据库）或 --server 地址"});
  }
  console.set_face(Face::Terminal);
  const auto api = api_of(arguments);
  if (!api.has_value()) {
    static_cast<void>(console.report(api.error()));
    return arguments.server.empty() ? kSystemAtFault : kUsage;
  }
  const auto prepare = [&](Session& session) {
    session.settings().format = arguments.format;
    if (arguments.as_of.has_value()) {
      session.settings().as_of = server::day_text(*arguments.as_of);
    }
  };
  if (isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1) {
    History history(History::default_file());
    Keyboard keyboard;
    const Interrupt interrupt([&api] { (*api)->cancel(); }, keyboard.terminal());
    Session session(**api, console, history, &interrupt);
    prepare(session);
    return run_typed(session, history, keyboard, arguments.tour);
  }
  History history("");
  Session session(**api, console, history, nullptr);
  prepare(session);
  if (arguments.tour) {
    static_cast<void>(session.run("\\tour"));
  }
  bool asked = false;
  const int status = session.run_all([&]() -> std::optional<std::string> {
    std::string line;
    asked = static_cast<bool>(std::getline(std::cin, line)) || asked;
    return std::cin ? std::optional(line) : std::nullopt;
  });
  if (asked || arguments.server.empty()) {
    return status;
  }
  // Nothing was asked: whether the server is there is all there is to say.
  const auto answered = session.ask(get("/v1/status"), "");
  return answered.has_value() ? status : answered.error();
}

}  // namespace tagline::cli
