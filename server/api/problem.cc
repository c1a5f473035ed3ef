#include "server/api/problem.h"

#include "server/diagnostic_json.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace tagline::server {
namespace {

constexpr unsigned kUnprocessable = 422;

const char* title_of(unsigned status, bool chinese) {
  switch (status) {
    case 400:
      return chinese ? "请求有误" : "Bad Request";
    case 401:
      return chinese ? "需要密钥" : "Unauthorized";
    case 403:
      return chinese ? "没有权限" : "Forbidden";
    case 404:
      return chinese ? "未找到" : "Not Found";
    case 405:
      return chinese ? "不支持该方法" : "Method Not Allowed";
    case 406:
      return chinese ? "没有所要的格式" : "Not Acceptable";
    case 408:
      return chinese ? "请求超时" : "Request Timeout";
    case 409:
      return chinese ? "与现状冲突" : "Conflict";
    case 410:
      return chinese ? "已失效" : "Gone";
    case 412:
      return chinese ? "已被他人改动" : "Precondition Failed";
    case 413:
      return chinese ? "内容过大" : "Content Too Large";
    case 415:
      return chinese ? "不支持的内容类型" : "Unsupported Media Type";
    case 421:
      return chinese ? "主机名不符" : "Misdirected Request";
    case kUnprocessable:
      return chinese ? "内容无法处理" : "Unprocessable Content";
    case 429:
      return chinese ? "请求过于频繁" : "Too Many Requests";
    case 431:
      return chinese ? "请求头过大" : "Request Header Fields Too Large";
    case 501:
      return chinese ? "尚未支持" : "Not Implemented";
    case 503:
      return chinese ? "暂时繁忙" : "Service Unavailable";
    case 504:
      return chinese ? "超过时限" : "Gateway Timeout";
    case 507:
      return chinese ? "磁盘已满" : "Insufficient Storage";
    default:
      return chinese ? "服务器内部错误" : "Internal Server Error";
  }
}

HttpReply reply_of(const HttpRequest& request, unsigned status, FaultWords fault) {
  const bool chinese = wants_chinese(request);
  Json body{{"type", "about:blank"}, {"title", title_of(status, chinese)}, {"status", status}};
  body.update(fault_json(std::move(fault),
                         chinese ? dsl::Language::Chinese : dsl::Language::English, Face::Http));
  body["request_id"] = request.id;
  HttpReply reply;
  reply.status = status;
  reply.set("Content-Type", "application/problem+json");
  reply.set("Content-Language", chinese ? "zh-CN" : "en");
  reply.set("Vary", "Accept-Language");
  reply.body = dump(body) + "\n";
  return reply;
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// "zh-CN;q=0.8": 800 thousandths. RFC 9110 allows three decimals.
unsigned weight_of(std::string_view parameters) {
  const std::size_t at = parameters.find("q=");
  if (at == std::string_view::npos) {
    return 1000;
  }
  std::string_view text = parameters.substr(at + 2);
  unsigned whole = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (problem != std::errc() || whole > 1) {
    return 0;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  unsigned thousandths = whole * 1000;
  unsigned place = 100;
  for (std::size_t i = 1; !text.empty() && text.front() == '.' && i < text.size() && place > 0;
       ++i, place /= 10) {
    if (text[i] < '0' || text[i] > '9') {
      break;
    }
    thousandths += static_cast<unsigned>(text[i] - '0') * place;
  }
  return std::min(thousandths, 1000U);
}

}  // namespace

unsigned http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::Unauthorized:
      return 401;
    case ErrorCode::Forbidden:
      return 403;
    case ErrorCode::NotFound:
      return 404;
    case ErrorCode::BadInput:
    case ErrorCode::BadSchema:
    case ErrorCode::BadCursor:
      return 400;
    case ErrorCode::SchemaConflict:
    case ErrorCode::InUse:
    case ErrorCode::ReadOnly:
    case ErrorCode::Cancelled:
      return 409;
    case ErrorCode::CursorExpired:
    case ErrorCode::NotKept:
      return 410;
    case ErrorCode::TooManyRejects:
    case ErrorCode::TooLarge:
      return kUnprocessable;
    case ErrorCode::RateLimited:
      return 429;
    case ErrorCode::Unsupported:
      return 501;
    case ErrorCode::Busy:
      return 503;
    case ErrorCode::DeadlineExceeded:
      return 504;
    case ErrorCode::DiskFull:
      return 507;
    case ErrorCode::WrongFormat:
    case ErrorCode::Corrupt:
    case ErrorCode::System:
    case ErrorCode::Internal:
      return 500;
  }
  return 500;
}

HttpReply problem(const HttpRequest& request, unsigned status, std::string_view code,
                  const Error& error) {
  return reply_of(request, status,
                  {std::string(code), error.message(), error.faced_hint(), Json::array()});
}

HttpReply problem(const HttpRequest& request, unsigned status, const Error& error) {
  return problem(request, status, wire_name(error.code()), error);
}

HttpReply problem(const HttpRequest& request, const Error& error) {
  return problem(request, http_status(error.code()), error);
}

HttpReply problem(const HttpRequest& request, const Refusal& refusal, std::string_view expression) {
  if (refusal.error.has_value() && refusal.changed) {
    constexpr unsigned kPreconditionFailed = 412;
    return reply_of(
        request, kPreconditionFailed,
        {"changed", refusal.error->message(), refusal.error->faced_hint(), Json::array()});
  }
  if (refusal.error.has_value()) {
    return problem(request, *refusal.error);
  }
  return reply_of(
      request, kUnprocessable,
      fault_of(refusal.diagnostics, refusal.text.has_value() ? *refusal.text : expression));
}

bool wants_chinese(const HttpRequest& request) {
  std::string_view list = request.field("Accept-Language").value_or("");
  unsigned chinese = 0;
  unsigned english = 0;
  std::size_t place = 0;
  std::size_t chinese_at = 0;
  std::size_t english_at = 0;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view range = trimmed(list.substr(0, comma));
    const std::string_view name = trimmed(range.substr(0, range.find(';')));
    const unsigned weight = weight_of(range);
    const bool zh = name.substr(0, 2) == "zh" || name.substr(0, 2) == "ZH";
    const bool en = name.substr(0, 2) == "en" || name.substr(0, 2) == "EN";
    if (zh && weight > chinese) {
      chinese = weight;
      chinese_at = place;
    } else if (en && weight > english) {
      english = weight;
      english_at = place;
    }
    ++place;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return chinese > english || (chinese == english && chinese > 0 && chinese_at < english_at);
}

}  // namespace tagline::server
