#include "server/api/request_body.h"

#include "server/day_text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tagline::server {
namespace {

constexpr const char* kJson = "application/json";
// Beside the longest list of ids; a tree of them takes some ten times their text.
constexpr std::size_t kValuesMax = 2 * kBodyIdsMax;

HttpReply unsupported(const Call& call, Error error, const char* field, std::string allowed) {
  HttpReply reply = problem(call.request, 415, error);
  reply.set(field, std::move(allowed));
  return reply;
}

}  // namespace

std::string media_type(const HttpRequest& request) {
  const std::string_view field = request.field("Content-Type").value_or("");
  std::string type(field.substr(0, field.find(';')));
  while (!type.empty() && type.back() == ' ') {
    type.pop_back();
  }
  for (char& c : type) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return type;
}

std::optional<HttpReply> refuse_type(const Call& call,
                                     std::initializer_list<std::string_view> types) {
  if (std::find(types.begin(), types.end(), media_type(call.request)) != types.end()) {
    return std::nullopt;
  }
  std::string all;
  for (const std::string_view type : types) {
    all += (all.empty() ? "" : ", ") + std::string(type);
  }
  const std::string expected(*types.begin());
  const std::string found(call.request.field("Content-Type").value_or(""));
  return unsupported(
      call,
      bad_input(found.empty() ? "the body's content type is missing"
                              : "the body is \"" + found + "\", expected " + expected,
                found.empty() ? "缺少内容类型" : "内容类型为“" + found + "”，应为 " + expected,
                types.size() == 1 ? Text{"send Content-Type: " + all, "请发送 Content-Type: " + all}
                                  : Text{"send Content-Type: one of " + all,
                                         "请发送 Content-Type，取以下之一：" + all}),
      "Accept", all);
}

std::optional<HttpReply> read_body(const Call& call, const BodyReader& read,
                                   std::size_t depth_max) {
  return read_body(call, call.request.body, read, depth_max);
}

std::optional<HttpReply> read_body(const Call& call, std::string_view text, const BodyReader& read,
                                   std::size_t depth_max) {
  if (auto refused = refuse_type(call, {kJson}); refused.has_value()) {
    return refused;
  }
  if (const auto coding = call.request.field("Content-Encoding");
      coding.has_value() && *coding != "identity") {
    const std::string found(*coding);
    return unsupported(
        call,
        bad_input("the body is encoded as " + found, "内容以 " + found + " 编码",
                  {"send JSON without Content-Encoding", "请不带 Content-Encoding 发送 JSON"}),
        "Accept-Encoding", "identity");
  }
  std::optional<Error> fault;
  const auto json = parse_json(text, fault, {depth_max, kValuesMax});
  if (!fault.has_value()) {
    JsonReader reader(*json, "", fault);
    read(reader);
  }
  if (fault.has_value()) {
    // What is wrong with a body is not a schema's fault.
    const ErrorCode code =
        fault->code() == ErrorCode::TooLarge ? ErrorCode::TooLarge : ErrorCode::BadInput;
    return call.fail(Error(code, fault->message(), fault->faced_hint()));
  }
  return std::nullopt;
}

void require(JsonReader& reader, const char* key, const Text& expected) {
  if (!reader.failed() && !reader.has(key)) {
    reader.fail(key, "nothing", expected);
  }
}

void read_up_to(JsonReader& reader, const char* key, std::optional<std::uint64_t>& into,
                std::uint64_t most) {
  reader.read_whole(key, into);
  if (into.has_value() && (*into == 0 || *into > most)) {
    const std::string max = std::to_string(most);
    reader.fail(key, std::to_string(*into), {"1 to " + max, " 1 到 " + max + " 的整数"});
  }
}

void read_texts(JsonReader& reader, const char* key, std::vector<std::string>& into,
                std::size_t most) {
  const Json* list = reader.has(key) ? reader.array(key) : nullptr;
  if (list == nullptr) {
    return;
  }
  if (list->size() > most) {
    const std::string max = std::to_string(most);
    const std::string found = std::to_string(list->size());
    reader.fail(key, found + " texts", {"at most " + max, "不超过 " + max + " 个"});
    return;
  }
  reader.read_list(key, into);
}

void read_day(JsonReader& reader, const char* key, std::optional<std::chrono::sys_days>& into) {
  if (!reader.has(key)) {
    return;
  }
  std::string text;
  reader.read(key, text);
  if (const auto day = parse_day(text); day.has_value()) {
    into = day;
  } else {
    reader.fail(key, "\"" + text + "\"",
                {"a day of the years 1 to 9999, e.g. \"2026-01-31\"",
                 "公元 1 至 9999 年的日期，例如 \"2026-01-31\""});
  }
}

std::optional<HttpReply> refuse_encoding(const Call& call) {
  constexpr std::array<std::string_view, 5> kEncodings{"", "identity", "gzip", "zstd", "xz"};
  const std::string encoding(call.request.field("Content-Encoding").value_or(""));
  if (std::find(kEncodings.begin(), kEncodings.end(), encoding) != kEncodings.end()) {
    return std::nullopt;
  }
  return unsupported(
      call,
      bad_input("the body's encoding is \"" + encoding + "\", expected gzip or zstd",
                "内容编码为“" + encoding + "”，应为 gzip 或 zstd",
                {"send it as gzip, zstd or xz, or as it is", "请用 gzip、zstd 或 xz，或不压缩"}),
      "Accept-Encoding", "gzip, zstd, xz");
}

Result<std::shared_ptr<TemporaryFile>> file_of_body(const Call& call) {
  if (call.request.file != nullptr) {
    return call.request.file;
  }
  TAGLINE_ASSIGN_OR_RETURN(auto file, TemporaryFile::make(call.api.jobs->folder(), call.api.room));
  TAGLINE_RETURN_IF_ERROR(file->append(call.request.body));
  return file;
}

}  // namespace tagline::server
