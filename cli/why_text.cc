#include "cli/why_text.h"

#include "cli/table.h"

#include <cstddef>
#include <string>

namespace tagline::cli {
namespace {

void print_verdict(const server::Why& why, Console& console) {
  console.out_expression(why.expression);
  const std::string id = printable(why.id);
  console.out(console.say(
      why.member ? Text{"user " + id + " is in\n", "用户 " + id + " 在人群中\n"}
                 : Text{"user " + id + " is not in\n", "用户 " + id + " 不在人群中\n"}));
  Table table({{console.say({"condition", "条件"}), Align::Left, 0, Fit::WrapExpression},
               {console.say({"holds", "是否满足"})},
               {console.say({"decides", "起决定作用"})}},
              console.window());
  for (const server::WhyNode& node : why.nodes) {
    table.add({std::string(std::size_t{2} * node.depth, ' ') + node.text,
               console.say(node.holds ? Text{"✓ yes", "✓ 是"} : Text{"✗ no", "✗ 否"}),
               node.decides ? "●" : ""});
  }
  console.out("\n" + table.text(2));
}

std::string change_text(const server::Change& change, const Console& console) {
  return console.say(change.name) + console.say({": ", "："}) + console.say(change.from) + " → " +
         console.say(change.to);
}

void print_ways(const server::Why& why, Console& console) {
  const auto& ways = why.changes.ways;
  if (ways.empty()) {
    console.tell("\n" + console.say({"no change of this user's tags and events would turn that\n",
                                     "无论怎样改变该用户的标签和行为，结果都不变\n"}));
    return;
  }
  const Text smallest{"the smallest change that would turn it", "使结果改变所需的最小改动"};
  const Text enough{
      "enough to turn it if these can be changed independently (a smaller change may exist)",
      "若各项可以独立改变，则足以使结果改变（可能存在更小的改动）"};
  console.tell("\n" + console.say(why.changes.smallest ? smallest : enough) +
               (ways.size() > 1 ? console.say({", any one of", "，任选其一"}) : "") + "\n");
  for (const auto& way : ways) {
    std::string text;
    for (const server::Change& change : way) {
      text +=
          (text.empty() ? "" : console.say({" and ", "，并且 "})) + change_text(change, console);
    }
    console.tell("  " + text + "\n");
  }
}

}  // namespace

std::string why_csv(const server::JsonValue& why, const Console& console) {
  const std::string who =
      csv_field(why["id"].text()) + "," + (why["member"].truth() ? "true," : "false,");
  std::string rows = "id,member,text,depth,holds,decides,way,from,to\n";
  for (const server::JsonValue& node : why["nodes"].items()) {
    rows += who + csv_field(node["text"].text()) + "," + node["depth"].text() +
            (node["holds"].truth() ? ",true" : ",false") +
            (node["decides"].truth() ? ",true" : ",false") + ",,,\n";
  }
  std::size_t way = 0;
  for (const server::JsonValue& changes : why["changes"].items()) {
    ++way;
    for (const server::JsonValue& change : changes.items()) {
      rows += who + csv_field(console.say(change["what"].words())) + ",,,," + std::to_string(way) +
              "," + csv_field(console.say(change["from"].words())) + "," +
              csv_field(console.say(change["to"].words())) + "\n";
    }
  }
  return rows;
}

void print(const server::Why& why, Console& console) {
  print_verdict(why, console);
  print_ways(why, console);
}

}  // namespace tagline::cli
