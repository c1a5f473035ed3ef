#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/progress.h"
#include "cli/refusal.h"
#include "engine/system_reason.h"
#include "server/answer_json.h"
#include "server/backup.h"
#include "server/service.h"

#include <filesystem>
#include <string>
#include <system_error>

namespace tagline::cli {
namespace {

Status make_folder(const std::filesystem::path& folder) {
  std::error_code problem;
  if (std::filesystem::exists(folder, problem) &&
      !(std::filesystem::is_directory(folder, problem) &&
        std::filesystem::is_empty(folder, problem))) {
    return failure(ErrorCode::BadInput,
                   {folder.string() + " is there already", folder.string() + " 已经存在"},
                   {"give a new folder for the copy", "请为备份指定新的目录"});
  }
  std::filesystem::create_directories(folder, problem);
  if (problem) {
    const Text cause = system_reason(problem.value());
    return failure(ErrorCode::System, {"cannot make " + folder.string() + ": " + cause.en,
                                       "无法新建 " + folder.string() + "：" + cause.zh});
  }
  return {};
}

/// Of its files; of a database those that a copy has, give or take what is free in it.
std::uint64_t bytes_in(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const std::uint64_t size = entry.is_regular_file(ignored) ? entry.file_size(ignored) : 0;
    bytes += name == "lock.mdb" || ignored ? 0 : size;
  }
  return bytes;
}

}  // namespace

int run(const BackupArguments& arguments, Console& console) {
  const auto service = open_service(arguments.db, storage::OpenMode::Read, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  if (const Status made = make_folder(arguments.folder); !made.has_value()) {
    return console.report(made.error());
  }
  const auto copy = [&] {
    const std::uint64_t whole = bytes_in(arguments.db);
    const ProgressTicker ticker(console, [&](ProgressLine& line) {
      const std::uint64_t done = bytes_in(arguments.folder);
      line.show(grouped(done >> 20U) + console.say({" MiB copied", " MiB 已复制"}), done, whole);
    });
    return server::back_up(*service, arguments.folder);
  }();
  if (!copy.has_value()) {
    return console.report(copy.error());
  }
  const std::filesystem::path whole = std::filesystem::path(arguments.folder) / "data.mdb";
  std::error_code problem;
  std::filesystem::rename(copy->file->path(), whole, problem);
  if (problem) {
    const Text cause = system_reason(problem.value());
    return console.report(
        Error(ErrorCode::System, {"cannot make " + whole.string() + ": " + cause.en,
                                  "无法写入 " + whole.string() + "：" + cause.zh}));
  }
  const std::string version = std::to_string(copy->standing.version);
  if (arguments.format == Format::Json) {
    console.out("{\"version\":" + version +
                ",\"population\":" + std::to_string(copy->standing.population) +
                ",\"bytes\":" + std::to_string(copy->bytes) +
                ",\"file\":" + server::quoted_json(whole.string()) + "}\n");
    return kFine;
  }
  const std::string people = grouped(copy->standing.population);
  const std::string bytes = grouped(copy->bytes);
  console.out(console.say({"copied version " + version + " (" + people + " users, " + bytes +
                               " bytes) to " + arguments.folder + "\n",
                           "已将版本 " + version + "（" + people + " 位用户，" + bytes +
                               " 字节）备份到 " + arguments.folder + "\n"}));
  return kFine;
}

}  // namespace tagline::cli
