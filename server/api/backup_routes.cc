#include "server/api/route_groups.h"
#include "server/backup.h"

#include <filesystem>
#include <mutex>
#include <utility>

namespace tagline::server {
namespace {

HttpReply backup(const Call& call) {
  // Two copies at a time would take twice the disk, and no less time.
  static std::mutex one;
  const std::unique_lock alone(one, std::try_to_lock);
  if (!alone.owns_lock()) {
    HttpReply reply =
        call.fail(Error(ErrorCode::Busy, {"another backup is being made", "正在进行另一个备份"},
                        {"try again when it is done", "请在其完成后重试"}));
    reply.set("Retry-After", "10");
    return reply;
  }
  // One that writes nothing leaves the database's folder alone, too.
  const std::filesystem::path folder =
      call.api.jobs != nullptr ? call.api.jobs->folder() : std::filesystem::temp_directory_path();
  auto copy = back_up(call.api.service, folder);
  if (!copy.has_value()) {
    return call.fail(copy.error());
  }
  HttpReply reply;
  reply.set("Content-Type", "application/octet-stream");
  reply.set("Content-Disposition", "attachment; filename=\"data.mdb\"");
  reply.set("Cache-Control", "no-store");
  reply.set("Tagline-Version", std::to_string(copy->standing.version));
  reply.set("Tagline-Population", std::to_string(copy->standing.population));
  reply.file = std::move(copy->file);
  return reply;
}

}  // namespace

std::vector<Route> backup_routes() {
  return {{"GET", "/v1/backup", {}, Role::Operator, backup}};
}

}  // namespace tagline::server
