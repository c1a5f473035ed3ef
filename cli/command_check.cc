#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/names_source.h"
#include "cli/read_file.h"
#include "dsl/print.h"
#include "engine/system_reason.h"
#include "ingest/text.h"
#include "server/answer_json.h"
#include "server/forms.h"
#include "server/tree_json.h"

#include <cerrno>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

namespace tagline::cli {
namespace {

/// Checks against one catalogue and day, and writes in the shape asked for.
class Checks {
 public:
  Checks(const CheckArguments& arguments, const dsl::Catalogue& catalogue,
         const dsl::CheckOptions& options, Console& console)
      : arguments_(arguments), catalogue_(catalogue), options_(options), console_(console) {}

  [[nodiscard]] int one(const std::string& expression) const {
    const dsl::Checked checked = dsl::check(expression, catalogue_, options_);
    if (console_.answers_json()) {
      console_.out(json(checked, expression) + "\n");
      return checked.ok ? kFine : kInputAtFault;
    }
    console_.report(checked.ok ? checked.warnings : checked.errors, expression);
    if (checked.ok) {
      console_.out(checked.canonical + "\n");
    }
    if (checked.ok && arguments_.forms) {
      print_forms(server::forms_of(checked, catalogue_));
    }
    return checked.ok ? kFine : kInputAtFault;
  }

  /// One line in, one line out, in order; a line of JSON that is no request gets an error line of
  /// its own.
  [[nodiscard]] int batch(std::istream& lines) const {
    int status = kFine;
    std::string line;
    while (std::getline(lines, line)) {
      const std::string_view text = ingest::trim(line);
      if (text.empty() || text.front() == '#') {
        continue;
      }
      const auto expression = text.front() == '{' ? server::expression_of_json(line)
                                                  : Result<std::string>(std::string(text));
      if (!expression.has_value()) {
        console_.out(
            server::error_json(expression.error(), "", {Face::Command, console_.language()}) +
            "\n");
        status = kInputAtFault;
        continue;
      }
      const dsl::Checked checked = dsl::check(*expression, catalogue_, options_);
      console_.out(json(checked, *expression) + "\n");
      status = checked.ok ? status : kInputAtFault;
    }
    return status;
  }

 private:
  [[nodiscard]] std::string json(const dsl::Checked& checked, const std::string& expression) const {
    return arguments_.forms ? server::forms_json(checked, catalogue_, expression)
                            : server::checked_json(checked, expression);
  }

  void print_forms(const server::Forms& forms) const {
    console_.out(console_.say({"in words:     ", "含义：      "}) + console_.say(forms.sentence) +
                 "\n");
    console_.out(console_.say({"displayed:    ", "中文写法：  "}) + console_.say(forms.display) +
                 "\n");
    console_.out(console_.say({"fingerprint:  ", "指纹：      "}) + forms.fingerprint + "\n");
    console_.out(console_.say({"tree:         ", "结构树：    "}) + forms.tree + "\n");
  }

  const CheckArguments& arguments_;
  const dsl::Catalogue& catalogue_;
  const dsl::CheckOptions& options_;
  Console& console_;
};

/// The text of a JSON tree in a file.
Result<std::string> text_of_tree(const std::string& file) {
  TAGLINE_ASSIGN_OR_RETURN(const std::string json, read_file(file));
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Tree tree, server::tree_from_json(json));
  return dsl::print(tree);
}

}  // namespace

int run(const CheckArguments& arguments, Console& console) {
  if (arguments.batch_file.empty() && !arguments.expression.has_value() &&
      arguments.tree_file.empty()) {
    return console.report_usage(
        {"an expression is missing", "缺少表达式"},
        {"give one, or a file of them with --batch", "请写出表达式，或用 --batch 给出表达式文件"});
  }
  std::string expression = arguments.expression.value_or("");
  if (!arguments.tree_file.empty()) {
    const auto text = text_of_tree(arguments.tree_file);
    if (!text.has_value()) {
      return console.report(text.error());
    }
    expression = *text;
  }
  std::ifstream file;
  const bool typed = arguments.batch_file.empty() || arguments.batch_file == "-";
  if (!typed) {
    file.open(arguments.batch_file);
    if (!file) {
      const Text reason = system_reason(errno);
      const std::string& path = arguments.batch_file;
      return console.report(
          Error(ErrorCode::NotFound,
                {"cannot open " + path + ": " + reason.en, "无法打开 " + path + "：" + reason.zh},
                {"check the path", "请检查路径"}));
    }
  }
  return with_names(arguments.db, arguments.catalogue_file, arguments.as_of, console,
                    [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions& options) {
                      const Checks checks(arguments, catalogue, options, console);
                      if (arguments.batch_file.empty()) {
                        return checks.one(expression);
                      }
                      return checks.batch(typed ? std::cin : file);
                    });
}

}  // namespace tagline::cli
