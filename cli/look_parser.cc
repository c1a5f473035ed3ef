#include "cli/look_parser.h"

namespace tagline::cli {

void LookParser::add_to(CLI::App& app) {
  add_tags(app);
  add_user(app);
}

void LookParser::add_tags(CLI::App& app) {
  tags_command_ = subcommand(
      app, "tags", say("list the tags with their values and counts", "列出标签及其取值和人数"),
      "tagline tags --db shop\n  tagline tags --db shop city\n  "
      "tagline tags --db shop --stale 7d\n  tagline tags --db shop --health\n  "
      "tagline tags --db shop city --drift");
  add_db(tags_command_, tags_.db);
  CLI::Option* tag =
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
  stale_ = tags_command_
               ->add_option("--stale", tags_.stale_age,
                            say("only what went stale: not written for so long (30d), or most of "
                                "its values",
                                "只看陈旧的标签：超过此时长（默认 30d）未写入，或多数取值如此"))
               ->type_name("AGE")
               ->expected(0, 1);
  CLI::Option* health = tags_command_->add_flag(
      "--health", tags_.health,
      say("what needs care instead: unused, stale, empty or alike tags, names against the rules",
          "改为列出需要治理之处：未使用、陈旧、为空、相似的标签，以及不合规范的名称"));
  tags_command_
      ->add_option(
          "--find", tags_.find,
          say("only these findings, such as stale,empty", "只列这些检查项，如 stale,empty"))
      ->type_name("LIST")
      ->needs(health);
  tags_command_
      ->add_option("--rules", tags_.rules,
                   say("what names and cards have to keep to, such as lower,owner; or none",
                       "检查的命名与说明规则，如 lower,owner；或 none"))
      ->type_name("LIST")
      ->needs(health);
  tags_command_
      ->add_flag("--drift", tags_.drift,
                 say("how far the values of TAG have moved, day by day",
                     "改为显示该标签的取值分布逐日变化"))
      ->needs(tag)
      ->excludes(health)
      ->excludes(stale_);
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
    TagsArguments tags = tags_;
    tags.stale = stale_->count() > 0;
    arguments.command = tags;
    return true;
  }
  if (user_command_->parsed()) {
    arguments.command = user_;
    return true;
  }
  return false;
}

}  // namespace tagline::cli
