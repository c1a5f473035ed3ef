#include "server/http/whole_reply.h"

#include "server/http/http_date.h"

#include <algorithm>
#include <utility>

#include <boost/beast/http/status.hpp>

namespace tagline::server {
namespace {

namespace http = boost::beast::http;

// A larger body is not copied behind its head.
constexpr std::size_t kCopiedBytes = 4096;
constexpr std::size_t kHeadBytes = 512;  // most are shorter
constexpr unsigned kNotModified = 304;
constexpr unsigned kNoContent = 204;
constexpr unsigned kFirstOfFinal = 200;

void put(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

bool has_length(const HttpReply& answer) {
  return !answer.stream && !answer.pieces && answer.status >= kFirstOfFinal &&
         answer.status != kNoContent && answer.status != kNotModified;
}

}  // namespace

WholeReply::WholeReply(const ReplyFrame& frame, std::string_view request_id, HttpReply answer) {
  const bool is_new = frame.version >= 11;
  const bool with_body = !frame.head && has_length(answer);
  const bool copied = with_body && answer.body.size() <= kCopiedBytes;
  head_.reserve(kHeadBytes + (copied ? answer.body.size() : 0));
  head_.append(is_new ? "HTTP/1.1 " : "HTTP/1.0 ").append(std::to_string(answer.status));
  head_ += ' ';
  const auto reason = http::obsolete_reason(http::int_to_status(answer.status));
  head_.append(reason.data(), reason.size()).append("\r\n");
  put(head_, "Server", kServerName);
  put(head_, "Date", http_date_now());
  put(head_, "X-Request-Id", request_id);
  for (const HttpField& field : answer.fields) {
    put(head_, field.name, field.value);
  }
  if (frame.keep != is_new) {  // else it is so by itself
    put(head_, "Connection", frame.keep ? "keep-alive" : "close");
  }
  if (has_length(answer)) {
    put(head_, "Content-Length", std::to_string(answer.body.size()));
  }
  head_ += "\r\n";
  if (copied) {
    head_ += answer.body;
  } else if (with_body) {
    body_ = std::move(answer.body);
  }
}

std::array<boost::asio::const_buffer, 2> WholeReply::left() const {
  const std::size_t of_head = std::min(taken_, head_.size());
  return {boost::asio::buffer(head_) + of_head, boost::asio::buffer(body_) + (taken_ - of_head)};
}

}  // namespace tagline::server
