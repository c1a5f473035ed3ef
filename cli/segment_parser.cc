#include "cli/segment_parser.h"

#include "server/day_text.h"

namespace tagline::cli {
namespace {

constexpr std::uint64_t kHistoryDaysMax = 10'000;

/// What comes as rows comes as CSV and NDJSON, too.
const std::map<std::string, Format>& formats_of(SegmentAction action) {
  switch (action) {
    case SegmentAction::List:
    case SegmentAction::Versions:
    case SegmentAction::Snapshots:
    case SegmentAction::History:
    case SegmentAction::Record:
      return kFormatsOfLists;
    case SegmentAction::Show:
    case SegmentAction::Diff:
    case SegmentAction::Dependents:
      return kFormats;
    case SegmentAction::Save:
    case SegmentAction::Rename:
    case SegmentAction::Delete:
    case SegmentAction::Import:
    case SegmentAction::Snapshot:
      break;
  }
  return kFormatsWithoutCsv;
}

}  // namespace

CLI::App* SegmentParser::action(SegmentAction action, const char* name,
                                const std::string& description, const std::string& example) {
  CLI::App* command = subcommand(*command_, name, description, example);
  add_db(command, arguments_.db);
  add_format(command, arguments_.format, formats_of(action));
  actions_.emplace_back(command, action);
  return command;
}

void SegmentParser::add_name(CLI::App* command) {
  command->add_option("NAME", arguments_.name, say("the segment's name", "人群名称"))->required();
}

void SegmentParser::add_replace(CLI::App* command) {
  command->add_flag("--replace", arguments_.replace,
                    say("put it in the place of what has the name", "取代已有的同名人群"));
}

void SegmentParser::add_card(CLI::App* command) {
  command->add_option("--title", arguments_.card.title_en, say("title in English", "英文标题"))
      ->type_name("TEXT");
  command->add_option("--title-zh", arguments_.card.title_zh, say("title in Chinese", "中文标题"))
      ->type_name("TEXT");
  command
      ->add_option("--description", arguments_.card.description, say("what it is for", "用途说明"))
      ->type_name("TEXT");
  command->add_option("--owner", arguments_.card.owner, say("who answers for it", "负责人"))
      ->type_name("WHO");
  command
      ->add_option("--label", arguments_.card.labels,
                   say("a label for finding it; may be repeated", "便于查找的标记，可多次给出"))
      ->type_name("WORD");
}

void SegmentParser::add_to(CLI::App& app) {
  command_ = subcommand(
      app, "segment",
      say("save expressions under names and use them as @name", "把表达式存为人群，以 @名称 引用"),
      say("tagline segment save --db shop recent_buyers 'did(purchase, in:last 90d)'\n  "
          "tagline query --db shop '@buyers AND NOT churn_risk'",
          "tagline segment save --db shop 近期买家 '做过(购买, 时间:最近90天)'\n  "
          "tagline query --db shop '@近期购买 且 非 流失风险'"));
  command_->require_subcommand(1);

  CLI::App* save = action(
      SegmentAction::Save, "save",
      say("save an expression under a new name, or with --replace under one that is there",
          "以新名称保存表达式；加 --replace 则取代同名人群"),
      say("tagline segment save --db shop recent_buyers 'did(purchase, in:last 90d)' --title "
          "'Recent buyers'\n  "
          "tagline segment save --db shop buyers 'did(purchase, in:last 60d)' --replace",
          "tagline segment save --db shop 近期买家 '做过(购买, 时间:最近90天)' --title-zh "
          "'近期购买的人'\n  "
          "tagline segment save --db shop 近期购买 '做过(购买, 时间:最近60天)' --replace"));
  add_name(save);
  save->add_option("EXPR", arguments_.expression, say("the segment expression", "人群表达式"))
      ->required();
  add_replace(save);
  add_card(save);
  add_as_of(save, as_of_);

  CLI::App* list = action(SegmentAction::List, "list",
                          say("list the segments with their counts", "列出人群及其人数"),
                          "tagline segment list --db shop");
  add_as_of(list, as_of_);

  CLI::App* show = action(SegmentAction::Show, "show",
                          say("show a segment: rule, count, what it uses and what uses it",
                              "查看人群：规则、人数、引用与被引用"),
                          "tagline segment show --db shop buyers");
  add_name(show);
  add_as_of(show, as_of_);

  CLI::App* rename = action(
      SegmentAction::Rename, "rename",
      say("rename a segment; rules that name it are rewritten", "重命名，引用它的规则随之更新"),
      "tagline segment rename --db shop buyers recent_buyers");
  add_name(rename);
  rename->add_option("NEW", arguments_.new_name, say("the new name", "新名称"))->required();

  CLI::App* remove = action(SegmentAction::Delete, "delete",
                            say("delete a segment that no other uses", "删除未被引用的人群"),
                            "tagline segment delete --db shop buyers");
  add_name(remove);
  remove->add_flag("--force", arguments_.force,
                   say("also when others use it; they cannot be computed afterwards",
                       "即使被引用也删除（引用者将无法计算）"));

  add_name(action(SegmentAction::Dependents, "dependents",
                  say("list the segments that use this one", "列出引用该人群的人群"),
                  "tagline segment dependents --db shop buyers"));

  CLI::App* import = action(SegmentAction::Import, "import",
                            say("make a static list from a file of ids, one a line",
                                "由编号文件（每行一个）建立静态名单"),
                            "tagline segment import --db shop spring_mailing ids.txt");
  add_name(import);
  import
      ->add_option("FILE", arguments_.file,
                   say("file of ids, plain or .gz .xz .zst; - for standard input",
                       "编号文件，可为 .gz .xz .zst；- 表示标准输入"))
      ->required();
  add_replace(import);
  add_card(import);
  add_history();
}

void SegmentParser::add_history() {
  CLI::App* versions = action(SegmentAction::Versions, "versions",
                              say("list every rule a segment has had, with its count then and now",
                                  "列出人群的历次规则及当时与当前人数"),
                              "tagline segment versions --db shop buyers");
  add_name(versions);
  add_as_of(versions, as_of_);

  CLI::App* diff = action(SegmentAction::Diff, "diff",
                          say("count who is in two versions, or in one of them only",
                              "统计两个版本的共有与各自独有人数"),
                          "tagline segment diff --db shop buyers 1 2\n  "
                          "tagline segment diff --db shop buyers @buyers_20260131");
  add_name(diff);
  diff->add_option("FROM", arguments_.diff_from,
                   say("number of a version, or a segment as @name", "版本号，或 @人群名"))
      ->required();
  diff->add_option("TO", arguments_.diff_to,
                   say("the same; left out: the rule it has now", "同上；不给则为当前规则"));
  add_as_of(diff, as_of_);

  CLI::App* snapshot =
      action(SegmentAction::Snapshot, "snapshot",
             say("freeze who is in a segment into a static list", "把人群当前成员固化为静态名单"),
             "tagline segment snapshot --db shop buyers --as buyers_in_may");
  add_name(snapshot);
  snapshot
      ->add_option("--as", arguments_.new_name,
                   say("name of the list; default: the segment's and the day",
                       "名单名称；默认为人群名加日期"))
      ->type_name("NAME");
  add_card(snapshot);
  add_as_of(snapshot, as_of_);
  add_day(snapshot, "--recorded", recorded_,
          say("of who was in it on this day, by its history; not with --as-of",
              "取历史记录中该日的成员；不与 --as-of 同用"));

  add_name(action(SegmentAction::Snapshots, "snapshots",
                  say("list the snapshots of a segment", "列出人群的快照"),
                  "tagline segment snapshots --db shop buyers"));

  CLI::App* history =
      action(SegmentAction::History, "history",
             say("show how many were in a segment day by day, who entered and who left",
                 "查看人群每日人数及进入、离开人数"),
             "tagline segment history --db shop buyers\n  "
             "tagline segment history --db shop buyers --last 90 --format json");
  add_name(history);
  history
      ->add_option("--last", arguments_.days,
                   say("points of the last so many days (default 30)", "最近多少天（默认 30）"))
      ->check(plain_number())
      ->check(in_range(std::uint64_t{1}, kHistoryDaysMax))
      ->type_name("DAYS");
  add_day(history, "--since", since_,
          say("who entered and left since this day", "自该日以来的进入与离开人数"));

  CLI::App* record = action(
      SegmentAction::Record, "record",
      say("take a point of the history of segments now; a running server does it every night",
          "立即记录人群历史；运行中的服务器每晚自动记录"),
      "tagline segment record --db shop\n  tagline segment record --db shop buyers");
  record->add_option("NAMES", arguments_.names,
                     say("the segments; none: all", "人群名称；不给则为全部"));
}

bool SegmentParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  SegmentArguments chosen = arguments_;
  for (const auto& [command, action] : actions_) {
    if (command->parsed()) {
      chosen.action = action;
    }
  }
  chosen.as_of = server::parse_day(as_of_);
  chosen.since = server::parse_day(since_);
  chosen.recorded = server::parse_day(recorded_);
  // As it is written in expressions.
  for (std::string* name : {&chosen.name, &chosen.new_name}) {
    name->erase(0, name->starts_with('@') ? 1 : 0);
  }
  for (std::string& name : chosen.names) {
    name.erase(0, name.starts_with('@') ? 1 : 0);
  }
  arguments.command = chosen;
  return true;
}

}  // namespace tagline::cli
