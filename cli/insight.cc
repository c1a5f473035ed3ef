#include "cli/insight.h"

#include "cli/exit_status.h"
#include "cli/query_budget.h"
#include "cli/refusal.h"
#include "cli/table.h"
#include "engine/ranking.h"
#include "server/day_text.h"
#include "server/insight_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace tagline::cli {
namespace {

using server::Answer;
using server::BreakdownRow;
using server::TagBreakdown;

constexpr unsigned kBarCells = 24;
constexpr std::uint64_t kPeopleShown = 10;
/// Of a table of two tags, as people read it; programs get all of it.
constexpr std::size_t kColumnsShown = 8;
constexpr std::size_t kRowsShown = 40;
/// Values a tag in a profile.
constexpr std::size_t kProfileValuesShown = 5;

std::string share_text(std::uint32_t millionths) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g%%", millionths / 10'000.0);
  return text.data();
}

/// How much more often than in the population: "1.8x".
std::string lift(std::uint64_t count, std::uint64_t of, const BreakdownRow& row,
                 std::uint64_t population) {
  if (of == 0 || row.population == 0 || population == 0) {
    return "-";
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.2fx",
                static_cast<double>(count) / static_cast<double>(of) /
                    (static_cast<double>(row.population) / static_cast<double>(population)));
  return text.data();
}

/// Runs an answer over one snapshot, and prints it in the format asked for.
class Insight {
 public:
  Insight(const QueryArguments& arguments, server::Service& service, Console& console)
      : arguments_(arguments), service_(service), console_(console), budget_(arguments.limits) {
    request_.expression = *arguments.expression;
    request_.as_of = arguments.as_of;
    request_.threads = arguments.threads;
    request_.budget = budget_.get();
  }

  int run() {
    if (!arguments_.sum.empty() || !arguments_.stats.empty()) {
      return number();
    }
    if (!arguments_.top.empty() || !arguments_.bottom.empty()) {
      return ranked();
    }
    if (!arguments_.pareto.empty()) {
      return pareto();
    }
    return arguments_.by.size() == 2 ? cross() : breakdown();
  }

 private:
  /// fn(snapshot) gives an outcome; `json`, `csv` and `table` print it.
  template <class Fn, class ToJson, class ToCsv, class Show>
  int answer(Fn fn, ToJson json, ToCsv csv, Show show) {
    const auto outcome = service_.store().read(fn);
    if (!outcome.has_value()) {
      return report_refusal(outcome.error(), request_.expression, arguments_.format, console_);
    }
    switch (arguments_.format) {
      case Format::Json:
      case Format::Ndjson:
        console_.out(json(*outcome, request_.expression) + "\n");
        return kFine;
      case Format::Csv:
        console_.out(csv(*outcome));
        break;
      case Format::Table:
        show(*outcome);
        break;
    }
    console_.report(outcome->answer.warnings, request_.expression);
    return kFine;
  }

  void head(const Answer& answer) {
    console_.out(
        answer.expression + "\n" +
        console_.say({"  " + grouped(answer.count) + " people of " + grouped(answer.population) +
                          " (" + percent(answer.count, answer.population) + "), as of " +
                          server::day_text(answer.as_of),
                      "  " + grouped(answer.count) + " 人，总人数 " + grouped(answer.population) +
                          "（" + percent(answer.count, answer.population) + "），日期 " +
                          server::day_text(answer.as_of)}) +
        "\n\n");
  }

  [[nodiscard]] std::string unit(const std::string& text) const {
    return text.empty() ? "" : " " + text;
  }

  int number();
  int ranked();
  int pareto();
  int breakdown();
  int cross();
  void show_tag(const TagBreakdown& tag, const Answer& answer, std::size_t most);

  const QueryArguments& arguments_;
  server::Service& service_;
  Console& console_;
  const QueryBudget budget_;
  server::QueryRequest request_;
};

int Insight::number() {
  const bool full = !arguments_.stats.empty();
  const std::string& tag = full ? arguments_.stats : arguments_.sum;
  using Lines = std::vector<std::pair<Text, std::string>>;
  const auto lines = [](const server::NumberAnswer& answer) {
    Lines all = {{{"known", "有值人数"}, std::to_string(answer.known)}};
    const auto add = [&](const Text& label, const std::optional<std::string>& value) {
      if (value.has_value()) {
        all.emplace_back(label, *value);
      }
    };
    add({"sum", "合计"}, answer.sum);
    add({"mean", "均值"}, answer.mean);
    add({"deviation", "标准差"}, answer.deviation);
    add({"min", "最小"}, answer.min);
    for (const auto& quantile : answer.quantiles) {
      const std::string share = share_text(quantile.share);
      add(quantile.share == 500'000 ? Text{"median", "中位数"}
                                    : Text{share + " below", share + " 分位"},
          quantile.value);
    }
    add({"max", "最大"}, answer.max);
    return all;
  };
  return answer(
      [&](const storage::Snapshot& snapshot) {
        return server::number_answer(
            snapshot, request_, tag,
            full ? server::NumberDetail::Full : server::NumberDetail::Total);
      },
      server::number_json,
      [&](const server::NumberAnswer& answer) {
        std::string csv = "measure,value\nusers," + std::to_string(answer.answer.count) + "\n";
        for (const auto& [label, value] : lines(answer)) {
          csv += csv_field(label.en) + "," + csv_field(value) + "\n";
        }
        return csv;
      },
      [&](const server::NumberAnswer& answer) {
        head(answer.answer);
        Table table({{answer.tag, Align::Left}, {answer.unit, Align::Right}});
        for (const auto& [label, value] : lines(answer)) {
          table.add({console_.say(label), label.en == "known" ? grouped(answer.known) : value});
        }
        console_.out(table.text(2));
      });
}

