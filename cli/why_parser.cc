#include "cli/why_parser.h"

#include "server/day_text.h"

namespace tagline::cli {

void WhyParser::add_to(CLI::App& app) {
  why_command_ =
      subcommand(app, "why",
                 say("why one user is in a segment or not, and what would have to change",
                     "说明某个用户为何在（或不在）人群中，以及需要改变什么"),
                 "tagline why --db shop u000000042 'age:25-34 AND city:tier1 AND NOT churn_risk'");
  add_db(why_command_, why_.db);
  why_command_
      ->add_option("ID", why_.id, say("the user's id as in the file", "用户编号，与文件中一致"))
      ->required();
  why_command_->add_option("EXPR", why_.expression, say("the segment expression", "人群表达式"))
      ->required();
  add_as_of(why_command_, as_of_);
  add_format(why_command_, why_.format, kFormatsWithoutCsv);

  complete_command_ = subcommand(app, "complete",
                                 say("what may stand at a place of an expression, for editors",
                                     "表达式某处可以填写的内容，供编辑器使用"),
                                 "tagline complete --db shop 'city:ti' 7 --format json");
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
      ->add_option("TEXT", complete_.text, say("the expression so far", "已输入的表达式"))
      ->required();
  complete_command_
      ->add_option("CURSOR", complete_.cursor,
                   say("code points before the cursor", "光标前的字符数"))
      ->required()
      ->check(plain_number())
      ->type_name("N");
  add_as_of(complete_command_, as_of_);
  add_format(complete_command_, complete_.format, kFormatsWithoutCsv);
}

bool WhyParser::take(Arguments& arguments) const {
  if (why_command_->parsed()) {
    WhyArguments why = why_;
    why.as_of = server::parse_day(as_of_);
    arguments.command = why;
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
