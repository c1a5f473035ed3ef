// The commands as plain words, for what is written from them: the help of shells and the manual.
#pragma once

#include "dsl/diagnostic.h"

#include <string>
#include <vector>

namespace tagline::cli {

/// An option, a flag or an argument.
struct ParameterWords {
  std::vector<std::string> names;  ///< "-h", "--help"; of an argument its one name: FILE
  std::string description;
  std::string value;                  ///< what is written for it: DIR; empty: a flag
  std::vector<std::string> values;    ///< all there are, of an enumerated one
  std::string initial;                ///< its default, where it says it itself
  std::string variable;               ///< of the environment, that sets it too
  std::vector<std::string> excludes;  ///< names of those that cannot be given with it
  bool argument = false;
  bool required = false;
  bool repeated = false;
};

struct CommandWords {
  std::string path;  ///< as typed: "tagline segment save"
  std::string name;  ///< the last word of it
  std::string description;
  std::string group;
  std::vector<std::string> examples;  ///< lines of a shell
  std::vector<ParameterWords> options;
  std::vector<ParameterWords> arguments;  ///< in their order
  std::vector<CommandWords> commands;
};

/// The program, in one language. Cost: a millisecond or two.
[[nodiscard]] CommandWords command_tree(dsl::Language language);

}  // namespace tagline::cli
