#include "cli/names_text.h"

#include "dsl/unicode.h"
#include "server/schema_json.h"

#include <algorithm>
#include <utility>

namespace tagline::cli {
namespace {

using dsl::Language;

bool is_in(std::string_view name, Language language) {
  return dsl::has_wide_script(name) == (language == Language::Chinese);
}

}  // namespace

std::string names_text(const std::string& name, const std::vector<std::string>& aliases,
                       Language language) {
  std::vector<std::string> names = {name};
  names.insert(names.end(), aliases.begin(), aliases.end());
  const auto first = std::find_if(names.begin(), names.end(), [language](const std::string& each) {
    return is_in(each, language);
  });
  if (first != names.end()) {
    std::rotate(names.begin(), first, first + 1);
  }
  std::string others;
  for (std::size_t i = 1; i < names.size(); ++i) {
    others += (others.empty() ? "" : ", ") + names[i];
  }
  return names.front() + (others.empty() ? "" : " (" + others + ")");
}

std::string_view part_in(std::string_view text, Language language) {
  constexpr std::string_view kBetween = " · ";
  const std::size_t at = text.find(kBetween);
  if (at == std::string_view::npos) {
    return text;
  }
  const std::string_view before = text.substr(0, at);
  const std::string_view after = text.substr(at + kBetween.size());
  if (dsl::has_wide_script(before) == dsl::has_wide_script(after)) {
    return text;
  }
  return is_in(before, language) ? before : after;
}

std::string kind_text(engine::TagKind kind, Language language) {
  using engine::TagKind;
  if (language != Language::Chinese) {
    return std::string(server::kind_name(kind));
  }
  switch (kind) {
    case TagKind::Flag:
      return "开关";
    case TagKind::Category:
      return "名称";
    case TagKind::Set:
      return "多值";
    case TagKind::Number:
      return "数值";
    case TagKind::Date:
      return "日期";
    case TagKind::Event:
      return "行为";
  }
  return {};
}

}  // namespace tagline::cli
