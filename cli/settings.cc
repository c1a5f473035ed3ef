#include "cli/settings.h"

#include "cli/read_file.h"
#include "cli/settings_file.h"
#include "dsl/suggest.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace tagline::cli {
namespace {

constexpr std::string_view kVariables = "TAGLINE_";
constexpr std::string_view kConfigVariable = "TAGLINE_CONFIG";

std::string variable_named(const std::string& name) {
  std::string variable = std::string(kVariables) + name;
  for (char& c : variable) {
    c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return variable;
}

std::string name_of(const CLI::Option& option) {
  return option.get_lnames().empty() ? std::string() : option.get_lnames().front();
}

bool is_flag(const CLI::Option& option) {
  return option.get_expected_max() == 0;
}

bool is_list(const CLI::Option& option) {
  return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

/// Those that files and the environment can set.
bool is_settable(const CLI::Option& option) {
  const std::string name = name_of(option);
  return !name.empty() && name != "help" && name != Settings::kConfig && name != Settings::kPrint;
}

std::vector<const CLI::Option*> settable(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return is_settable(*option); });
}

/// The values of an option on the command line; nothing when it is not there.
std::optional<std::string> given(const std::vector<std::string>& words, const std::string& name) {
  const std::string option = "--" + name;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == option) {
      return i + 1 < words.size() ? words[i + 1] : "";
    }
    if (words[i].rfind(option + "=", 0) == 0) {
      return words[i].substr(option.size() + 1);
    }
  }
  return std::nullopt;
}

void add_word(std::vector<std::string>& words, const CLI::Option& option,
              const std::string& value) {
  if (!is_flag(option)) {
    words.push_back("--" + name_of(option) + "=" + value);
  } else if (value == "true") {
    words.push_back("--" + name_of(option));
  }
}

tl::unexpected<Error> unfit(const std::string& where, const Text& expected) {
  return failure(ErrorCode::BadInput,
                 {where + ": expected " + expected.en, where + "：应为" + expected.zh},
                 {"tagline serve --print-config shows every setting in its form",
                  "tagline serve --print-config 以正确形式显示全部设置"});
}

Status check_kind(const Setting& setting, const CLI::Option& option, const std::string& where) {
  if (is_flag(option) != (setting.kind == SettingKind::Truth)) {
    return is_flag(option) ? unfit(where, {"true or false", " true 或 false"})
                           : unfit(where, {"a text or a number, not true or false",
                                           "文本或数字，而不是 true 或 false"});
  }
  if (setting.kind == SettingKind::List && !is_list(option)) {
    return unfit(where, {"one value, no list", "单个值，而不是列表"});
  }
  return {};
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return out + "\"";
}

std::string value_text(const std::string& text) {
  const bool number = !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos &&
                      std::count(text.begin(), text.end(), '.') <= 1;
  return number ? text : quoted(text);
}

/// Variables that are no settings: our tests', and those a container platform makes of a service
/// called tagline (TAGLINE_SERVICE_HOST, TAGLINE_PORT=tcp://..., TAGLINE_PORT_8080_TCP_ADDR).
bool is_of_others(const std::string& variable, std::string_view value) {
  const auto begins = [&](std::string_view text) { return variable.rfind(text, 0) == 0; };
  const bool address = value.rfind("tcp://", 0) == 0 || value.rfind("udp://", 0) == 0;
  return variable == "TAGLINE_SEED" || variable == "TAGLINE_UPDATE_DOCS" ||
         variable == "TAGLINE_FAULT" || begins("TAGLINE_TEST_") || begins("TAGLINE_SERVICE_HOST") ||
         begins("TAGLINE_SERVICE_PORT") || begins("TAGLINE_PORT_") ||
         (variable == "TAGLINE_PORT" && address);
}

tl::unexpected<Error> unknown_variable(const std::string& variable,
                                       const std::vector<std::string>& known) {
  // What all of them begin with says nothing about which is near.
  std::vector<dsl::Candidate> candidates;
  for (const std::string& each : known) {
    candidates.push_back({std::string_view(each).substr(kVariables.size()), candidates.size()});
  }
  const auto near = dsl::closest(std::string_view(variable).substr(kVariables.size()), candidates,
                                 [](std::size_t) { return std::uint64_t{0}; });
  Text hint{"unset it; tagline serve --print-config shows every setting",
            "请取消该变量；tagline serve --print-config 显示全部设置"};
  if (!near.empty()) {
    const std::string& closest = known[near.front().owner];
    hint = {closest + " is the closest; " + hint.en, closest + " 最接近；" + hint.zh};
  }
  return failure(ErrorCode::BadInput,
                 {"the environment variable " + variable + " is no setting",
                  "环境变量 " + variable + " 不是设置"},
                 hint);
}

