// What a Connection hands to the system at once.
#include "server/http/connection.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio.hpp>
#include <gtest/gtest.h>

namespace tagline::server {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

class ConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    Tcp::acceptor acceptor(context_, Tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    other_.connect(acceptor.local_endpoint());
    connection_ = std::make_unique<Connection>(acceptor.accept(), nullptr);
  }
  // How much of it one write takes.
  std::size_t write(const std::vector<std::string>& pieces) {
    std::vector<asio::const_buffer> buffers;
    for (const std::string& piece : pieces) {
      buffers.emplace_back(asio::buffer(piece));
    }
    std::size_t taken = 0;
    connection_->async_write_some(buffers,
                                  [&](const boost::system::error_code& problem, std::size_t bytes) {
                                    EXPECT_FALSE(problem) << problem.message();
                                    taken = bytes;
                                  });
    context_.run();
    context_.restart();
    return taken;
  }
  std::string read(std::size_t bytes) {
    std::string text(bytes, '\0');
    asio::read(other_, asio::buffer(text));
    return text;
  }

  asio::io_context context_;
  Tcp::socket other_{context_};
  std::unique_ptr<Connection> connection_;
};

TEST_F(ConnectionTest, ManySmallBuffersAreOneWrite) {
  std::vector<std::string> fields;
  std::string whole;
  for (int i = 0; i < 100; ++i) {
    fields.push_back(i % 7 == 0 ? "" : "Field-" + std::to_string(i) + ": value\r\n");
    whole += fields.back();
  }
  EXPECT_EQ(write(fields), whole.size());
  EXPECT_EQ(read(whole.size()), whole);
}

TEST_F(ConnectionTest, ALargeBodyFollowsItsHeader) {
  const std::string header(1'000, 'h');
  const std::string body(100'000, 'b');
  const std::size_t taken = write({header, body});
  ASSERT_GT(taken, header.size());
  EXPECT_EQ(read(taken), (header + body).substr(0, taken));
}

TEST_F(ConnectionTest, ALargeBufferIsWrittenFromWhereItIs) {
  const std::string body(20'000, 'b');
  const std::size_t taken = write({"", body, "and more"});
  EXPECT_EQ(taken, body.size());
  EXPECT_EQ(read(taken), body);
}

TEST_F(ConnectionTest, NothingIsWrittenAtOnce) {
  EXPECT_EQ(write({}), 0U);
  EXPECT_EQ(write({"", ""}), 0U);
}

TEST_F(ConnectionTest, ReadsIntoTheFirstBufferWithRoom) {
  asio::write(other_, asio::buffer("text", 4));
  std::string empty;
  std::string room(16, '\0');
  std::size_t got = 0;
  connection_->async_read_some(
      std::vector<asio::mutable_buffer>{asio::buffer(empty), asio::buffer(room)},
      [&](const boost::system::error_code& problem, std::size_t bytes) {
        EXPECT_FALSE(problem) << problem.message();
        got = bytes;
      });
  context_.run();
  EXPECT_EQ(room.substr(0, got), "text");
}

}  // namespace
}  // namespace tagline::server
