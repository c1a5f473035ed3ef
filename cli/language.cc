#include "cli/language.h"

#include <cstdlib>
#include <string_view>

namespace tagline::cli {

using dsl::Language;

Language language_of(int argc, char** argv) {
  const auto read = [](std::string_view name) {
    return name.substr(0, 2) == "zh" ? Language::Chinese : Language::English;
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--lang" && i + 1 < argc) {
      return read(argv[i + 1]);
    }
    if (argument.substr(0, 7) == "--lang=") {
      return read(argument.substr(7));
    }
  }
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') {
      return read(value);
    }
  }
  return Language::English;
}

}  // namespace tagline::cli
