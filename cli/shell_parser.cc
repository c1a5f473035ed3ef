#include "cli/shell_parser.h"

#include <map>
#include <string>

namespace tagline::cli {

void ShellParser::add_to(CLI::App& app) {
  add_completion(app);
  add_manual(app);
}

void ShellParser::add_completion(CLI::App& app) {
  static const std::map<std::string, Shell> kShells{
      {"bash", Shell::Bash}, {"fish", Shell::Fish}, {"zsh", Shell::Zsh}};
  completion_command_ = subcommand(
      app, "completion",
      say("print a script that teaches a shell to complete commands, options and expressions",
          "输出使 shell 能补全命令、选项和表达式的脚本"),
      "source <(tagline completion bash)\n  "
      "tagline completion zsh > _tagline\n  "
      "tagline completion fish > tagline.fish");
  completion_command_
      ->add_option_function<std::string>(
          "SHELL", [this](const std::string& name) { completion_.shell = kShells.at(name); },
          say("bash, zsh or fish", "bash、zsh 或 fish"))
      ->required()
      ->check(CLI::Validator(
          [wrong = say("one of bash|fish|zsh, not ", "应为 bash|fish|zsh，而不是 ")](
              std::string& text) { return kShells.count(text) > 0 ? "" : wrong + text; },
          ""))
      ->type_name("bash|fish|zsh");
}

void ShellParser::add_manual(CLI::App& app) {
  manual_command_ = subcommand(app, "manual",
                               say("write the manual pages of all commands, in both languages",
                                   "生成全部命令的手册页，中英文各一套"),
                               "tagline manual share/man");
  manual_command_
      ->add_option("DIR", manual_.folder,
                   say("folder for man1/ and zh_CN/man1/; made when it is not there",
                       "存放 man1/ 和 zh_CN/man1/ 的目录；没有则新建"))
      ->required()
      ->check(not_empty());
  add_format(manual_command_, manual_.format, kFormatsWithoutCsv);
}

bool ShellParser::take(Arguments& arguments) const {
  if (completion_command_->parsed()) {
    arguments.command = completion_;
    return true;
  }
  if (manual_command_->parsed()) {
    arguments.command = manual_;
    return true;
  }
  return false;
}

}  // namespace tagline::cli
