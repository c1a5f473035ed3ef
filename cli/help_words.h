// What CLI11 writes itself into the help: its labels and the names of its groups.
#pragma once

#include "dsl/diagnostic.h"

#include <CLI/CLI.hpp>

namespace tagline::cli {

/// Puts the help of a program and all its commands into a language. Call when all are added.
void set_help_words(CLI::App& app, dsl::Language language);

}  // namespace tagline::cli
