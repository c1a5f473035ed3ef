#include "cli/overview.h"

#include "cli/command_tree.h"
#include "cli/table.h"

#include <array>
#include <utility>
#include <vector>

namespace tagline::cli {
namespace {

struct Step {
  const char* en;
  const char* zh;
  Text meaning;
};

const std::array<Step, 6>& steps() {
  static const std::array<Step, 6> kSteps = {{
      {"tagline demo --db demo-shop --tour",
       "tagline demo --db demo-shop --tour",
       {"new here: an invented shop and a guided tour", "初次使用：虚构商城和导览"}},
      {"tagline load --db shop customers.csv",
       "tagline load --db shop customers.csv",
       {"put people and their tags into a database", "把用户及其标签装入数据库"}},
      {"tagline tags --db shop",
       "tagline tags --db shop",
       {"see which tags there are", "查看有哪些标签"}},
      {"tagline query --db shop 'age:25-34 AND vip'",
       "tagline query --db shop '年龄:25-34 且 会员'",
       {"count the people of a segment", "计算人群的人数"}},
      {"tagline repl --db shop",
       "tagline repl --db shop",
       {"ask in a terminal, with completion", "在终端中查询，带自动补全"}},
      {"tagline serve --db shop",
       "tagline serve --db shop",
       {"answer over HTTP", "以 HTTP 提供服务"}},
  }};
  return kSteps;
}

}  // namespace

std::string overview(dsl::Language language) {
  const bool zh = language == dsl::Language::Chinese;
  const CommandWords program = command_tree(language);
  Table first({{""}, {""}});
  for (const Step& step : steps()) {
    first.add({zh ? step.zh : step.en, zh ? step.meaning.zh : step.meaning.en});
  }
  std::vector<std::pair<std::string, std::string>> groups;
  for (const CommandWords& command : program.commands) {
    if (groups.empty() || groups.back().first != command.group) {
      groups.emplace_back(command.group, "");
    }
    groups.back().second += (groups.back().second.empty() ? "" : ", ") + command.name;
  }
  Table all({{""}, {""}});
  for (const auto& [group, names] : groups) {
    all.add({group, names});
  }
  return program.description + "\n\n" + first.body(2) + "\n" + all.body(2) + "\n" +
         (zh ? "tagline --help 说明每个命令；tagline query --help 说明其中一个及其示例\n"
             : "tagline --help says what each command does; tagline query --help says more of one, "
               "with examples\n");
}

}  // namespace tagline::cli