int Insight::ranked() {
  const bool largest = !arguments_.top.empty();
  const std::uint64_t limit = arguments_.limit.value_or(kPeopleShown);
  if (limit > engine::kRankedMax) {
    return console_.report_usage({"at most " + grouped(engine::kRankedMax) + " people are listed",
                                  "最多列出 " + grouped(engine::kRankedMax) + " 人"},
                                 {"use the expression top(N, EXPR, by:TAG) with --ids for more",
                                  "更多请用表达式 top(N, EXPR, by:TAG) 配合 --ids"});
  }
  return answer(
      [&](const storage::Snapshot& snapshot) {
        return server::ranked_answer(snapshot, request_,
                                     largest ? arguments_.top : arguments_.bottom, largest, limit);
      },
      server::ranked_json,
      [](const server::RankedAnswer& answer) {
        std::string csv = "id," + csv_field(answer.tag) + "\n";
        for (const auto& person : answer.people) {
          csv += csv_field(person.id) + "," + csv_field(person.value) + "\n";
        }
        return csv;
      },
      [&](const server::RankedAnswer& answer) {
        head(answer.answer);
        Table table({{"", Align::Right},
                     {console_.say({"id", "编号"})},
                     {answer.tag + unit(answer.unit), Align::Right}});
        std::uint64_t place = 0;
        for (const auto& person : answer.people) {
          table.add({std::to_string(++place), printable(person.id), person.value});
        }
        console_.out(table.text(2));
      });
}

