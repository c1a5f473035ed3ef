#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/read_file.h"
#include "server/answer_json.h"
#include "server/catalogue_file.h"
#include "server/service.h"
#include "storage/time_zone.h"

#include <chrono>
#include <functional>
#include <iostream>
#include <string>

namespace tagline::cli {
namespace {

using Check = std::function<dsl::Checked(std::string_view)>;

int check_one(const CheckArguments& arguments, const Check& check, Console& console) {
  const dsl::Checked checked = check(*arguments.expression);
  const bool cards =
      arguments.format.has_value() ? *arguments.format == Format::Table : console.out_is_terminal();
  if (cards) {
    console.report(checked.ok ? checked.warnings : checked.errors, *arguments.expression);
    if (checked.ok) {
      console.out(checked.canonical + "\n");
    }
  } else {
    console.out(server::checked_json(checked, *arguments.expression) + "\n");
  }
  return checked.ok ? kFine : kInputAtFault;
}

/// One line in, one line out, in order; a line that is no request gets an error line of its own.
int check_batch(const Check& check, Console& console) {
  int status = kFine;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) {
      continue;
    }
    const auto expression = server::expression_of_json(line);
    if (!expression.has_value()) {
      console.out(server::refused_line_json(expression.error()) + "\n");
      status = kInputAtFault;
      continue;
    }
    const dsl::Checked checked = check(*expression);
    console.out(server::checked_json(checked, *expression) + "\n");
    if (!checked.ok) {
      status = kInputAtFault;
    }
  }
  return status;
}

int check_all(const CheckArguments& arguments, const Check& check, Console& console) {
  return arguments.batch ? check_batch(check, console) : check_one(arguments, check, console);
}

int run_with_catalogue(const CheckArguments& arguments, Console& console) {
  const auto text = read_file(arguments.catalogue_file);
  if (!text.has_value()) {
    return console.report(text.error());
  }
  const auto catalogue = server::catalogue_from_json(*text);
  if (!catalogue.has_value()) {
    return console.report(catalogue.error());
  }
  dsl::CheckOptions options;
  if (arguments.as_of.has_value()) {
    options.as_of = *arguments.as_of;
  } else {
    const auto today =
        storage::day_in_zone(std::chrono::system_clock::now(), storage::OpenOptions{}.time_zone);
    if (!today.has_value()) {
      return console.report(today.error());
    }
    options.as_of = *today;
  }
  return check_all(
      arguments,
      [&](std::string_view expression) { return dsl::check(expression, *catalogue, options); },
      console);
}

int run_with_database(const CheckArguments& arguments, Console& console) {
  const auto service = server::Service::open(arguments.db, {});
  if (!service.has_value()) {
    static_cast<void>(console.report(service.error()));
    return kSystemAtFault;  // whatever the reason: it is the database that could not be opened
  }
  int status = kFine;
  const auto done = (*service)->with_checker(
      arguments.as_of, [&](const Check& check) { status = check_all(arguments, check, console); });
  return done.has_value() ? status : console.report(done.error());
}

}  // namespace

int run(const CheckArguments& arguments, Console& console) {
  if (arguments.db.empty() == arguments.catalogue_file.empty()) {
    console.err(console.say({"error: say where the names come from: --db DIR or --catalogue FILE\n",
                             "错误：请用 --db DIR 或 --catalogue FILE 指明名称来源\n"}));
    return kUsage;
  }
  if (!arguments.batch && !arguments.expression.has_value()) {
    console.err(console.say(
        {"error: an expression is missing\nhint:  give one, or --batch to read them from standard "
         "input\n",
         "错误：缺少表达式\n提示：请写出表达式，或用 --batch 从标准输入读取\n"}));
    return kUsage;
  }
  return arguments.db.empty() ? run_with_catalogue(arguments, console)
                              : run_with_database(arguments, console);
}

}  // namespace tagline::cli
