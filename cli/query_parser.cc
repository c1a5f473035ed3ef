#include "cli/query_parser.h"

#include "server/day_text.h"

namespace tagline::cli {

void QueryParser::add_to(CLI::App& app) {
  add_query(app);
  add_overlap(app);
}

bool QueryParser::take(Arguments& arguments) const {
  if (query_command_->parsed()) {
    QueryArguments query = query_;
    query.as_of = server::parse_day(as_of_);
    arguments.command = query;
    return true;
  }
  if (overlap_command_->parsed()) {
    OverlapArguments overlap = overlap_;
    overlap.as_of = server::parse_day(as_of_);
    arguments.command = overlap;
    return true;
  }
  return false;
}

void QueryParser::add_query(CLI::App& app) {
  query_command_ =
      subcommand(app, "query", say("count or list the users of a segment", "计算或列出人群"),
                 say("tagline query --db shop 'age:25-34 AND city:tier1 AND NOT churn_risk'\n  "
                     "tagline query --db shop --ids --limit 100 'vip' > ids.txt\n  "
                     "tagline query --db shop --members list.txt 'vip'",
                     "tagline query --db shop '年龄:25-34 且 城市:一线 且 非 流失风险'\n  "
                     "tagline query --db shop --ids --limit 100 '会员' > ids.txt\n  "
                     "tagline query --db shop --members list.txt '会员'"));
  add_db(query_command_, query_.db);
  CLI::Option* expression = query_command_->add_option("EXPR", query_.expression,
                                                       say("the segment expression", "人群表达式"));
  CLI::Option* batch =
      query_command_
          ->add_option("--batch", query_.batch_file,
                       say("file of expressions, one a line; a # line above one is its title; - "
                           "for standard input",
                           "表达式文件，每行一个；上一行的 # 注释作为标题；- 表示标准输入"))
          ->type_name("FILE");
  batch->excludes(expression);
  add_as_of(query_command_, as_of_);
  add_format(query_command_, query_.format, kFormatsOfLists);
  CLI::Option* ids = query_command_
                         ->add_flag("--ids", query_.ids,
                                    say("print the members' ids, one a line, in index order",
                                        "输出成员编号，每行一个，按序号排列"))
                         ->excludes(batch);
  query_command_
      ->add_option("--limit", query_.limit,
                   say("print at most this many ids (with --ids), or people (with --top and "
                       "--bottom; 10 by default)",
                       "最多输出多少个编号（配合 --ids）或多少人（配合 --top、--bottom，默认 10）"))
      ->type_name("N")
      ->check(whole_number());
  query_command_
      ->add_option("--after", query_.after,
                   say("with --ids: the page after the one that gave this cursor",
                       "配合 --ids：给出该游标的那一页之后的一页"))
      ->needs(ids)
      ->type_name("CURSOR");
  CLI::Option* members =
      query_command_
          ->add_option("--members", query_.members_file,
                       say("which of the ids of this file, one a line, are members; - for "
                           "standard input",
                           "该文件（每行一个编号）中哪些编号在人群中；- 表示标准输入"))
          ->type_name("FILE")
          ->excludes(ids)
          ->excludes(batch);
  CLI::Option* explain =
      query_command_
          ->add_flag("--explain", query_.explain,
                     say("show the count at every node, the plan and what was read",
                         "显示每个节点的人数、执行计划和读取量"))
          ->excludes(ids)
          ->excludes(batch)
          ->excludes(members);
  add_answers({ids, batch, members, explain});
  add_threads(query_command_, query_.threads, {"all cores", "全部核心"});
  add_limits(query_command_, query_.limits);
}

void QueryParser::add_answers(std::vector<CLI::Option*> others) {
  const auto add_tag = [this](const char* name, std::string& tag, const std::string& text) {
    return query_command_->add_option(name, tag, text)->type_name("TAG");
  };
  CLI::Option* pareto = add_tag(
      "--pareto", query_.pareto,
      say("how few people hold 80% (--share) of a number", "最少多少人占某数值的 80%（--share）"));
  const std::vector<CLI::Option*> answers = {
      add_tag("--sum", query_.sum, say("total and mean of a number", "某数值的合计与均值")),
      add_tag("--stats", query_.stats,
              say("total, mean, extremes, quantiles and deviation of a number or date",
                  "某数值或日期的合计、均值、极值、分位数和标准差")),
      add_tag("--top", query_.top, say("the people with the largest number", "某数值最大的人")),
      add_tag("--bottom", query_.bottom,
              say("the people with the smallest number", "某数值最小的人")),
      pareto,
      query_command_
          ->add_option("--by", query_.by,
                       say("people by the values of a tag; given twice, a table of two tags",
                           "按某标签的取值拆分；写两次得到两个标签的交叉表"))
          ->type_name("TAG")
          ->expected(1)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll),
      query_command_->add_flag(
          "--profile", query_.profile,
          say("people by every tag, beside the whole population", "按所有标签拆分，与总体对比"))};
  query_command_
      ->add_option("--share", query_.pareto_percent,
                   say("with --pareto: the share in percent", "配合 --pareto：占比（百分数）"))
      ->needs(pareto)
      ->check(in_range(0.0001, 100.0))
      ->check(plain_number())
      ->check(CLI::Validator(
          [this](const std::string& text) {
            constexpr std::size_t kDecimalsMax = 4;
            const auto point = text.find('.');
            return point == std::string::npos || text.size() - point - 1 <= kDecimalsMax
                       ? std::string()
                       : say("at most four decimals", "最多四位小数");
          },
          "", "decimals"))
      ->type_name("PERCENT");
  for (CLI::Option* answer : answers) {
    for (CLI::Option* other : others) {
      answer->excludes(other);
    }
    others.push_back(answer);
  }
}

void QueryParser::add_overlap(CLI::App& app) {
  overlap_command_ = subcommand(
      app, "overlap", say("how many people segments have in common", "多个人群之间的重叠人数"),
      say("tagline overlap --db shop 'vip' 'city:tier1' '@lapsed'\n  tagline overlap --db shop "
          "--regions 'vip' 'city:tier1' '@lapsed'",
          "tagline overlap --db shop '会员' '城市:一线' '@流失'\n  tagline overlap --db shop "
          "--regions '会员' '城市:一线' '@流失'"));
  add_db(overlap_command_, overlap_.db);
  overlap_command_
      ->add_option("EXPR", overlap_.expressions,
                   say("segment expressions, two or more", "人群表达式，两个或更多"))
      ->required()
      ->expected(2, 1000);
  overlap_command_->add_flag("--regions", overlap_.regions,
                             say("also the people in exactly these segments and no other",
                                 "同时给出恰好属于其中某几个人群的人数"));
  add_as_of(overlap_command_, as_of_);
  add_format(overlap_command_, overlap_.format, kFormats);
  add_threads(overlap_command_, overlap_.threads, {"all cores", "全部核心"});
  add_limits(overlap_command_, overlap_.limits);
}

}  // namespace tagline::cli
