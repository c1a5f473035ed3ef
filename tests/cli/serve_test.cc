// `tagline serve` as a process: over its socket, and told to end.
#include "tests/cli/program.h"

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

/// One request and its whole reply, on a connection of its own.
std::string talk(const std::string& url, const std::string& request) {
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string reply;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    static_cast<void>(::send(socket, request.data(), request.size(), MSG_NOSIGNAL));
    char bytes[4096];
    for (ssize_t size = 0; (size = ::recv(socket, bytes, sizeof(bytes), 0)) > 0;) {
      reply.append(bytes, static_cast<std::size_t>(size));
    }
  }
  ::close(socket);
  return reply;
}

std::string get(const std::string& url, const std::string& target) {
  return talk(url, "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
}

json body_of(const std::string& reply) {
  return json::parse(reply.substr(reply.find("\r\n\r\n") + 4));
}

class Serve : public testing::Test {
 protected:
  void SetUp() override {
    db_ = folder_.path("db");
    const std::string users =
        folder_.write("users.csv", "id,city,vip\nu1,a,yes\nu2,a,no\nu3,b,no\n");
    ASSERT_EQ(run_tagline({"load", "--db", db_, users}).status, 0);
  }
  TempFolder folder_;
  std::string db_;
};

TEST_F(Serve, AnswersWhileOthersWriteAndEndsWhenTold) {
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0", "--read-only"});
  const std::string url = server.line();
  ASSERT_EQ(url.substr(0, 17), "http://127.0.0.1:") << url;
  EXPECT_EQ(body_of(get(url, "/v1/count?q=city:a"))["count"], 2);
  // Another process loads; the next answer is of the new state, though answers are kept.
  const std::string more = folder_.write("more.csv", "id,city,vip\nu4,a,yes\n");
  ASSERT_EQ(run_tagline({"load", "--db", db_, more}).status, 0);
  EXPECT_EQ(body_of(get(url, "/v1/count?q=city:a"))["count"], 3);
  EXPECT_EQ(body_of(get(url, "/v1/status"))["population"], 4);
  EXPECT_EQ(body_of(get(url, "/v1/count?q=cty:a"))["code"], "unknown-tag");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Serve, WhereItCannotListenItSaysSo) {
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0", "--read-only"});
  const std::string url = server.line();
  const std::string taken = url.substr(7);
  const Outcome second = run_tagline({"serve", "--db", db_, "--listen", taken, "--read-only"});
  EXPECT_EQ(second.status, 3);
  EXPECT_NE(second.err.find("cannot listen on " + taken), std::string::npos) << second.err;
  EXPECT_NE(second.err.find("--listen"), std::string::npos);
  server.signal(SIGINT);
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Serve, AddressesAreChecked) {
  for (const char* listen : {"host:http", "127.0.0.1:70000", "::1:80", "1.2.3.4:", "80 80"}) {
    const Outcome run = run_tagline({"serve", "--db", db_, "--listen", listen});
    EXPECT_EQ(run.status, 2) << listen;
    EXPECT_NE(run.err.find("ADDRESS:PORT"), std::string::npos) << run.err;
  }
  // Numbers out of range, in words.
  for (const auto& [option, value, words] :
       {std::array{"--workers", "0", "--workers is a number from 1 to 96, not 0"},
        std::array{"--cache", "-1", "--cache is a plain number, not -1"},
        std::array{"--timeout", "0", "--timeout is a number of seconds from 0.001 to 86400, not 0"},
        std::array{"--memory", "0", "--memory is a number of MiB from 1 to 16777216, not 0"}}) {
    const Outcome run = run_tagline({"serve", "--db", db_, option, value});
    EXPECT_EQ(run.status, 2) << option;
    EXPECT_NE(run.err.find(words), std::string::npos) << run.err;
  }
  const Outcome none = run_tagline({"serve", "--db", folder_.path("none")});
  EXPECT_EQ(none.status, 3);
  EXPECT_EQ(none.out, "");
}

}  // namespace
}  // namespace tagline::tests
