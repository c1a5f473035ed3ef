#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/manual.h"
#include "engine/system_reason.h"
#include "server/answer_json.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace tagline::cli {
namespace {

tl::unexpected<Error> unwritten(const std::filesystem::path& path, const Text& cause) {
  return failure(
      ErrorCode::System,
      {"cannot write " + path.string() + ": " + cause.en,
       "无法写入 " + path.string() + "：" + cause.zh},
      {"give a folder that may be written, with room in it", "请指定可写且有空间的目录"});
}

/// Returns how many pages there are.
Result<std::size_t> write_pages(const std::filesystem::path& folder, dsl::Language language) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) {
    return unwritten(folder, system_reason(problem.value()));
  }
  const std::vector<ManualPage> pages = manual_pages(command_tree(language), language);
  for (const ManualPage& page : pages) {
    const std::filesystem::path path = folder / page.file;
    std::ofstream file(path, std::ios::binary);
    file << page.text;
    file.close();
    if (!file) {
      return unwritten(path, system_reason(errno));
    }
  }
  return pages.size();
}

}  // namespace

int run(const ManualArguments& arguments, Console& console) {
  const std::filesystem::path folder = arguments.folder;
  std::size_t pages = 0;
  for (const auto language : {dsl::Language::English, dsl::Language::Chinese}) {
    const bool zh = language == dsl::Language::Chinese;
    const auto written = write_pages(zh ? folder / "zh_CN" / "man1" : folder / "man1", language);
    if (!written.has_value()) {
      return console.report(written.error());
    }
    pages += *written;
  }
  const std::string number = std::to_string(pages);
  if (arguments.format == Format::Json) {
    console.out("{\"folder\":" + server::quoted_json(folder.string()) + ",\"pages\":" + number +
                "}\n");
    return kFine;
  }
  console.out(console.say({"wrote " + number + " pages to " + folder.string() + "\n",
                           "已将 " + number + " 个手册页写入 " + folder.string() + "\n"}));
  return kFine;
}

}  // namespace tagline::cli
