#include "cli/check_parser.h"

#include "server/day_text.h"

#include <map>
#include <string>

namespace tagline::cli {

void CheckParser::add_to(CLI::App& app) {
  add_check(app);
  add_complete(app);
}

void CheckParser::add_check(CLI::App& app) {
  check_command_ =
      subcommand(app, "check", say("check expressions without running them", "检查表达式但不执行"),
                 "tagline check --db shop 'cty:tier1'\n  tagline check --catalogue names.json "
                 "--batch expressions.txt");
  CLI::Option* db =
      check_command_
          ->add_option("--db", check_.db,
                       say("folder of the database whose names to use", "使用该数据库中的名称"))
          ->type_name("DIR");
  check_command_
      ->add_option("--catalogue", check_.catalogue_file,
                   say("JSON file with the names to use", "使用该 JSON 文件中的名称"))
      ->type_name("FILE")
      ->excludes(db);
  CLI::Option* expression = check_command_->add_option("EXPR", check_.expression,
                                                       say("the segment expression", "人群表达式"));
  check_command_
      ->add_option(
          "--batch", check_.batch_file,
          say("file of expressions, one a line, as text or as {\"expression\": TEXT}; - for "
              "standard input; prints one JSON line each",
              "表达式文件，每行一个，可为文本或 {\"expression\": 文本}；- 表示标准输入；每个输出"
              "一行 JSON"))
      ->type_name("FILE")
      ->excludes(expression);
  check_command_
      ->add_option(
          "--tree", check_.tree_file,
          say("JSON file of the expression as a tree, instead of EXPR; - for standard input",
              "以 JSON 结构树文件代替 EXPR；- 表示标准输入"))
      ->type_name("FILE")
      ->excludes(expression);
  check_command_->add_flag(
      "--forms", check_.forms,
      say("also show it in words, in the other language, as a JSON tree, and its fingerprint",
          "同时给出含义、中文写法、JSON 结构树和指纹"));
  add_as_of(check_command_, as_of_);
  add_format(check_command_, kFormatsWithoutCsv,
             say(" (default: table on a terminal, else json)", "（默认：终端为 table，否则 json）"),
             [this](Format format) { check_.format = format; });
}

void CheckParser::add_complete(CLI::App& app) {
  complete_command_ =
      subcommand(app, "complete",
                 say("what may stand at a place of an expression, for editors and shells",
                     "表达式某处可以填写的内容，供编辑器和命令行补全使用"),
                 say("tagline complete --db shop 'city:ti'\n  "
                     "tagline complete --db shop 'city:ti AND vip' 7 --format json",
                     "tagline complete --db shop '城市:一'\n  "
                     "tagline complete --db shop '城市:一 且 会员' 4 --format json"));
  CLI::Option* db =
      complete_command_
          ->add_option("--db", complete_.db,
                       say("folder of the database whose names to use", "使用该数据库中的名称"))
          ->type_name("DIR");
  complete_command_
      ->add_option("--catalogue", complete_.catalogue_file,
                   say("JSON file with the names to use", "使用该 JSON 文件中的名称"))
      ->type_name("FILE")
      ->excludes(db);
  complete_command_
      ->add_option("EXPR", complete_.text, say("the expression so far", "已输入的表达式"))
      ->required();
  complete_command_
      ->add_option(
          "CURSOR", complete_.cursor,
          say("code points before the cursor (default: all)", "光标前的字符数（默认为全部）"))
      ->check(plain_number());
  add_shell();
  add_as_of(complete_command_, as_of_);
  add_format(complete_command_, complete_.format, kFormats);
}

void CheckParser::add_shell() {
  static const std::map<std::string, ShellWant> kWants{{"expression", ShellWant::Expression},
                                                       {"segment", ShellWant::Segment},
                                                       {"tag", ShellWant::Tag},
                                                       {"number-tag", ShellWant::NumberTag},
                                                       {"ordered-tag", ShellWant::OrderedTag}};
  complete_command_
      ->add_option_function<std::string>(
          "--shell", [this](const std::string& text) { complete_.shell = kWants.at(text); },
          say("for the completion of shells: whole expressions, or names that begin so, one a "
              "line, each with a tab and what it means",
              "供命令行补全使用：每行一个完整表达式或以此开头的名称，制表符后为说明"))
      ->check(one_of({"expression", "segment", "tag", "number-tag", "ordered-tag"}))
      ->type_name("expression|segment|tag|number-tag|ordered-tag");
}

bool CheckParser::take(Arguments& arguments) const {
  if (check_command_->parsed()) {
    CheckArguments check = check_;
    check.as_of = server::parse_day(as_of_);
    arguments.command = check;
    return true;
  }
  if (complete_command_->parsed()) {
    CompleteArguments complete = complete_;
    complete.as_of = server::parse_day(as_of_);
    arguments.command = complete;
    return true;
  }
  return false;
}

}  // namespace tagline::cli
