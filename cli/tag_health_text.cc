#include "cli/tag_health_text.h"

#include "cli/count_text.h"
#include "cli/decimal_text.h"
#include "cli/rows.h"
#include "cli/table.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tagline::cli {
namespace {

using server::JsonValue;

constexpr unsigned kNameCells = 30;
constexpr std::size_t kNames = 5;

/// "nobody has 7 of its 9 values: a, b, c, d, e, ...".
std::string about(const JsonValue& finding, const Console& console) {
  std::string text = console.say(finding["message"].words());
  const std::string kind = finding["finding"].text();
  if (kind != "unused-values" && kind != "deprecated-used") {
    return printable(text);
  }
  const auto names = finding["names"].texts();
  for (std::size_t i = 0; i < std::min(kNames, names.size()); ++i) {
    text += (i == 0 ? console.say({": ", "："}) : console.say({", ", "、"})) + names[i];
  }
  return printable(text + (finding["names_total"].number() > kNames ? ", …" : ""));
}

}  // namespace

void print_tag_health(const JsonValue& report, Console& console) {
  const std::string findings = grouped(report["total"].number());
  const std::string tags = grouped(report["tags"].number());
  console.tell(
      console.say({findings + (report["total"].number() == 1 ? " finding, " : " findings, ") +
                       tags + (report["tags"].number() == 1 ? " tag\n" : " tags\n"),
                   findings + " 条检查结果，共 " + tags + " 个标签\n"}));
  if (const std::uint64_t left = report["not_compared"].number(); left > 0) {
    console.tell(console.say({grouped(left) + " small values were not compared\n",
                              grouped(left) + " 个人数较少的取值未参与比较\n"}));
  }
  if (report["total"].number() == 0) {
    return;
  }
  console.tell("\n");
  Table table({{console.say({"tag", "标签"}), Align::Left, kNameCells, Fit::Wrap},
               {console.say({"finding", "检查项"})},
               {console.say({"what", "说明"}), Align::Left, 0, Fit::Wrap}},
              console.window());
  std::string before;
  for (const JsonValue& finding : report["findings"].items()) {
    const std::string tag = printable(finding["tag"].text());
    table.add({tag == before ? "" : tag, finding["finding"].text(), about(finding, console)});
    before = tag;
  }
  console.out(table.text());
}

std::string tag_health_csv(const JsonValue& report) {
  return csv_rows(report["findings"],
                  {"finding", "tag", "other", "people", "share", "age_s", "names"});
}

}  // namespace tagline::cli