int Insight::pareto() {
  const auto share = static_cast<std::uint32_t>(std::lround(arguments_.pareto_percent * 10'000));
  return answer(
      [&](const storage::Snapshot& snapshot) {
        return server::pareto_answer(snapshot, request_, arguments_.pareto, share);
      },
      server::pareto_json,
      [](const server::ParetoAnswer& answer) {
        return "tag,share,people,known,held,total,threshold\n" + csv_field(answer.tag) + "," +
               share_text(answer.share) + "," + std::to_string(answer.people) + "," +
               std::to_string(answer.known) + "," + answer.held.value_or("") + "," +
               answer.total.value_or("") + "," + answer.threshold.value_or("") + "\n";
      },
      [&](const server::ParetoAnswer& answer) {
        head(answer.answer);
        if (!answer.held.has_value()) {
          console_.out(console_.say({"  nobody holds a share: the total is not above zero\n",
                                     "  合计不大于零，无法计算占比\n"}));
          return;
        }
        const std::string people =
            grouped(answer.people) + " (" + percent(answer.people, answer.known) + ") ";
        console_.out(
            "  " +
            console_.say({people + "of the " + grouped(answer.known) + " people with " +
                              answer.tag + " hold " + share_text(answer.share) +
                              " of it: " + *answer.held + unit(answer.unit) + " of " +
                              *answer.total + "; each has " + *answer.threshold + " or more",
                          "有 " + answer.tag + " 的 " + grouped(answer.known) + " 人中，最少 " +
                              people + "人占 " + share_text(answer.share) + "：" + *answer.held +
                              unit(answer.unit) + "（合计 " + *answer.total + "），每人至少 " +
                              *answer.threshold}) +
            "\n  " + bar(answer.people, answer.known, kBarCells) + "\n  " +
            console_.say({"as a segment: ", "对应人群："}) + answer.segment + "\n");
      });
}

void Insight::show_tag(const TagBreakdown& tag, const Answer& answer, std::size_t most) {
  const std::string title = console_.say(tag.name) + unit(tag.unit);
  if (tag.mean.has_value() || tag.mean_population.has_value()) {
    console_.out("  " + title + console_.say({": mean ", "：均值 "}) + tag.mean.value_or("-") +
                 console_.say({", of all ", "，总体 "}) + tag.mean_population.value_or("-") +
                 "\n\n");
    return;
  }
  Table table({{title, Align::Left, 32},
               {console_.say({"people", "人数"}), Align::Right},
               {console_.say({"share", "占比"}), Align::Right},
               {""},
               {console_.say({"of all", "总体"}), Align::Right},
               {console_.say({"lift", "倍数"}), Align::Right}});
  std::uint64_t largest = 0;
  for (const BreakdownRow& row : tag.rows) {
    largest = std::max(largest, row.count);
  }
  std::size_t shown = 0;
  for (const BreakdownRow& row : tag.rows) {
    if (shown++ == most) {
      break;
    }
    table.add({console_.say(row.name), grouped(row.count), percent(row.count, answer.count),
               bar(row.count, std::max<std::uint64_t>(largest, 1), kBarCells),
               percent(row.population, answer.population),
               lift(row.count, answer.count, row, answer.population)});
  }
  const std::uint64_t unknown = answer.count - std::min(tag.known, answer.count);
  if (unknown != 0) {
    const BreakdownRow none{"", {}, unknown, answer.population - tag.known_population};
    table.add({console_.say({"(unknown)", "（未知）"}), grouped(unknown),
               percent(unknown, answer.count),
               bar(unknown, std::max<std::uint64_t>({largest, unknown, 1}), kBarCells),
               percent(none.population, answer.population),
               lift(unknown, answer.count, none, answer.population)});
  }
  console_.out(table.text(2));
  if (tag.rows.size() > most) {
    const std::string more = grouped(tag.rows.size() - most);
    console_.out(
        console_.say({"  ... and " + more + " more values\n", "  ……另有 " + more + " 个取值\n"}));
  }
  console_.out("\n");
}

int Insight::breakdown() {
  const bool profile = arguments_.profile;
  return answer(
      [&](const storage::Snapshot& snapshot) {
        return profile ? server::profile(snapshot, request_)
                       : server::breakdown(snapshot, request_, arguments_.by.front());
      },
      server::breakdown_json,
      [](const server::BreakdownAnswer& answer) {
        std::string csv = "tag,value,count,population\n";
        for (const TagBreakdown& tag : answer.tags) {
          for (const BreakdownRow& row : tag.rows) {
            csv += csv_field(tag.tag) + "," + csv_field(row.value) + "," +
                   std::to_string(row.count) + "," + std::to_string(row.population) + "\n";
          }
        }
        return csv;
      },
      [&](const server::BreakdownAnswer& answer) {
        head(answer.answer);
        for (const TagBreakdown& tag : answer.tags) {
          show_tag(tag, answer.answer, profile ? kProfileValuesShown : tag.rows.size());
        }
      });
}

int Insight::cross() {
  return answer(
      [&](const storage::Snapshot& snapshot) {
        return server::cross_table(snapshot, request_, arguments_.by[0], arguments_.by[1]);
      },
      server::cross_json,
      [](const server::CrossAnswer& answer) {
        std::string csv =
            csv_field(answer.rows.tag) + "," + csv_field(answer.columns.tag) + ",count\n";
        for (std::size_t i = 0; i < answer.rows.rows.size(); ++i) {
          for (std::size_t j = 0; j < answer.columns.rows.size(); ++j) {
            csv += csv_field(answer.rows.rows[i].value) + "," +
                   csv_field(answer.columns.rows[j].value) + "," +
                   std::to_string(answer.counts[i * answer.columns.rows.size() + j]) + "\n";
          }
        }
        return csv;
      },
      [&](const server::CrossAnswer& answer) {
        head(answer.answer);
        const std::size_t columns = std::min(answer.columns.rows.size(), kColumnsShown);
        const std::size_t rows = std::min(answer.rows.rows.size(), kRowsShown);
        std::vector<Table::Column> titles = {
            {console_.say(answer.rows.name) + " \\ " + console_.say(answer.columns.name),
             Align::Left, 32}};
        for (std::size_t j = 0; j < columns; ++j) {
          titles.push_back({console_.say(answer.columns.rows[j].name), Align::Right});
        }
        Table table(titles);
        for (std::size_t i = 0; i < rows; ++i) {
          std::vector<std::string> cells = {console_.say(answer.rows.rows[i].name)};
          for (std::size_t j = 0; j < columns; ++j) {
            cells.push_back(grouped(answer.counts[i * answer.columns.rows.size() + j]));
          }
          table.add(cells);
        }
        console_.out(table.text(2));
        if (columns < answer.columns.rows.size() || rows < answer.rows.rows.size()) {
          console_.out(
              console_.say({"  the largest values only; --format csv gives the whole table\n",
                            "  仅显示人数最多的取值；--format csv 输出整张表\n"}));
        }
      });
}

}  // namespace

bool asks_beyond_count(const QueryArguments& arguments) {
  return !arguments.sum.empty() || !arguments.stats.empty() || !arguments.top.empty() ||
         !arguments.bottom.empty() || !arguments.pareto.empty() || !arguments.by.empty() ||
         arguments.profile;
}

int run_insight(const QueryArguments& arguments, server::Service& service, Console& console) {
  if (arguments.by.size() > 2) {
    return console.report_usage({"a table has two tags at most", "交叉表最多两个标签"},
                                {"give --by once or twice", "--by 写一次或两次"});
  }
  return Insight(arguments, service, console).run();
}

}  // namespace tagline::cli
