#include "cli/manual.h"

#include "cli/build_stamp.h"
#include "cli/roff.h"

#include <algorithm>
#include <string_view>

namespace tagline::cli {
namespace {

/// Writes the pages of one language.
class Manual {
 public:
  Manual(const CommandWords& program, dsl::Language language)
      : program_(program), zh_(language == dsl::Language::Chinese) {}

  [[nodiscard]] std::string page(const CommandWords& command) const {
    return head(command) + synopsis(command) + description(command) + options(command) +
           below(command) + examples(command) + exit_status() + environment(command) +
           see_also(command);
  }

  static std::string name_of(const CommandWords& command) {
    std::string name = command.path;
    std::replace(name.begin(), name.end(), ' ', '-');
    return name;
  }

 private:
  [[nodiscard]] const char* say(const char* en, const char* zh) const { return zh_ ? zh : en; }
  [[nodiscard]] std::string section(const char* en, const char* zh) const {
    return std::string(".SH ") + say(en, zh) + "\n";
  }
  [[nodiscard]] bool is_program(const CommandWords& command) const { return &command == &program_; }

  [[nodiscard]] std::string head(const CommandWords& command) const {
    std::string title = name_of(command);
    std::transform(title.begin(), title.end(), title.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    // The commit's day: the same source gives the same pages on whatever day.
    const server::Build build = build_stamp();
    return ".TH \"" + roff(title) + "\" 1 \"" + build.date + "\" \"tagline " + build.version +
           "\" \"" + say("Tagline manual", "Tagline 手册") + "\"\n.ad l\n.nh\n" +
           section("NAME", "名称") + roff(name_of(command)) + " \\- " + roff(command.description) +
           "\n";
  }

  // Recursion is as deep as commands have commands.
  [[nodiscard]] std::string usage(const CommandWords& command) const {
    if (!command.commands.empty() && !is_program(command)) {
      std::string lines;
      for (const CommandWords& child : command.commands) {
        lines += (lines.empty() ? "" : ".br\n") + usage(child);
      }
      return lines;
    }
    std::string line = roff_bold(command.path);
    for (const ParameterWords& option : command.options) {
      if (option.required) {
        line += " " + roff_bold(option.names.back()) + " " + roff_italic(option.value);
      }
    }
    line += " [" + roff_italic(say("OPTIONS", "选项")) + "]";
    if (is_program(command)) {
      return line + " " + roff_italic(say("COMMAND", "命令")) + " ...\n";
    }
    for (const ParameterWords& argument : command.arguments) {
      const std::string name =
          roff_italic(argument.value) + (argument.repeated ? std::string(" ...") : "");
      line += argument.required ? " " + name : " [" + name + "]";
    }
    return line + "\n";
  }

  [[nodiscard]] std::string synopsis(const CommandWords& command) const {
    return section("SYNOPSIS", "概要") + usage(command);
  }

  // Recursion is as deep as commands have commands.
  static bool takes_expression(const CommandWords& command) {
    return std::any_of(command.arguments.begin(), command.arguments.end(),
                       [](const ParameterWords& argument) { return argument.value == "EXPR"; }) ||
           std::any_of(command.commands.begin(), command.commands.end(), takes_expression);
  }

  /// Of words that stand alone in a help.
  [[nodiscard]] std::string sentence(std::string words) const {
    if (!words.empty() && words.front() >= 'a' && words.front() <= 'z') {
      words.front() = static_cast<char>(words.front() - 'a' + 'A');
    }
    return roff_prose(words + say(".", "。")) + "\n";
  }

  [[nodiscard]] std::string description(const CommandWords& command) const {
    std::string text =
        section("DESCRIPTION", "说明") + roff_prose(command.description) + say(".\n", "。\n");
    if (takes_expression(command)) {
      text += std::string(".PP\n") + roff_italic("EXPR") +
              say(" is an expression over tags; quote it for the shell. ",
                  " 是关于标签的表达式，在 shell 中请加引号。") +
              roff_bold("tagline repl") + say(" explains the language under ", " 中可用 ") +
              roff_bold("\\help") + say(".\n", " 查看语言说明。\n");
    }
    return text;
  }

  /// A value of an option or argument in words behind its name.
  [[nodiscard]] std::string parameter(const ParameterWords& words) const {
    std::string text = ".TP\n";
    for (const std::string& name : words.names) {
      text += (name == words.names.front() ? "" : ", ") +
              (words.argument ? roff_italic(name) : roff_bold(name));
    }
    text += words.argument || words.value.empty() ? "" : " " + roff_italic(words.value);
    text += "\n" + roff_prose(words.description);
    std::string notes;
    const auto note = [&](const std::string& words_of_it) {
      notes += (notes.empty() ? "" : say("; ", "；")) + words_of_it;
    };
    if (words.required && !words.argument) {
      note(say("required", "必填"));
    }
    if (!words.initial.empty()) {
      note(say("default ", "默认 ") + roff(words.initial));
    }
    if (!words.excludes.empty()) {
      std::string others;
      for (const std::string& other : words.excludes) {
        others += (others.empty() ? "" : ", ") + roff(other);
      }
      note(say("not with ", "不能与 ") + others + say("", " 同用"));
    }
    if (!words.variable.empty()) {
      note(say("also ", "也可用 ") + roff(words.variable));
    }
    return text + (notes.empty() ? "" : say(" (", "（") + notes + say(")", "）")) + "\n";
  }

  [[nodiscard]] std::string parameters(const CommandWords& command, bool is_page) const {
    std::string text;
    for (const ParameterWords& argument : command.arguments) {
      text += parameter(argument);
    }
    for (const ParameterWords& option : command.options) {
      // Every command has --help; the page says so once.
      text += is_page || option.names.back() != "--help" ? parameter(option) : "";
    }
    return text;
  }

  [[nodiscard]] std::string options(const CommandWords& command) const {
    std::string text = section("OPTIONS", "选项") + parameters(command, true);
    for (const ParameterWords& option : program_.options) {
      text += is_program(command) || option.value.empty() ? "" : parameter(option);
    }
    return text;
  }

  /// The commands below this one: of the program a line each, else all there is to say.
  [[nodiscard]] std::string below(const CommandWords& command) const {
    if (command.commands.empty()) {
      return "";
    }
    std::string text = section("COMMANDS", "命令");
    std::string_view group;
    for (const CommandWords& child : command.commands) {
      if (is_program(command)) {
        text += child.group == group ? "" : ".SS " + roff(child.group) + "\n";
        group = child.group;
        text +=
            ".TP\n" + roff_bold(name_of(child)) + "(1)\n" + roff_prose(child.description) + "\n";
      } else {
        text += ".SS \"" + roff(child.path) + "\"\n" + sentence(child.description) +
                parameters(child, false);
      }
    }
    return text;
  }

  // Recursion is as deep as commands have commands.
  static std::string lines_of_examples(const CommandWords& command, bool also_below) {
    std::string lines;
    for (const std::string& example : command.examples) {
      lines += roff(example) + "\n";
    }
    for (const CommandWords& child : command.commands) {
      lines += also_below ? lines_of_examples(child, true) : "";
    }
    return lines;
  }

  [[nodiscard]] std::string examples(const CommandWords& command) const {
    return section("EXAMPLES", "示例") + ".nf\n" +
           lines_of_examples(command, !is_program(command)) + ".fi\n";
  }

  [[nodiscard]] std::string exit_status() const {
    const auto status = [](const char* number, const char* text) {
      return std::string(".TP\n\\fB") + number + "\\fR\n" + text + "\n";
    };
    return section("EXIT STATUS", "退出状态") + status("0", say("All is well.", "一切正常。")) +
           status("1", say("The expression or the data is at fault.", "表达式或数据有误。")) +
           status("2", say("The command line is at fault.", "命令行有误。")) +
           status("3", say("The database or the system is at fault.", "数据库或系统有误。")) +
           status("130", say("Ctrl-C ended it.", "被 Ctrl-C 中断。"));
  }

  // Recursion is as deep as commands have commands.
  void add_variables(const CommandWords& command, std::string& text) const {
    for (const ParameterWords& option : command.options) {
      if (!option.variable.empty()) {
        text += ".TP\n" + roff_bold(option.variable) + "\n" + say("Stands for ", "代替 ") +
                roff_bold(option.names.back()) +
                say(", which comes before it.\n", "，命令行优先。\n");
      }
    }
    for (const CommandWords& child : command.commands) {
      add_variables(child, text);
    }
  }

  [[nodiscard]] std::string environment(const CommandWords& command) const {
    std::string text = section("ENVIRONMENT", "环境变量");
    if (is_program(command)) {
      text +=
          ".TP\n\\fBTAGLINE_\\fR*\n" +
          std::string(say("Settings, one an option of ", "设置，每个对应以下命令的一个选项：")) +
          roff_bold("tagline-serve") + "(1).\n";
    } else {
      add_variables(command, text);
    }
    if (command.name == "repl" || is_program(command)) {
      text += ".TP\n\\fBTAGLINE_HISTORY\\fR\n";
      text += say("The file in which the terminal keeps what was typed; empty: it keeps nothing.\n",
                  "终端保存输入历史的文件；为空则不保存。\n");
      text += ".TP\n\\fBNO_COLOR\\fR\n";
      text += say("Not empty: the terminal has no colours.\n", "非空则终端不使用颜色。\n");
    }
    return text + ".TP\n\\fBLC_ALL\\fR, \\fBLC_MESSAGES\\fR, \\fBLANG\\fR\n" +
           say("The language of messages: Chinese when the first that is set begins with zh.\n",
               "消息语言：第一个已设置的变量以 zh 开头则为中文。\n");
  }

  [[nodiscard]] std::string see_also(const CommandWords& command) const {
    std::string text = section("SEE ALSO", "参见");
    const auto add = [&text](const std::string& name, bool first) {
      text += (first ? "" : ",\n") + roff_bold(name) + "(1)";
    };
    bool first = true;
    if (!is_program(command)) {
      add(program_.name, true);
      first = false;
    }
    for (const CommandWords& other : program_.commands) {
      if (&other != &command && (is_program(command) || other.group == command.group)) {
        add(name_of(other), first);
        first = false;
      }
    }
    return text + "\n";
  }

  const CommandWords& program_;
  const bool zh_;
};

}  // namespace

std::vector<ManualPage> manual_pages(const CommandWords& program, dsl::Language language) {
  const Manual manual(program, language);
  std::vector<ManualPage> pages{{Manual::name_of(program) + ".1", manual.page(program)}};
  for (const CommandWords& command : program.commands) {
    pages.push_back({Manual::name_of(command) + ".1", manual.page(command)});
  }
  return pages;
}

}  // namespace tagline::cli
