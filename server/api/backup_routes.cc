#include "server/api/route_groups.h"
#include "server/backup.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace tagline::server {
namespace {

/// The one backup at a time, from the beginning of the copy until the last of it is sent or its
/// client is gone: copies that slow clients take their time over would fill the disk.
class Turn {
 public:
  explicit Turn(std::shared_ptr<std::atomic<bool>> taken)
      : taken_(std::move(taken)), mine_(!taken_->exchange(true)) {}
  ~Turn() {
    if (mine_) {
      *taken_ = false;
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  [[nodiscard]] bool mine() const { return mine_; }

 private:
  std::shared_ptr<std::atomic<bool>> taken_;
  bool mine_;
};

struct SentCopy {
  std::shared_ptr<const TemporaryFile> file;
  std::shared_ptr<Turn> turn;
};

HttpReply reply_of(const Standing& standing) {
  HttpReply reply;
  reply.set("Content-Type", "application/octet-stream");
  reply.set("Content-Disposition", "attachment; filename=\"data.mdb\"");
  reply.set("Cache-Control", "no-store");
  reply.set("Tagline-Version", std::to_string(standing.version));
  reply.set("Tagline-Population", std::to_string(standing.population));
  return reply;
}

/// What GET would be of now, without its length, which only a copy has.
HttpReply backup_head(const Call& call) {
  const auto standing = call.api.service.standing();
  if (!standing.has_value()) {
    return call.fail(standing.error());
  }
  HttpReply reply = reply_of(*standing);
  reply.pieces = [] { return Result<std::string>(std::string()); };  // of HEAD: not asked for any
  return reply;
}

HttpReply backup(const Call& call) {
  if (call.request.method == "HEAD") {
    return backup_head(call);
  }
  auto turn = std::make_shared<Turn>(call.api.backing_up);
  if (!turn->mine()) {
    HttpReply reply = call.fail(
        Error(ErrorCode::Busy, {"another backup is being made or sent", "正在制作或发送另一个备份"},
              {"try again when its client has it (Retry-After)",
               "请在其客户端取完后重试（Retry-After）"}));
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
  HttpReply reply = reply_of(copy->standing);
  auto sent = std::make_shared<SentCopy>(SentCopy{std::move(copy->file), std::move(turn)});
  reply.file = std::shared_ptr<const TemporaryFile>(sent, sent->file.get());
  return reply;
}

}  // namespace

std::vector<Route> backup_routes() {
  return {{"GET", "/v1/backup", {}, Role::Operator, backup}};
}

}  // namespace tagline::server
