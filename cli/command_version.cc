#include "cli/build_stamp.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/version_text.h"

namespace tagline::cli {

int run(const VersionArguments& arguments, Console& console) {
  const server::Build build = build_stamp();
  console.out(is_json(arguments.format) ? server::build_json(build) + "\n"
                                        : version_text(build, console.language()));
  return kFine;
}

}  // namespace tagline::cli
