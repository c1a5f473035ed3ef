#include "cli/command_groups.h"

#include <array>

namespace tagline::cli {
namespace {

constexpr std::array<CommandGroup, 9> kGroups = {{
    {"Try it", "试用", "demo"},
    {"Load data", "装入数据", "infer load ingest"},
    {"Ask", "查询", "query overlap why repl"},
    {"See what is there", "查看数据", "tags user events"},
    {"Keep and edit", "保存与编辑", "segment edit-tag identity"},
    {"Write expressions", "编写表达式", "check complete"},
    {"Serve", "提供服务", "serve key"},
    {"Look after a database", "维护数据库", "verify expire backup doctor version"},
    {"Set up a shell", "命令行环境", "completion manual"},
}};

bool holds(std::string_view names, std::string_view name) {
  while (!names.empty()) {
    const std::size_t end = names.find(' ');
    if (names.substr(0, end) == name) {
      return true;
    }
    names.remove_prefix(end == std::string_view::npos ? names.size() : end + 1);
  }
  return false;
}

}  // namespace

std::span<const CommandGroup> command_groups() {
  return kGroups;
}

Text group_of(std::string_view command) {
  for (const CommandGroup& group : kGroups) {
    if (holds(group.commands, command)) {
      return {std::string(group.en), std::string(group.zh)};
    }
  }
  return {};
}

}  // namespace tagline::cli
