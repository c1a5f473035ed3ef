#include "server/backup.h"

#include "engine/system_reason.h"

#include <string>
#include <system_error>

namespace tagline::server {
namespace {

/// A folder with the file as its data.mdb, while it lives.
class OpenableCopy {
 public:
  explicit OpenableCopy(const TemporaryFile& file) : folder_(file.path().string() + ".d") {
    std::filesystem::create_directory(folder_, problem_);
    if (!problem_) {
      std::filesystem::create_hard_link(file.path(), folder_ / "data.mdb", problem_);
    }
  }
  ~OpenableCopy() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  OpenableCopy(const OpenableCopy&) = delete;
  OpenableCopy& operator=(const OpenableCopy&) = delete;

  [[nodiscard]] Result<Standing> standing() const {
    if (problem_) {
      const Text cause = system_reason(problem_.value());
      return failure(ErrorCode::System,
                     {"the copy cannot be looked at: " + cause.en, "无法检查备份：" + cause.zh});
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto copy, Service::open(folder_.string(), {}));
    return copy->standing();
  }

 private:
  std::filesystem::path folder_;
  std::error_code problem_;
};

}  // namespace

Result<Backup> back_up(Service& service, const std::filesystem::path& folder) {
  Backup backup;
  TAGLINE_ASSIGN_OR_RETURN(backup.file, TemporaryFile::make(folder));
  TAGLINE_RETURN_IF_ERROR(service.store().copy_to(backup.file->descriptor()));
  TAGLINE_RETURN_IF_ERROR(backup.file->sync());
  TAGLINE_ASSIGN_OR_RETURN(backup.bytes, backup.file->size());
  // Which state it is only the copy knows: others may have written since.
  TAGLINE_ASSIGN_OR_RETURN(backup.standing, OpenableCopy(*backup.file).standing());
  return backup;
}

}  // namespace tagline::server
