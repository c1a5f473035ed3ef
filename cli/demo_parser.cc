#include "cli/demo_parser.h"

#include "cli/demo/limits.h"
#include "server/day_text.h"

namespace tagline::cli {

void DemoParser::add_to(CLI::App& app) {
  command_ = subcommand(
      app, "demo",
      say("make a database of an invented Chinese shop to learn and try with: any number of "
          "customers, a year of events",
          "生成一个虚构商城的数据库，供学习和试用：任意数量的顾客，一年的行为"),
      "tagline demo --db demo-shop --users 20000\n  tagline demo --db demo-shop --users 20000 "
      "--tour");
  add_db(command_, demo_.db);
  command_->add_option("--users", demo_.users, say("customers", "顾客人数"))
      ->check(in_range(demo::kUsersMin, demo::kUsersMax))
      ->type_name("N")
      ->capture_default_str();
  command_
      ->add_option("--seed", demo_.seed,
                   say("another number makes other customers; the same makes the same",
                       "随机种子：同一数字生成相同的顾客"))
      ->check(whole_number())
      ->type_name("N")
      ->capture_default_str();
  command_->add_option("--days", demo_.days, say("days of events", "行为的天数"))
      ->check(in_range(demo::kDaysMin, demo::kDaysMax))
      ->type_name("N")
      ->capture_default_str();
  add_day(command_, "--until", until_,
          say("the last day of events (default: today, so that `last 30d` has some)",
              "行为的最后一天（默认今天，使“最近30天”有数据）"));
  CLI::Option* tour = command_->add_flag(
      "--tour", demo_.tour, say("then open the terminal at its guided tour", "随后进入终端导览"));
  command_->add_flag("--no-tour", demo_.no_tour, say("do not mention the tour", "不提示导览"))
      ->excludes(tour);
  add_format(command_, demo_.format, kFormatsWithoutCsv);
}

bool DemoParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  DemoArguments demo = demo_;
  demo.until = server::parse_day(until_);
  arguments.command = demo;
  return true;
}

}  // namespace tagline::cli
