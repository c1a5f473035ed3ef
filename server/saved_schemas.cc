#include "server/saved_schemas.h"

#include "engine/system_reason.h"
#include "ingest/field_plan.h"
#include "server/http/temporary_file.h"
#include "server/schema_json.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

namespace tagline::server {
namespace {

constexpr std::size_t kNameMax = 64;
constexpr const char* kEnding = ".json";

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_';
         });
}

tl::unexpected<Error> not_found(std::string_view name) {
  const std::string found(name);
  return failure(ErrorCode::NotFound,
                 {"there is no schema named " + found, "没有名为 " + found + " 的模式"},
                 Hint{{"give a schema file with --schema FILE", "请用 --schema 文件 给出模式文件"},
                      {"GET /v1/schemas lists them; PUT /v1/schemas/" + found + " saves one",
                       "GET /v1/schemas 列出全部模式；PUT /v1/schemas/" + found + " 可保存"},
                      {"leave schema= out to have it inferred; schemas are saved over HTTP (PUT "
                       "/v1/schemas/" +
                           found + "), or given to `tagline load --schema FILE`",
                       "去掉 schema= 可自动推断；模式可通过 HTTP 保存（PUT /v1/schemas/" + found +
                           "），或用 `tagline load --schema 文件` 给出"}});
}

}  // namespace

Status SavedSchemas::check_name(std::string_view name) {
  if (is_name(name)) {
    return {};
  }
  const std::string found(name.substr(0, 2 * kNameMax));
  return failure(ErrorCode::BadInput,
                 {"\"" + found + "\" is no name for a schema", "“" + found + "”不能作为模式的名称"},
                 {"use 1 to 64 letters, digits, - and _, e.g. users",
                  "请用 1 到 64 个字母、数字、- 或 _，例如 users"});
}

std::filesystem::path SavedSchemas::path_of(std::string_view name) const {
  return folder_ / (std::string(name) + kEnding);
}

Result<bool> SavedSchemas::put(std::string_view name, const ingest::Schema& schema) const {
  TAGLINE_RETURN_IF_ERROR(check_name(name));
  TAGLINE_RETURN_IF_ERROR(ingest::check_schema(schema));
  TAGLINE_ASSIGN_OR_RETURN(const auto file, TemporaryFile::make(folder_));
  TAGLINE_RETURN_IF_ERROR(file->append(schema_to_json(schema) + "\n"));
  TAGLINE_RETURN_IF_ERROR(file->sync());
  std::error_code problem;
  const bool known = std::filesystem::exists(path_of(name), problem);
  std::filesystem::rename(file->path(), path_of(name), problem);
  if (problem) {
    const Text cause = system_reason(problem.value());
    return failure(ErrorCode::System,
                   {"the schema cannot be saved: " + cause.en, "无法保存模式：" + cause.zh});
  }
  return !known;
}

Result<ingest::Schema> SavedSchemas::get(std::string_view name) const {
  TAGLINE_RETURN_IF_ERROR(check_name(name));
  std::ifstream file(path_of(name));
  if (!file) {
    return not_found(name);
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return schema_from_json(text);
}

Status SavedSchemas::remove(std::string_view name) const {
  TAGLINE_RETURN_IF_ERROR(check_name(name));
  std::error_code problem;
  if (std::filesystem::remove(path_of(name), problem)) {
    return {};
  }
  if (problem) {
    const Text cause = system_reason(problem.value());
    return failure(ErrorCode::System,
                   {"the schema cannot be removed: " + cause.en, "无法删除模式：" + cause.zh});
  }
  return not_found(name);
}

std::vector<std::string> SavedSchemas::names() const {
  std::vector<std::string> names;
  std::error_code ignored;
  std::filesystem::directory_iterator files(folder_, ignored);
  while (!ignored && files != std::filesystem::directory_iterator()) {
    const std::filesystem::path path = files->path();
    if (path.extension() == kEnding && is_name(path.stem().string())) {
      names.push_back(path.stem().string());
    }
    files.increment(ignored);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tagline::server
