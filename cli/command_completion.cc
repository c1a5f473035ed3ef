#include "cli/command_tree.h"
#include "cli/commands.h"
#include "cli/completion_script.h"
#include "cli/exit_status.h"

namespace tagline::cli {

int run(const CompletionArguments& arguments, Console& console) {
  console.out(completion_script(command_tree(console.language()), arguments.shell));
  return kFine;
}

}  // namespace tagline::cli
