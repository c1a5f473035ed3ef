#include "cli/edit_tag_parser.h"

namespace tagline::cli {

void EditTagParser::add_to(CLI::App& app) {
  command_ = subcommand(app, "edit-tag",
                        say("edit what people write about a tag; what is not given stays",
                            "修改标签的说明信息，未给出的保持不变"),
                        "tagline edit-tag --db shop age --max none\n  "
                        "tagline edit-tag --db shop points --deprecated --replacement score\n  "
                        "tagline edit-tag --db shop churn_risk --ttl 30d");
  add_db(command_, arguments_.db);
  command_->add_option("TAG", arguments_.tag, say("the tag, by any of its names", "标签名称或别名"))
      ->required();
  const auto text = [&](const char* option, std::optional<std::string>& into,
                        const std::string& description, const char* type) {
    command_->add_option(option, into, description)->type_name(type);
  };
  server::TagEdit& change = arguments_.change;
  text("--title", change.title_en, say("title in English", "英文标题"), "TEXT");
  text("--title-zh", change.title_zh, say("title in Chinese", "中文标题"), "TEXT");
  text("--description", change.description, say("what it says of people", "含义说明"), "TEXT");
  text("--owner", change.owner, say("who answers for it", "负责人"), "WHO");
  text("--unit", change.unit, say("unit of a number", "数值的单位"), "TEXT");
  text("--min", arguments_.min, say("least number allowed, or none", "允许的最小值，或 none"),
       "NUMBER");
  text("--max", arguments_.max, say("largest number allowed, or none", "允许的最大值，或 none"),
       "NUMBER");
  text("--ttl", arguments_.ttl,
       say("values expire so long after they were written, or none", "取值写入后多久过期，或 none"),
       "AGE");
  CLI::Option* track =
      command_->add_flag("--track", arguments_.track,
                         say("keep when each value was written", "记录每个取值的写入时间"));
  command_->add_flag("--no-track", arguments_.no_track, say("keep it no longer", "不再记录"))
      ->excludes(track);
  CLI::Option* deprecated =
      command_->add_flag("--deprecated", arguments_.deprecated,
                         say("not to be used any more: expressions that name it get a warning",
                             "标记为已弃用：使用它的表达式会收到警告"));
  command_->add_flag("--in-use", arguments_.in_use, say("no longer deprecated", "取消弃用"))
      ->excludes(deprecated);
  text("--replacement", change.replacement,
       say("of a deprecated tag, the one to use instead", "已弃用标签的替代标签"), "TAG");
  add_format(command_, arguments_.format, kFormatsWithoutCsv);
}

bool EditTagParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  EditTagArguments edit = arguments_;
  if (edit.deprecated || edit.in_use) {
    edit.change.deprecated = edit.deprecated;
  }
  if (edit.track || edit.no_track) {
    edit.change.track = edit.track;
  }
  arguments.command = edit;
  return true;
}

}  // namespace tagline::cli
