#include "cli/version_parser.h"

#include "cli/build_stamp.h"
#include "cli/program_options.h"
#include "cli/version_text.h"

#include <algorithm>

namespace tagline::cli {

void VersionParser::add_to(CLI::App& app) {
  command_ = subcommand(app, "version",
                        say("say what this program was made from: version, commit, libraries",
                            "显示程序的版本、提交和所用程序库"),
                        "tagline version --format json");
  add_format(command_, arguments_.format, kFormatsOfReports);
  // Behind a command it is answered as well, as text.
  app.set_version_flag(
      "--version",
      [this] {
        std::string text = version_text(build_stamp(), language_);
        text.pop_back();  // the option parser ends the line
        return text;
      },
      say("print the version", "显示版本"));
}

void VersionParser::spell_out(std::vector<std::string>& words) {
  auto word = words.begin();
  while (word != words.end() && word->starts_with("--") && *word != "--version") {
    const auto value = word + (takes_next_word(*word) && word + 1 != words.end() ? 1 : 0);
    word = value + 1;
  }
  if (word != words.end() && *word == "--version") {
    *word = "version";
  }
}

bool VersionParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  arguments.command = arguments_;
  return true;
}

}  // namespace tagline::cli
