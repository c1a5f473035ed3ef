// Manual pages, written from the commands: tagline(1), and one a command with all below it.
#pragma once

#include "cli/command_tree.h"
#include "dsl/diagnostic.h"

#include <string>
#include <vector>

namespace tagline::cli {

struct ManualPage {
  std::string file;  ///< tagline-query.1
  std::string text;  ///< roff with the man macros, UTF-8
};

/// `program`: command_tree(language).
[[nodiscard]] std::vector<ManualPage> manual_pages(const CommandWords& program,
                                                   dsl::Language language);

}  // namespace tagline::cli
