// Replies as bytes.
#include "server/http/whole_reply.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include <boost/asio/buffers_iterator.hpp>
#include <gtest/gtest.h>

namespace tagline::server {
namespace {

std::string text_of(const WholeReply& reply) {
  const auto left = reply.left();
  return {boost::asio::buffers_begin(left), boost::asio::buffers_end(left)};
}

// Without the Date, which is another each time.
std::string text_of(const ReplyFrame& frame, HttpReply answer) {
  std::string text = text_of(WholeReply(frame, "r1", std::move(answer)));
  const std::size_t date = text.find("Date: ");
  return text.erase(date, text.find("\r\n", date) + 2 - date);
}

HttpReply reply_of(unsigned status, const std::string& body) {
  HttpReply reply;
  reply.status = status;
  reply.body = body;
  reply.fields = {{"ETag", "\"1\""}};
  return reply;
}

TEST(WholeReplyText, SaysHowTheConnectionGoesOn) {
  const std::string start = "Server: tagline\r\nX-Request-Id: r1\r\nETag: \"1\"\r\n";
  const std::string end = "Content-Length: 2\r\n\r\n{}";
  EXPECT_EQ(text_of({11, true, false}, reply_of(200, "{}")), "HTTP/1.1 200 OK\r\n" + start + end);
  EXPECT_EQ(text_of({11, false, false}, reply_of(200, "{}")),
            "HTTP/1.1 200 OK\r\n" + start + "Connection: close\r\n" + end);
  EXPECT_EQ(text_of({10, true, false}, reply_of(200, "{}")),
            "HTTP/1.0 200 OK\r\n" + start + "Connection: keep-alive\r\n" + end);
  EXPECT_EQ(text_of({10, false, false}, reply_of(404, "{}")),
            "HTTP/1.0 404 Not Found\r\n" + start + end);
}

TEST(WholeReplyText, HasTheLengthThatIsKnown) {
  const std::string start = "Server: tagline\r\nX-Request-Id: r1\r\nETag: \"1\"\r\n";
  EXPECT_EQ(text_of({11, true, true}, reply_of(200, "{}")),
            "HTTP/1.1 200 OK\r\n" + start + "Content-Length: 2\r\n\r\n");
  EXPECT_EQ(text_of({11, true, false}, reply_of(200, "")),
            "HTTP/1.1 200 OK\r\n" + start + "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(text_of({11, true, false}, reply_of(304, "")),
            "HTTP/1.1 304 Not Modified\r\n" + start + "\r\n");
  EXPECT_EQ(text_of({11, true, false}, reply_of(204, "")),
            "HTTP/1.1 204 No Content\r\n" + start + "\r\n");
  HttpReply unmade = reply_of(200, "");
  unmade.pieces = [] { return Result<std::string>(); };
  EXPECT_EQ(text_of({11, true, true}, std::move(unmade)), "HTTP/1.1 200 OK\r\n" + start + "\r\n");
}

TEST(WholeReply, IsTakenInPartsOfAnySize) {
  for (const std::size_t bytes : {10U, 5'000U}) {
    for (const std::size_t step : {1U, 7U, 4'096U, 100'000U}) {
      WholeReply reply({11, true, false}, "r1", reply_of(200, std::string(bytes, 'b')));
      const std::string whole = text_of(reply);
      ASSERT_EQ(whole.size(), reply.size());
      std::string taken;
      while (!reply.is_taken()) {
        const std::string left = text_of(reply);
        ASSERT_EQ(taken + left, whole);
        const std::size_t size = std::min(step, left.size());
        taken += left.substr(0, size);
        reply.take(size);
      }
      EXPECT_EQ(taken, whole);
      EXPECT_TRUE(text_of(reply).empty());
    }
  }
}

}  // namespace
}  // namespace tagline::server
