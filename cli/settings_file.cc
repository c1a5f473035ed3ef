#include "cli/settings_file.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace tagline::cli {
namespace {

bool is_name_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

/// Reads one line.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  /// Nothing: the line is blank or a comment, or at fault.
  std::optional<Setting> read() {
    skip_blanks();
    if (at_end()) {
      return std::nullopt;
    }
    Setting setting;
    while (!rest_.empty() && is_name_part(rest_.front())) {
      setting.name += rest_.front();
      rest_.remove_prefix(1);
    }
    skip_blanks();
    if (setting.name.empty() || !take('=')) {
      expect({"NAME = VALUE, e.g. workers = 4", "名称 = 值，例如 workers = 4"});
      return std::nullopt;
    }
    skip_blanks();
    if (take('[')) {
      read_list(setting);
    } else {
      setting.values.emplace_back();
      setting.kind = read_value(setting.values.front());
    }
    skip_blanks();
    if (!fault_.has_value() && !at_end()) {
      expect({"the end of the line, or a comment after #", "行尾，或 # 后的注释"});
    }
    return fault_.has_value() ? std::nullopt : std::optional(std::move(setting));
  }

  [[nodiscard]] const std::optional<Text>& fault() const { return fault_; }
  [[nodiscard]] const std::string& found() const { return found_; }

 private:
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }
  [[nodiscard]] bool at_end() const { return rest_.empty() || rest_.front() == '#'; }
  bool take(char c) {
    const bool there = !rest_.empty() && rest_.front() == c;
    rest_.remove_prefix(there ? 1 : 0);
    return there;
  }
  void expect(Text expected) {
    if (!fault_.has_value()) {
      fault_ = std::move(expected);
      found_ = rest_.empty() ? "the end of the line" : "\"" + std::string(rest_) + "\"";
    }
  }

  void read_list(Setting& setting) {
    setting.kind = SettingKind::List;
    skip_blanks();
    while (!fault_.has_value() && !take(']')) {
      setting.values.emplace_back();
      if (read_value(setting.values.back()) == SettingKind::Truth) {
        expect({"texts or numbers in a list", "列表中应为文本或数字"});
      }
      skip_blanks();
      const bool comma = take(',');
      skip_blanks();
      if (!comma && (rest_.empty() || rest_.front() != ']')) {
        expect({", or ]", "逗号或 ]"});
      }
    }
  }

  SettingKind read_value(std::string& into) {
    if (take('"')) {
      read_text(into);
      return SettingKind::Text;
    }
    const std::string_view before = rest_;
    while (!rest_.empty() &&
           (is_name_part(rest_.front()) || rest_.front() == '.' || rest_.front() == '+')) {
      into += rest_.front();
      rest_.remove_prefix(1);
    }
    if (into == "true" || into == "false") {
      return SettingKind::Truth;
    }
    if (into.empty() || into.find_first_not_of("0123456789.") != std::string::npos) {
      rest_ = before;
      expect({"a text in double quotes, a number, true, false or a list in [ ]",
              "双引号中的文本、数字、true、false 或 [ ] 中的列表"});
    }
    return SettingKind::Number;
  }

  void read_text(std::string& into) {
    while (!rest_.empty() && rest_.front() != '"') {
      if (take('\\')) {
        if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\\')) {
          return expect({"\\\" or \\\\ after a backslash", "反斜杠后应为 \" 或 \\"});
        }
      }
      into += rest_.front();
      rest_.remove_prefix(1);
    }
    if (!take('"')) {
      expect({"\" at the end of the text", "文本末尾的双引号"});
    }
  }

  std::string_view rest_;
  std::optional<Text> fault_;
  std::string found_;
};

}  // namespace

Result<std::vector<Setting>> settings_of(std::string_view text, const std::string& file) {
  std::vector<Setting> settings;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    const std::string place = std::to_string(number);
    LineReader reader(line);
    std::optional<Setting> setting = reader.read();
    if (reader.fault().has_value()) {
      const Text& expected = *reader.fault();
      return failure(
          ErrorCode::BadInput,
          {file + ", line " + place + ": found " + reader.found() + ", expected " + expected.en,
           file + " 第 " + place + " 行：" + reader.found() + " 处应为" + expected.zh},
          {"one setting a line; texts stand in double quotes, comments after #",
           "每行一个设置；文本写在双引号中，注释写在 # 之后"});
    }
    if (!setting.has_value()) {
      continue;
    }
    const auto same = std::find_if(settings.begin(), settings.end(),
                                   [&](const Setting& each) { return each.name == setting->name; });
    if (same != settings.end()) {
      const std::string first = std::to_string(same->line);
      return failure(
          ErrorCode::BadInput,
          {file + ", line " + place + ": " + setting->name + " stands in line " + first +
               " already",
           file + " 第 " + place + " 行：" + setting->name + " 已在第 " + first + " 行出现"},
          {"keep one of them", "只保留一个"});
    }
    setting->line = number;
    settings.push_back(std::move(*setting));
  }
  return settings;
}

}  // namespace tagline::cli
