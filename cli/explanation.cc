#include "cli/explanation.h"

#include "cli/table.h"

#include <chrono>
#include <string>

namespace tagline::cli {
namespace {

constexpr unsigned kBarCells = 15;

}  // namespace

void print_conditions(const server::Answer& answer, Console& console) {
  const server::Explanation& explanation = *answer.explanation;
  console.tell("\n" + console.say(explanation.sentence) + "\n");
  Table::Column asked{console.say({"asked", "进入"}), Align::Right};
  Table::Column dropped{console.say({"dropped", "剔除"}), Align::Right};
  asked.may_go = true;
  dropped.may_go = true;
  Table::Column without{console.say({"without it", "去掉它后"}), Align::Right};
  Table::Column dates{console.say({"dates", "日期"}), Align::Left, 0, Fit::Wrap};
  without.hides_empty = true;
  dates.hides_empty = true;
  Table nodes({{console.say({"condition", "条件"}), Align::Left, 0, Fit::WrapExpression},
               {console.say({"people", "人数"}), Align::Right},
               asked,
               {console.say({"kept", "保留"}), Align::Right},
               dropped,
               {console.say({"kept of asked", "保留比例"}), Align::Left},
               without,
               dates},
              console.window());
  for (const server::NodeCount& node : explanation.nodes) {
    nodes.add({std::string(std::size_t{2} * node.depth, ' ') + node.text, grouped(node.count),
               grouped(node.entered), grouped(node.kept), grouped(node.entered - node.kept),
               Bar{node.kept, node.entered, kBarCells},
               node.without.has_value() ? grouped(*node.without) : "", node.dates});
  }
  console.out("\n" + nodes.text(2));
}

void print_plan(const server::Answer& answer, Console& console) {
  const server::Explanation& explanation = *answer.explanation;
  console.tell("\n" + console.say({"plan as written\n", "原始计划\n"}) + explanation.plan_written);
  console.tell("\n" + console.say({"plan as run\n", "执行计划\n"}) + explanation.plan_rewritten);
  std::string passes;
  for (const auto& [name, time] : explanation.passes) {
    passes += (passes.empty() ? "" : ", ") + name + " (" +
              duration_text(std::chrono::duration<double>(time).count()) + ")";
  }
  console.tell(console.say({"rewrites: ", "改写："}) +
               (passes.empty() ? console.say({"none", "无"}) : passes) + "\n");
  console.tell("\n" +
               console.say({"program, once a block of 65,536 users\n",
                            "程序（每 65,536 个用户执行一遍）\n"}) +
               explanation.program);
  const engine::ExecuteStats& stats = explanation.stats;
  console.tell("\n" + console.say({"fragments read in place ", "原地读取片段 "}) +
               grouped(stats.fragments_borrowed) + console.say({", copied ", "，复制 "}) +
               grouped(stats.fragments_copied) + console.say({"; containers ", "；容器 "}) +
               grouped(stats.containers_read) + console.say({"; payload bytes ", "；字节 "}) +
               grouped(stats.payload_bytes) + console.say({"; blocks run ", "；执行块 "}) +
               grouped(stats.blocks_run) + console.say({", skipped ", "，跳过 "}) +
               grouped(stats.blocks_skipped) + "\n");
  if (explanation.cache.has_value()) {
    const auto& [use, usage] = *explanation.cache;
    console.tell(
        console.say({"kept answers: ", "缓存："}) +
        (use.whole
             ? console.say({"the whole answer", "整个答案"})
             : console.say({"shards taken over ", "沿用分区 "}) + grouped(use.shards_kept) +
                   console.say({", run ", "，重算 "}) + grouped(use.shards_run) +
                   console.say({"; parts taken over ", "；沿用部分 "}) + grouped(use.parts_kept) +
                   console.say({", run ", "，重算 "}) + grouped(use.parts_run)) +
        console.say({"; bytes ", "；字节 "}) + grouped(usage.bytes) + " / " +
        grouped(usage.bytes_max) + "\n");
  }
}

std::string nodes_csv(const server::Explanation& explanation) {
  std::string csv = "condition,depth,count,asked,kept,dropped,dates,without\n";
  for (const server::NodeCount& node : explanation.nodes) {
    csv += csv_field(node.text) + "," + std::to_string(node.depth) + "," +
           std::to_string(node.count) + "," + std::to_string(node.entered) + "," +
           std::to_string(node.kept) + "," + std::to_string(node.entered - node.kept) + "," +
           csv_field(node.dates) + "," +
           (node.without.has_value() ? std::to_string(*node.without) : "") + "\n";
  }
  return csv;
}

}  // namespace tagline::cli
