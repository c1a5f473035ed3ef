// WholeReply: a reply whose body is there, as the bytes that go to the client. Private to
// server/http.
//
// Beast's own serializer takes an allocation and a buffer for each field, a third of the time of a
// kept count; it writes what is sent in pieces (http_session_replies.cc).
#pragma once

#include "server/http/http_message.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>

namespace tagline::server {

/// The Server field of all replies.
inline constexpr const char* kServerName = "tagline";

/// How a reply's connection goes on.
struct ReplyFrame {
  unsigned version = 11;  ///< of HTTP, as Beast counts: 10 or 11
  bool keep = false;      ///< another request may follow
  bool head = false;      ///< fields alone, as HEAD has it
};

class WholeReply {
 public:
  /// REQUIRES: no file. Of a body that HEAD does not make, and of 304, no length is told.
  WholeReply(const ReplyFrame& frame, std::string_view request_id, HttpReply answer);

  /// What has not been taken yet; a small body is one with its head.
  [[nodiscard]] std::array<boost::asio::const_buffer, 2> left() const;
  [[nodiscard]] std::size_t size() const { return head_.size() + body_.size(); }
  /// The first `bytes` of what was left are on their way.
  void take(std::size_t bytes) { taken_ += bytes; }
  [[nodiscard]] bool is_taken() const { return taken_ == size(); }

 private:
  std::string head_;
  std::string body_;
  std::size_t taken_ = 0;
};

}  // namespace tagline::server
