#include "cli/repl/commands.h"

#include <algorithm>
#include <array>

namespace tagline::cli {
namespace {

constexpr std::array kCommands = {
    Command{"tags", "[WORDS]", "[词]", Takes::Nothing, "tags, or those that words are found in",
            "列出标签，或按词查找", "\\tags city", tags_command},
    Command{"tag", "TAG", "标签", Takes::Tags, "one tag with its values and counts",
            "一个标签的取值和人数", "\\tag city", tag_command},
    Command{"health", "[FINDING ...]", "[检查项 ...]", Takes::Nothing,
            "tags that need care: unused, stale, empty, alike, against the rules",
            "需要治理的标签：未使用、陈旧、为空、相似、不合规范", "\\health stale", health_command},
    Command{"events", "[EVENT]", "[行为]", Takes::Events,
            "what people did: events with their days and keys; one with people a key",
            "行为、日期和分类；指定一个则列出各分类人数", "\\events view", events_command},
    Command{"segments", "[WORDS]", "[词]", Takes::Nothing, "saved segments with their counts now",
            "已保存的人群及当前人数", "\\segments lapsed", segments_command},
    Command{"save", "NAME [TITLE]", "名称 [标题]", Takes::Segments,
            "save the expression under a new name", "以新名称把表达式存为人群",
            "\\save young_vips Young members", save_command},
    Command{"save!", "NAME [TITLE]", "名称 [标题]", Takes::Segments,
            "save the expression in the place of a segment", "用表达式取代已有的人群",
            "\\save! young_vips", replace_command},
    Command{"delete", "@NAME", "@名称", Takes::Segments, "delete a segment that no other uses",
            "删除没有被其他人群引用的人群", "\\delete @lapsed", delete_command},
    Command{"rename", "@NAME NAME", "@名称 新名称", Takes::Segments,
            "give a segment another name, in all that use it, too",
            "给人群改名，引用它的人群随之更新", "\\rename @lapsed gone_quiet", rename_command},
    Command{"show", "[@NAME]", "[@名称]", Takes::Segments,
            "a segment; alone: the expression in all its forms",
            "查看人群；不带参数则显示表达式的各种写法", "\\show @lapsed", show_command},
    Command{"explain", "[EXPR]", "[表达式]", Takes::Expression,
            "what it means, and the people at every condition", "表达式的含义，以及每个条件的人数",
            "\\explain", explain_command},
    Command{"plan", "[EXPR]", "[表达式]", Takes::Expression,
            "how it is run: plan, program, what was read", "执行方式：计划、程序和读取量", "\\plan",
            plan_command},
    Command{"why", "ID", "编号", Takes::Nothing,
            "why somebody is in or out, and what would change that",
            "某人为何在或不在，以及怎样会改变", "\\why u0042", why_command},
    Command{"ids", "[N]", "[N]", Takes::Nothing, "the first ids of the people",
            "列出这些人的前若干个编号", "\\ids 50", ids_command},
    Command{"profile", "", "", Takes::Nothing, "people by every tag, beside all people",
            "按每个标签细分，并与总体比较", "\\profile", profile_command},
    Command{"apart", "[EXPR]", "[表达式]", Takes::Expression,
            "what sets the people apart from all others, or from those of EXPR",
            "与其余所有人（或某表达式中其余的人）有何不同", "\\apart @buyers", apart_command},
    Command{"by", "TAG", "标签", Takes::Tags,
            "people by the values of a tag; numbers and dates as a histogram",
            "按标签取值细分；数值和日期画直方图", "\\by city", by_command},
    Command{"cross", "TAG TAG", "标签 标签", Takes::ValueTags, "a table of two tags",
            "两个标签的交叉表", "\\cross city level", cross_command},
    Command{"overlap", "EXPR ; EXPR ...", "表达式 ; 表达式 ...", Takes::Expression,
            "people in common; with one, beside the expression",
            "人群之间的重合；只写一个则与当前表达式比较", "\\overlap vip ; city:tier1 ; @lapsed",
            overlap_command},
    Command{"top", "[N] TAG", "[N] 标签", Takes::OrderedTags,
            "the people with the most of a number or date", "数值或日期最大的人", "\\top 5 spend",
            top_command},
    Command{"bottom", "[N] TAG", "[N] 标签", Takes::OrderedTags, "those with the least",
            "数值或日期最小的人", "\\bottom 5 spend", bottom_command},
    Command{"pareto", "TAG [PERCENT]", "标签 [百分比]", Takes::NumberTags,
            "how few people hold a share (80) of a number, with the curve",
            "最少多少人占某数值的一定比例（80），并画曲线", "\\pareto spend 80", pareto_command},
    Command{"sum", "TAG", "标签", Takes::NumberTags,
            "total, mean, extremes and quantiles of a number", "数值的合计、均值、极值和分位数",
            "\\sum spend", sum_command},
    Command{"history", "[WORDS] or @NAME [DAYS]", "[词] 或 @名称 [天数]", Takes::Segments,
            "what was typed, and when; of a segment: its rules, and its size day by day",
            "输入过的内容及时间；对人群则显示历史规则和每日人数", "\\history city",
            history_command},
    Command{"diff", "@A @B", "@甲 @乙", Takes::Segments,
            "who is in both of two segments, and who in one only",
            "两个人群的共同部分与各自独有部分", "\\diff @lapsed @buyers", diff_command},
    Command{"set", "[NAME VALUE]", "[名称 值]", Takes::Setting,
            "as_of, lang, format, limit, timing", "设置 as_of、lang、format、limit、timing",
            "\\set as_of 2024-06-15", set_command},
    Command{"watch", "SECONDS [TIMES]", "秒 [次数]", Takes::Nothing,
            "count again and again, until Ctrl-C", "定时重新计数，按 Ctrl-C 结束", "\\watch 5",
            watch_command},
    Command{"export", "FILE", "文件", Takes::File,
            "ids of the people to a new file: .csv, .ndjson or .roaring",
            "把编号写到新文件：.csv、.ndjson 或 .roaring", "\\export vips.csv", export_command},
    Command{"export!", "FILE", "文件", Takes::File, "the same in the place of a file",
            "同上，并覆盖已有文件", "\\export! vips.csv", overwrite_command},
    Command{"i", "FILE", "文件", Takes::File, "run the inputs in a file", "执行文件中的内容",
            "\\i monday.tql", input_command},
    Command{"load", "FILE [schema=NAME] [id=COLUMN]", "文件 [schema=名称] [id=列]", Takes::File,
            "load a file into the database", "把文件装入数据库", "\\load users.csv id=user_id",
            load_command},
    Command{"tour", "[STEP|next|end]", "[步骤|next|end]", Takes::Nothing,
            "a guided tour of a demo's database (tagline demo)", "演示数据库的导览（tagline demo）",
            "\\tour", tour_command},
    Command{"help", "[TOPIC]", "[主题]", Takes::Topic,
            "this list; a command; a page of the reference", "本列表；某个命令；参考手册的一页",
            "\\help dates", help_command},
    Command{"quit", "", "", Takes::Nothing, "leave", "退出", "\\quit", quit_command},
};

}  // namespace

std::span<const Command> commands() {
  return kCommands;
}

const Command* find_command(std::string_view name) {
  if (name == "q" || name == "exit" || name == "退出") {
    name = "quit";
  } else if (name == "?" || name == "帮助") {
    name = "help";
  } else if (name == "list" || name == "members" || name == "名单") {
    name = "ids";
  }
  const auto* found = std::find_if(kCommands.begin(), kCommands.end(),
                                   [&](const Command& command) { return command.name == name; });
  return found == kCommands.end() ? nullptr : found;
}

Text command_meant(std::string_view name) {
  struct Meant {
    std::array<std::string_view, 4> names;
    Text hint;
  };
  static const std::array kMeant = {
      Meant{{"versions", "rules", "log", "版本"},
            {"\\history @NAME shows a segment's rules; \\diff @NAME 1 2 compares two of them",
             "\\history @名称 显示人群的历史规则；\\diff @名称 1 2 比较其中两个"}},
      Meant{{"remove", "drop", "rm", "删除"},
            {"\\delete @NAME deletes a segment", "\\delete @名称 可删除人群"}},
      Meant{{"count", "query", "select", "查询"},
            {"an expression is counted without a command: age:25-34",
             "计数不需要命令，直接输入表达式：年龄:25-34"}},
      Meant{{"undo", "restore", "撤销", "恢复"},
            {"\\history @NAME shows earlier rules; \\save! NAME puts one back",
             "\\history @名称 显示以前的规则；\\save! 名称 可重新保存"}},
  };
  for (const Meant& meant : kMeant) {
    if (std::find(meant.names.begin(), meant.names.end(), name) != meant.names.end()) {
      return meant.hint;
    }
  }
  return {};
}

Text usage_of(const Command& command) {
  const std::string name =
      "\\" + std::string(command.name) + (command.arguments.empty() ? "" : " ");
  return {name + std::string(command.arguments), name + std::string(command.arguments_zh)};
}

std::vector<std::string> words_of(const std::string& arguments) {
  std::vector<std::string> words;
  bool open = false;
  bool quoted = false;
  for (const char c : arguments) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (c == '"') {
      if (!open) {
        words.emplace_back();
        open = true;
      }
      quoted = !quoted;
    } else if (blank && !quoted) {
      open = false;
    } else {
      if (!open) {
        words.emplace_back();
        open = true;
      }
      words.back() += c;
    }
  }
  return words;
}

}  // namespace tagline::cli
