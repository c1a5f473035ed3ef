// The `tagline` program: parse the command line, run one command.
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/crash_notice.h"
#include "cli/exit_status.h"
#include "cli/language.h"

#include <exception>
#include <string>
#include <variant>

namespace {

using namespace tagline::cli;  // NOLINT(google-build-using-namespace): this file is the program

template <class Command>
bool answers_json(const Command& command, const Console&) {
  return is_json(command.format);
}
bool answers_json(const InferArguments& command, const Console&) {
  return command.format.has_value() && is_json(*command.format);  // else a schema, or nothing
}
bool answers_json(const ServeArguments&, const Console&) {
  return false;  // an address; answers go to clients
}
bool answers_json(const CompletionArguments&, const Console&) {
  return false;  // a script
}
bool answers_json(const CheckArguments& command, const Console& console) {
  return command.format.has_value() ? is_json(*command.format) : !console.out_is_terminal();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto parsed = parse_arguments(argc, argv);
    if (const int* status = std::get_if<int>(&parsed)) {
      return *status;
    }
    const auto& arguments = std::get<Arguments>(parsed);
    install_crash_notice(arguments.language == tagline::dsl::Language::Chinese);
    Console console(arguments.language);
    console.set_width(arguments.width);
    const auto run_command = [&](const auto& command) {
      console.set_answers_json(answers_json(command, console));
      return run(command, console);
    };
    const int status = std::visit(run_command, arguments.command);
    if (!console.flush()) {
      console.err(
          console.say({"error: the output could not be written\n", "错误：输出无法写出\n"}));
      return kSystemAtFault;
    }
    return status;
  } catch (const std::exception& problem) {
    // Only memory running out or a fault of ours comes here; both end the process with words, never
    // a crash.
    const bool zh = language_of(argc, argv) == tagline::dsl::Language::Chinese;
    std::fputs(((zh ? "错误：" : "error: ") + std::string(problem.what()) + "\n").c_str(), stderr);
    return kSystemAtFault;
  }
}