/// One that is spelt wrong would otherwise be taken for one that is in force.
Status check_variables(const std::vector<const CLI::Option*>& options) {
  std::vector<std::string> known{std::string(kConfigVariable)};
  for (const CLI::Option* option : options) {
    known.push_back(variable_named(name_of(*option)));
  }
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view entry(*each);
    const std::size_t end = std::min(entry.find('='), entry.size());
    const std::string variable(entry.substr(0, end));
    if (variable.rfind(kVariables, 0) == 0 &&
        !is_of_others(variable, entry.substr(std::min(end + 1, entry.size()))) &&
        std::find(known.begin(), known.end(), variable) == known.end()) {
      return unknown_variable(variable, known);
    }
  }
  return {};
}

}  // namespace

std::string Settings::variable_of(const CLI::Option& option) {
  const bool set_by_one = is_settable(option) || name_of(option) == kConfig;
  return set_by_one ? variable_named(name_of(option)) : "";
}

Status Settings::add_to(std::vector<std::string>& words, const CLI::App& command) {
  const std::vector<const CLI::Option*> options = settable(command);
  TAGLINE_RETURN_IF_ERROR(check_variables(options));
  std::vector<std::string> added;
  const auto is_open = [&](const std::string& name) {
    return !given(words, name).has_value() && origins_.count(name) == 0;
  };
  for (const CLI::Option* option : options) {
    const std::string name = name_of(*option);
    const std::string variable = variable_named(name);
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr || !is_open(name)) {
      continue;
    }
    const std::string_view text(value);
    if (is_flag(*option) && text != "true" && text != "false") {
      return unfit(variable, {"true or false", " true 或 false"});
    }
    add_word(added, *option, value);
    origins_[name] = variable;
  }
  std::string file = given(words, kConfig).value_or("");
  if (const char* named = std::getenv(kConfigVariable.data()); file.empty() && named != nullptr) {
    file = named;
  }
  if (!file.empty()) {
    TAGLINE_ASSIGN_OR_RETURN(const std::string text, read_file(file));
    TAGLINE_ASSIGN_OR_RETURN(const auto settings, settings_of(text, file));
    for (const Setting& setting : settings) {
      const std::string line = std::to_string(setting.line);
      const auto option = std::find_if(options.begin(), options.end(), [&](const auto* each) {
        return name_of(*each) == setting.name;
      });
      if (option == options.end()) {
        return failure(ErrorCode::BadInput,
                       {file + ", line " + line + ": there is no setting " + setting.name,
                        file + " 第 " + line + " 行：没有名为 " + setting.name + " 的设置"},
                       {"tagline serve --print-config shows them all",
                        "tagline serve --print-config 显示全部设置"});
      }
      TAGLINE_RETURN_IF_ERROR(
          check_kind(setting, **option, file + ", line " + line + ": " + setting.name));
      if (!is_open(setting.name)) {
        continue;
      }
      for (const std::string& value : setting.values) {
        add_word(added, **option, value);
      }
      origins_[setting.name] = file + ", line " + line;
    }
  }
  words.insert(words.end(), added.begin(), added.end());
  return {};
}

std::string Settings::said_from(const std::string& option) const {
  const auto origin = origins_.find(option.substr(std::min<std::size_t>(2, option.size())));
  return origin == origins_.end() ? "" : origin->second;
}

std::string Settings::text(const CLI::App& command,
                           const std::map<std::string, std::string>& defaults) const {
  std::string text;
  for (const CLI::Option* option : settable(command)) {
    const std::string name = name_of(*option);
    const auto origin = origins_.find(name);
    const bool is_set = option->count() > 0 || origin != origins_.end();
    std::string value;
    if (is_flag(*option)) {
      value = option->count() > 0 ? "true" : "false";
    } else if (option->count() > 0 && is_list(*option)) {
      for (const std::string& each : option->results()) {
        value += (value.empty() ? "[" : ", ") + quoted(each);
      }
      value += "]";
    } else if (option->count() > 0) {
      value = value_text(option->results().front());
    } else if (const auto known = defaults.find(name); known != defaults.end()) {
      value = value_text(known->second);
    } else if (!option->get_default_str().empty()) {
      value = value_text(option->get_default_str());
    }
    // One that is not set and has no default that could be written stands as a comment.
    text += (value.empty() ? "# " : "") + name + " =" + (value.empty() ? "" : " " + value) +
            "  # " +
            (origin != origins_.end() ? origin->second
             : is_set                 ? "command line"
                                      : "default") +
            "\n";
  }
  return text;
}

}  // namespace tagline::cli
