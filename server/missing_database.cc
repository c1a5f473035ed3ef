#include "server/missing_database.h"

#include <filesystem>
#include <system_error>

namespace tagline::server {

Error missing_database(const std::string& folder) {
  std::error_code unknown;
  const bool is_there = std::filesystem::exists(folder, unknown);
  const Text message = is_there ? Text{"there is no database in " + folder +
                                           ": it has no data.mdb, or one without content",
                                       folder + " 中没有数据库：缺少 data.mdb，或其内容为空"}
                                : Text{folder + " does not exist, so there is no database in it",
                                       folder + " 不存在，因此没有数据库"};
  return {
      ErrorCode::NotFound,
      message,
      {"check the path; `tagline load --db " + folder +
           " FILE` makes a database of a file, `tagline demo --db " + folder +
           "` one to try things with",
       "请检查路径；用 `tagline load --db " + folder +
           " 文件` 可由文件新建数据库，用 `tagline demo --db " + folder + "` 可生成演示数据库"}};
}

}  // namespace tagline::server
