#include "cli/insight.h"

#include "cli/displayed.h"
#include "cli/exit_status.h"
#include "cli/insight_text.h"
#include "cli/query_budget.h"
#include "cli/refusal.h"
#include "engine/ranking.h"
#include "server/insight_json.h"

#include <cmath>
#include <string>

namespace tagline::cli {
namespace {

constexpr std::uint64_t kPeopleShown = 10;

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
  /// fn(snapshot) gives an outcome; `json` and `show` print it.
  template <class Fn, class ToJson, class Show>
  int answer(Fn fn, ToJson json, Show show) {
    auto outcome = service_.store().read(fn);
    if (!outcome.has_value()) {
      return report_refusal(outcome.error(), request_.expression, arguments_.format, console_);
    }
    switch (arguments_.format) {
      case Format::Json:
      case Format::Ndjson:
        console_.out(json(*outcome, request_.expression) + "\n");
        return kFine;
      case Format::Csv:
        console_.out(csv_of(*outcome));
        break;
      case Format::Table:
        outcome->answer.expression =
            displayed(outcome->answer.expression, request_.as_of, service_, console_);
        show(*outcome);
        break;
    }
    console_.report(outcome->answer.warnings, request_.expression);
    return kFine;
  }
  template <class Fn, class ToJson>
  int answer(Fn fn, ToJson json) {
    return answer(fn, json, [&](const auto& outcome) { print(outcome, console_); });
  }

  int number() {
    const bool full = !arguments_.stats.empty();
    return answer(
        [&](const storage::Snapshot& snapshot) {
          return server::number_answer(
              snapshot, request_, full ? arguments_.stats : arguments_.sum,
              full ? server::NumberDetail::Full : server::NumberDetail::Total);
        },
        server::number_json);
  }

  int ranked() {
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
          return server::ranked_answer(
              snapshot, request_, largest ? arguments_.top : arguments_.bottom, largest, limit);
        },
        server::ranked_json);
  }

  int pareto() {
    const auto share = static_cast<std::uint32_t>(std::lround(arguments_.pareto_percent * 10'000));
    return answer(
        [&](const storage::Snapshot& snapshot) {
          return server::pareto_answer(snapshot, request_, arguments_.pareto, share);
        },
        server::pareto_json,
        [&](server::ParetoAnswer& answer) {
          answer.segment = displayed(answer.segment, request_.as_of, service_, console_);
          print(answer, console_);
        });
  }

  int breakdown() {
    const bool profile = arguments_.profile;
    return answer(
        [&](const storage::Snapshot& snapshot) {
          return profile ? server::profile(snapshot, request_)
                         : server::breakdown(snapshot, request_, arguments_.by.front());
        },
        server::breakdown_json,
        [&](const server::BreakdownAnswer& answer) {
          print(answer, profile ? Values::Few : Values::All, console_);
        });
  }

  int cross() {
    return answer(
        [&](const storage::Snapshot& snapshot) {
          return server::cross_table(snapshot, request_, arguments_.by[0], arguments_.by[1]);
        },
        server::cross_json);
  }

  const QueryArguments& arguments_;
  server::Service& service_;
  Console& console_;
  const QueryBudget budget_;
  server::QueryRequest request_;
};

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
