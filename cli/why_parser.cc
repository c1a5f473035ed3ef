#include "cli/why_parser.h"

#include "server/day_text.h"

namespace tagline::cli {

void WhyParser::add_to(CLI::App& app) {
  command_ = subcommand(
      app, "why",
      say("why one user is in a segment or not, and what would have to change",
          "说明某个用户为何在（或不在）人群中，以及需要改变什么"),
      say("tagline why --db shop u000000042 'age:25-34 AND city:tier1 AND NOT churn_risk'",
          "tagline why --db shop u000000042 '年龄:25-34 且 城市:一线 且 非 流失风险'"));
  add_db(command_, why_.db);
  command_->add_option("ID", why_.id, say("the user's id as in the file", "用户编号，与文件中一致"))
      ->required();
  command_->add_option("EXPR", why_.expression, say("the segment expression", "人群表达式"))
      ->required();
  add_as_of(command_, as_of_);
  add_format(command_, why_.format, kFormats);
}

bool WhyParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  WhyArguments why = why_;
  why.as_of = server::parse_day(as_of_);
  arguments.command = why;
  return true;
}

}  // namespace tagline::cli
