#include "cli/look_parser.h"

namespace tagline::cli {

void LookParser::add_to(CLI::App& app) {
  add_tags(app);
  add_user(app);
}

void LookParser::add_tags(CLI::App& app) {
  tags_command_ = subcommand(
      app, "tags", say("list the tags with their values and counts", "列出标签及其取值和人数"),
      "tagline tags --db shop\n  tagline tags --db shop city");
  add_db(tags_command_, tags_.db);
  tags_command_
      ->add_option("TAG", tags_.tag,
                   say("only this tag, with all its values", "只看该标签的全部取值"))
      ->check(not_empty());
  tags_command_
      ->add_option("--values", tags_.values_shown,
                   say("values shown a tag", "每个标签显示的取值个数"))
      ->check(plain_number())
      ->type_name("N")
      ->capture_default_str();
  add_format(tags_command_, tags_.format, kFormatsOfLists);
}

void LookParser::add_user(CLI::App& app) {
  user_command_ =
      subcommand(app, "user", say("show every tag of one user", "显示一个用户的全部标签"),
                 "tagline user --db shop u000000042");
  add_db(user_command_, user_.db);
  user_command_
      ->add_option("ID", user_.id, say("the user's id as in the file", "用户编号，与文件中一致"))
      ->required();
  add_format(user_command_, user_.format, kFormatsOfLists);
}

bool LookParser::take(Arguments& arguments) const {
  if (tags_command_->parsed()) {
    arguments.command = tags_;
    return true;
  }
  if (user_command_->parsed()) {
    arguments.command = user_;
    return true;
  }
  return false;
}

}  // namespace tagline::cli
