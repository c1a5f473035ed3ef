#include "server/api/route.h"

#include <string>

namespace tagline::server {

HttpReply refusal_of(const HttpRequest& request, unsigned status, std::uint64_t header_bytes_max,
                     std::uint64_t body_bytes_max, bool is_large, bool ending) {
  const std::string headers = std::to_string(header_bytes_max);
  const std::string bodies = std::to_string(body_bytes_max);
  switch (status) {
    case 400:
      return problem(
          request, status,
          bad_input("this is no HTTP/1.1 request that can be read", "无法解析为 HTTP/1.1 请求",
                    {"check the request line, the header fields and the body's length",
                     "请检查请求行、头字段和内容长度"}));
    case 408:
      return problem(request, status,
                     bad_input("the request did not arrive in time", "请求未能及时送达",
                               {"send it without pauses", "请不间断地发送"}));
    case 413:
      return problem(
          request, status,
          Error(
              ErrorCode::TooLarge,
              {"the body is larger than " + bodies + " bytes", "请求内容超过 " + bodies + " 字节"},
              is_large ? Text{"whoever runs the server can allow more", "服务器管理员可以放宽上限"}
                       : Text{"many ids go to POST /v1/segments/NAME/ids, rows to "
                              "POST /v1/load, which take much more",
                              "大量编号请发送到 POST /v1/segments/NAME/ids，数据行请发送"
                              "到 POST /v1/load，二者的上限大得多"}));
    case 431:
      return problem(request, status,
                     Error(ErrorCode::TooLarge,
                           {"the header is larger than " + headers + " bytes",
                            "请求头超过 " + headers + " 字节"},
                           {"send long expressions in the body of POST /v1/query",
                            "长表达式请放在 POST /v1/query 的内容里"}));
    case 503: {
      HttpReply reply = problem(
          request, status,
          ending ? Error(ErrorCode::Busy,
                         {"the server is ending; the request was not begun",
                          "服务器正在关闭；该请求尚未开始执行"},
                         {"send it again when the server is back, or to another one",
                          "请在服务器恢复后重新发送，或发送到另一台服务器"})
                 : Error(ErrorCode::Busy, {"too many requests are waiting", "等待处理的请求过多"},
                         {"try again in a second", "请一秒后重试"}));
      reply.set("Retry-After", "1");
      return reply;
    }
    case 507:
      return problem(
          request, status,
          Error(ErrorCode::DiskFull,
                {"the disk is full; nothing was changed", "磁盘已满；数据没有任何改变"},
                {"make room on it and send the request again", "请腾出磁盘空间后重新发送"}));
    default:
      return problem(
          request, status,
          Error(
              ErrorCode::Internal, {"the request could not be answered", "请求未能得到答复"},
              {"the server's log has request " + request.id, "服务器日志中有请求 " + request.id}));
  }
}

}  // namespace tagline::server
