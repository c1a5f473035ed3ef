#include "cli/version_text.h"

#include "dsl/display_width.h"

#include <string_view>
#include <vector>

namespace tagline::cli {
namespace {

constexpr std::size_t kLabelCells = 11;

std::string row(const std::string& label, const std::string& value) {
  const std::size_t width = dsl::display_width(label);
  return label + std::string(kLabelCells > width ? kLabelCells - width : 1, ' ') + value + "\n";
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) {
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return list;
}

}  // namespace

std::string version_text(const server::Build& build, dsl::Language language) {
  const auto say = [&](const char* en, const char* zh) {
    return std::string(language == dsl::Language::Chinese ? zh : en);
  };
  std::string origin = build.commit;
  origin += (origin.empty() || build.date.empty() ? "" : ", ") + build.date;
  std::string text =
      "tagline " + build.version + (origin.empty() ? "" : " (" + origin + ")") + "\n";
  text += row(say("build", "构建"), build.type + ", " + build.compiler);
  const server::FormatVersions format = server::format_versions();
  const std::string written = std::to_string(format.written);
  text +=
      row(say("databases", "数据库"),
          say("format version ", "格式版本 ") + written + say(" (reads ", "（可读 ") +
              std::to_string(format.oldest_read) + say(" to ", " 到 ") + written + say(")", "）"));
  const server::KernelSets kernels = server::kernel_sets();
  text += row(say("kernels", "计算内核"), std::string(kernels.in_use) +
                                              say(" in use; compiled in: ", " 使用中；已编译：") +
                                              joined(kernels.compiled));
  std::string versions;
  for (const server::Library& library : server::libraries()) {
    versions += (versions.empty() ? "" : ", ") + library.name + " " + library.version;
  }
  return text + row(say("libraries", "程序库"), versions);
}

}  // namespace tagline::cli
