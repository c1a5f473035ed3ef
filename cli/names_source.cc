#include "cli/names_source.h"

#include "cli/exit_status.h"
#include "cli/read_file.h"
#include "cli/refusal.h"
#include "server/catalogue_file.h"
#include "storage/time_zone.h"

namespace tagline::cli {
namespace {

using Ask = std::function<int(const dsl::Catalogue&, const dsl::CheckOptions&)>;

int with_file(const std::string& file, std::optional<std::chrono::sys_days> as_of, Console& console,
              const Ask& fn) {
  const auto text = read_file(file);
  if (!text.has_value()) {
    return console.report(text.error());
  }
  const auto catalogue = server::catalogue_from_json(*text);
  if (!catalogue.has_value()) {
    return console.report(catalogue.error());
  }
  dsl::CheckOptions options;
  if (as_of.has_value()) {
    options.as_of = *as_of;
    return fn(*catalogue, options);
  }
  const auto today =
      storage::day_in_zone(std::chrono::system_clock::now(), storage::OpenOptions{}.time_zone);
  if (!today.has_value()) {
    return console.report(today.error());
  }
  options.as_of = *today;
  return fn(*catalogue, options);
}

}  // namespace

int with_names(const std::string& db, const std::string& file,
               std::optional<std::chrono::sys_days> as_of, Console& console, const Ask& fn) {
  if (db.empty() == file.empty()) {
    return console.report_usage(
        {"nothing says where the names come from", "没有指明名称来源"},
        {"add --db DIR (a database) or --catalogue FILE (a JSON file of names)",
         "请加上 --db 目录（数据库）或 --catalogue 文件（名称的 JSON 文件）"});
  }
  if (!file.empty()) {
    return with_file(file, as_of, console, fn);
  }
  const auto service = open_service(db, storage::OpenMode::Read, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  int status = kFine;
  const auto done = service->with_catalogue(
      as_of, [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions& options) {
        status = fn(catalogue, options);
      });
  return done.has_value() ? status : console.report(done.error());
}

}  // namespace tagline::cli
