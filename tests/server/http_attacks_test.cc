// Clients that mean harm, or look as if: over real sockets on loopback. Nobody else may notice
// them.
#include "tests/server/loopback.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

using Milliseconds = std::chrono::milliseconds;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

HttpReply echo(const HttpRequest& request, engine::Budget& /*budget*/) {
  return text_reply(request.method + " " + request.target + " " + request.body + ";");
}

const char* const kGet = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

void expect_answers(Running& server) {
  EXPECT_TRUE(has(Client(server->port()).send(kGet).read_all(), "GET /a ;"));
}

/// A byte a millisecond, until there is a reply or all are sent.
std::string trickle(Client& client, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes && !client.has_reply(Milliseconds(1)); ++i) {
    client.send("y");
  }
  return client.read_all();
}

// The time is of the whole header and the whole body: bytes that keep coming win none.
TEST(HttpAttacks, AHeaderThatTricklesIsGivenUp) {
  HttpOptions options;
  options.limits.header_time = Milliseconds(100);
  Running server(options, echo);
  Client client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX: ");
  const std::string all = trickle(client, 10'000);  // fewer than a header may have
  EXPECT_TRUE(has(all, "HTTP/1.1 408 ")) << all;
}

TEST(HttpAttacks, ABodyThatTricklesIsGivenUp) {
  HttpOptions options;
  options.limits.body_time = Milliseconds(100);
  Running server(options, echo);
  Client client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
  const std::string all = trickle(client, 10'000);
  EXPECT_TRUE(has(all, "HTTP/1.1 408 ")) << all;
}

TEST(HttpAttacks, ManyThatTrickleHinderNobody) {
  Running server({}, echo);
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(std::make_unique<Client>(server->port()));
    slow.back()->send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  }
  for (int round = 0; round < 5; ++round) {
    for (const auto& each : slow) {
      each->send("y");
    }
    expect_answers(server);
  }
}

TEST(HttpAttacks, AReplyThatNobodyTakesIsGivenUp) {
  HttpOptions options;
  options.limits.write_time = Milliseconds(50);
  const std::string large(20'000'000, 'z');
  Running server(options,
                 [&](const HttpRequest&, engine::Budget&) { return text_reply(large + "end"); });
  Client client(server->port(), 4096);
  client.send(kGet);
  client.read_until("zz");  // and no more
  while (server->figures().connections > 0) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(has(client.read_all(), "end"));
}

TEST(HttpAttacks, TenThousandBytesOfHeaderAreFineAndTenThousandFieldsAreNot) {
  Running server({}, echo);
  const std::string get = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
  const auto fields = [](int count) {
    std::string all;
    for (int i = 0; i < count; ++i) {
      all += "a:\r\n";
    }
    return all;
  };
  const auto ask = [&](const std::string& rest) {
    return Client(server->port()).send(get + rest + "\r\n").read_all();
  };
  EXPECT_TRUE(has(ask("X: " + std::string(10'000, 'x') + "\r\n"), "HTTP/1.1 200 "));
  EXPECT_TRUE(has(ask(fields(2'500)), "HTTP/1.1 200 "));
  EXPECT_TRUE(has(ask(fields(10'000)), "HTTP/1.1 431 "));
  EXPECT_TRUE(has(ask(fields(1'000'000)), "HTTP/1.1 431 "));
  EXPECT_TRUE(has(ask("X: " + std::string(1'000'000, 'x') + "\r\n"), "HTTP/1.1 431 "));
  const std::string target(20'000, 'x');
  EXPECT_TRUE(
      has(Client(server->port()).send("GET /" + target + " HTTP/1.1\r\nHost: x\r\n\r\n").read_all(),
          "HTTP/1.1 431 "));
  // As trailers they come after a body.
  EXPECT_TRUE(
      has(Client(server->port())
              .send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" +
                    fields(1'000'000) + "\r\n")
              .read_all(),
          "HTTP/1.1 431 "));
  expect_answers(server);
}

TEST(HttpAttacks, AThousandIdleConnectionsHinderNobody) {
  constexpr std::size_t kIdle = 1000;
  constexpr rlim_t kFiles = 2 * kIdle + 200;  // both ends are here
  rlimit files{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  if (files.rlim_cur < kFiles) {
    files.rlim_cur = kFiles;
    if (files.rlim_max < kFiles || setrlimit(RLIMIT_NOFILE, &files) != 0) {
      GTEST_SKIP() << "so many files may not be open here";
    }
  }
  Running server({}, echo);
  std::vector<std::unique_ptr<Client>> idle;
  for (std::size_t i = 0; i < kIdle; ++i) {
    idle.push_back(std::make_unique<Client>(server->port()));
  }
  while (server->figures().connections < kIdle) {
    std::this_thread::yield();
  }
  expect_answers(server);
  server.stop();
  for (const auto& each : idle) {
    EXPECT_EQ(each->read_all(), "");
  }
}

// A client that will send no more has not asked: what came is no request.
TEST(HttpAttacks, HalfARequestFromAHalfClosedClientIsNone) {
  std::atomic<int> asked{0};
  Running server({}, [&](const HttpRequest& request, engine::Budget& budget) {
    ++asked;
    return echo(request, budget);
  });
  for (const char* half :
       {"", "GET", "GET / HTTP/1.1\r\nHost: x\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
    Client client(server->port());
    client.send(half);
    client.half_close();
    EXPECT_FALSE(has(client.read_all(), " 200 ")) << half;  // and it ends at once
  }
  EXPECT_EQ(asked, 0);
  expect_answers(server);
}

// Of many that take a stream half reset it at different places; the others get it whole.
TEST(HttpAttacks, ResetsWithinStreamsLeaveNothingBehind) {
  HttpOptions options;
  options.io_threads = 2;
  options.workers = 4;
  constexpr int kPieces = 64;
  const std::string piece(64 * 1024, 'x');
  Running server(options, [&](const HttpRequest& request, engine::Budget&) {
    HttpReply reply;
    if (request.target == "/pieces") {
      reply.pieces = [&piece, i = 0]() mutable -> Result<std::string> {
        ++i;
        return i <= kPieces ? piece : i == kPieces + 1 ? "end" : "";
      };
    } else {
      reply.stream = [&piece](const BodySink& sink) {
        for (int i = 0; i < kPieces && sink(piece); ++i) {
        }
        sink("end");
      };
    }
    return reply;
  });
  std::vector<std::thread> clients;
  std::atomic<int> whole{0};
  constexpr int kClients = 32;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] {
      for (const char* target : {"/pieces", "/stream"}) {
        Client client(server->port());
        client.send(std::string("GET ") + target +
                    " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        if (i % 2 == 0) {
          whole += has(client.read_all(), "end") ? 1 : 0;
          continue;
        }
        client.read_until(i % 4 == 1 ? "\r\n\r\n"
                                     : std::string(static_cast<std::size_t>(i) * 1000, 'x'));
        client.reset();
      }
    });
  }
  for (std::thread& each : clients) {
    each.join();
  }
  EXPECT_EQ(whole, kClients);
  while (server->figures().running > 0 || server->figures().connections > 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(server->figures().queued, 0U);
}

}  // namespace
}  // namespace tagline::server
