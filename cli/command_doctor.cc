#include "cli/build_stamp.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "dsl/display_width.h"
#include "server/doctor/doctor.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tagline::cli {
namespace {

using server::Finding;
using server::Mark;

const char* sign(Mark mark) {
  switch (mark) {
    case Mark::Fine:
      return "✓";
    case Mark::Warning:
      return "!";
    case Mark::Fault:
      return "✗";
  }
  return "";
}

std::string padded(const std::string& text, std::size_t cells) {
  const std::size_t width = dsl::display_width(text);
  return text + std::string(cells > width ? cells - width : 0, ' ');
}

void print(const std::vector<Finding>& findings, Console& console) {
  std::size_t names = 0;
  for (const Finding& finding : findings) {
    names = std::max(names, dsl::display_width(console.say(finding.name)));
  }
  // Beneath what was found.
  const std::string indent(names + 4, ' ');
  for (const Finding& finding : findings) {
    console.out(std::string(sign(finding.mark)) + " " +
                padded(console.say(finding.name), names + 2) +
                printable(console.say(finding.found)) + "\n");
    if (finding.mark == Mark::Fine) {
      continue;
    }
    if (!finding.expected.empty()) {
      console.out(indent + console.say({"expected: ", "应为："}) +
                  printable(console.say(finding.expected)) + "\n");
    }
    if (!finding.advice.empty()) {
      console.out(indent + console.say({"try: ", "建议："}) +
                  printable(console.say(finding.advice)) + "\n");
    }
  }
}

void print_sums(const std::vector<Finding>& findings, Console& console) {
  const auto count = [&](Mark mark) {
    return std::to_string(
        std::count_if(findings.begin(), findings.end(),
                      [mark](const Finding& finding) { return finding.mark == mark; }));
  };
  const std::string fine = count(Mark::Fine);
  const std::string warnings = count(Mark::Warning);
  const std::string faults = count(Mark::Fault);
  console.out(
      console.say({fine + " fine, " + warnings + " to be thought about, " + faults + " at fault\n",
                   fine + " 项正常，" + warnings + " 项需留意，" + faults + " 项故障\n"}));
}

}  // namespace

int run(const DoctorArguments& arguments, Console& console) {
  const auto folder =
      arguments.db.empty() ? std::nullopt : std::optional<std::filesystem::path>(arguments.db);
  const std::vector<Finding> findings = server::examine(folder);
  const int status = server::is_sound(findings) ? kFine : kFaultFound;
  if (is_json(arguments.format)) {
    console.out(server::doctor_json(findings, build_stamp()) + "\n");
    return status;
  }
  print(findings, console);
  console.out("\n");
  print_sums(findings, console);
  if (folder.has_value()) {
    const std::string verify = "tagline verify --db " + printable(arguments.db);
    console.out(console.say(
        {"The data itself was not read: `" + verify + "` checks every byte that matters.\n",
         "数据本身未读取：`" + verify + "` 会检查所有重要的字节。\n"}));
  }
  return status;
}

}  // namespace tagline::cli
