// Replies in pieces, over real sockets: who is slow keeps nobody, and what is not whole does not
// look so.
#include "tests/server/loopback.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const char* const kGet = "GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n";
const char* const kOther = "GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const char* const kLastChunk = "\r\n0\r\n\r\n";

/// A reply of pieces made by make(i), i from 0.
template <class Make>
HttpReply in_pieces(Make make) {
  HttpReply reply;
  reply.pieces = [make, i = 0]() mutable -> Result<std::string> { return make(i++); };
  return reply;
}

Result<std::string> three(int i) {
  return i < 3 ? "piece" + std::to_string(i) + "\n" : std::string();
}

Result<std::string> broken(int i) {
  if (i == 2) {
    return failure(ErrorCode::Corrupt, {"broken", "损坏"});
  }
  return "piece" + std::to_string(i) + "\n";
}

/// More than all buffers on the way hold.
Result<std::string> endless(int /*i*/) {
  return std::string(64 * 1024, 'x');
}

TEST(HttpPieces, ComeInOrderAndTheConnectionGoesOn) {
  Running server({}, [](const HttpRequest&, engine::Budget&) { return in_pieces(three); });
  Client client(server->port());
  client.send(kGet);
  const std::string first = client.read_until(kLastChunk);
  EXPECT_TRUE(has(first, "Transfer-Encoding: chunked")) << first;
  EXPECT_TRUE(has(first, "7\r\npiece0\n\r\n7\r\npiece1\n\r\n7\r\npiece2\n\r\n0\r\n\r\n")) << first;
  client.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = client.read_all();
  EXPECT_EQ(all.find(kLastChunk, first.size()), all.size() - std::string(kLastChunk).size());
  EXPECT_FALSE(client.was_reset());
}

TEST(HttpPieces, WithoutChunksTheEndOfTheConnectionEndsThem) {
  Running server({}, [](const HttpRequest&, engine::Budget&) { return in_pieces(three); });
  Client client(server->port());
  const std::string all = client.send("GET /a HTTP/1.0\r\n\r\n").read_all();
  EXPECT_TRUE(has(all, "\r\n\r\npiece0\npiece1\npiece2\n")) << all;
  EXPECT_FALSE(client.was_reset());
}

TEST(HttpPieces, WhatBreaksOffIsNotTakenForTheWhole) {
  Running server({}, [](const HttpRequest&, engine::Budget&) { return in_pieces(broken); });
  Client chunked(server->port());
  const std::string some = chunked.send(kGet).read_all();
  EXPECT_TRUE(has(some, "piece1")) << some;
  EXPECT_FALSE(has(some, kLastChunk)) << some;
  // Here only a reset tells it from the end.
  Client plain(server->port());
  plain.send("GET /a HTTP/1.0\r\n\r\n").read_all();
  EXPECT_TRUE(plain.was_reset());
}

TEST(HttpPieces, AThrowingPieceBreaksOffToo) {
  Running server({}, [](const HttpRequest&, engine::Budget&) {
    return in_pieces(
        [](int i) -> Result<std::string> { return i == 0 ? "piece0\n" : throw std::bad_alloc(); });
  });
  const std::string some = Client(server->port()).send(kGet).read_all();
  EXPECT_TRUE(has(some, "piece0")) << some;
  EXPECT_FALSE(has(some, kLastChunk)) << some;
}

TEST(HttpPieces, AStreamThatThrowsBreaksOffToo) {
  Running server({}, [](const HttpRequest&, engine::Budget&) {
    HttpReply reply;
    reply.stream = [](const BodySink& sink) {
      sink("piece0\n");
      throw std::bad_alloc();
    };
    return reply;
  });
  const std::string some = Client(server->port()).send(kGet).read_all();
  EXPECT_TRUE(has(some, "piece0")) << some;
  EXPECT_FALSE(has(some, kLastChunk)) << some;
  Client plain(server->port());
  plain.send("GET /a HTTP/1.0\r\n\r\n").read_all();
  EXPECT_TRUE(plain.was_reset());
}

TEST(HttpPieces, WhatBecameOfThemIsToldOnce) {
  std::atomic<int> whole{0};
  std::atomic<int> broken_off{0};
  Running server(
      {},
      [](const HttpRequest& request, engine::Budget&) {
        if (request.target == "/thrown") {
          HttpReply reply;
          reply.stream = [](const BodySink& sink) {
            sink("piece0\n");
            throw std::bad_alloc();
          };
          return reply;
        }
        return request.target == "/pieces" ? in_pieces(broken) : in_pieces(three);
      },
      {},
      [&](const HttpRequest&, const HttpOutcome& outcome) {
        ++(outcome.written ? whole : broken_off);
      });
  Client(server->port()).send(kGet).read_all();
  Client(server->port()).send(kOther).read_all();
  Client(server->port()).send("GET /thrown HTTP/1.1\r\nHost: x\r\n\r\n").read_all();
  server.stop();
  EXPECT_EQ(whole, 1);
  EXPECT_EQ(broken_off, 2);
}

TEST(HttpPieces, HeadHasNeitherBodyNorLengthAndMakesNone) {
  std::atomic<int> made{0};
  Running server({}, [&](const HttpRequest&, engine::Budget&) {
    return in_pieces([&](int i) {
      ++made;
      return three(i);
    });
  });
  Client client(server->port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_FALSE(has(head, "Content-Length")) << head;
  client.send("HEAD /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");  // it went on
  EXPECT_EQ(client.read_all().find("\r\n\r\n", head.size()) + 4, client.read_all().size());
  EXPECT_EQ(made, 0);
}

TEST(HttpPieces, A304HasNoLength) {
  Running server({}, [](const HttpRequest&, engine::Budget&) { return text_reply("", 304); });
  Client client(server->port());
  client.send(kGet);
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_TRUE(has(head, "304 Not Modified")) << head;
  EXPECT_FALSE(has(head, "Content-Length")) << head;
  client.send(kOther);
  EXPECT_TRUE(has(client.read_all().substr(head.size()), "304"));
}

TEST(HttpPieces, AClientThatTakesNothingKeepsNoWorker) {
  HttpOptions options;
  options.workers = 1;
  Running server(options, [](const HttpRequest& request, engine::Budget&) {
    return request.target == "/pieces" ? in_pieces(endless) : text_reply("other");
  });
  Client slow(server->port(), 4096);
  slow.send(kGet);
  slow.read_until("\r\n\r\n");
  // Whatever fits into the buffers on the way is written; then the one worker is idle.
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(has(Client(server->port()).send(kOther).read_all(), "other"));
  }
  while (server->figures().running != 0) {
    std::this_thread::yield();
  }
  slow.reset();
}

TEST(HttpPieces, TheDeadlineEndsThemHoweverSlowTheClientIs) {
  Running server({}, [](const HttpRequest&, engine::Budget& budget) {
    budget.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
    return in_pieces(endless);
  });
  for (const char* request : {kGet, "GET /pieces HTTP/1.0\r\n\r\n"}) {
    Client slow(server->port(), 4096);
    slow.send(request);
    slow.read_until("\r\n\r\n");
    while (server->figures().connections != 0) {
      std::this_thread::yield();
    }
    EXPECT_FALSE(has(slow.read_all(), kLastChunk));
    EXPECT_TRUE(request == kGet || slow.was_reset());
  }
}

TEST(HttpPieces, AClientThatIsGoneEndsThem) {
  std::atomic<int> made{0};
  Running server({}, [&](const HttpRequest&, engine::Budget&) {
    return in_pieces([&](int i) {
      ++made;
      return endless(i);
    });
  });
  Client client(server->port());
  client.send(kGet).read_until("xxxx");
  client.reset();
  while (server->figures().connections != 0) {
    std::this_thread::yield();
  }
  EXPECT_GT(made, 0);
}

TEST(HttpPieces, AHalfClosedClientGetsThemAll) {
  HttpOptions options;
  options.limits.half_closed_time = std::chrono::milliseconds(1);
  std::atomic<bool> closed{false};
  Running server(options, [&](const HttpRequest&, engine::Budget&) {
    return in_pieces([&](int i) {
      // Long after it could have been taken for gone.
      for (const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
           i > 0 && (!closed || std::chrono::steady_clock::now() < until);) {
        std::this_thread::yield();
      }
      return three(i);
    });
  });
  Client client(server->port());
  client.send(kGet).read_until("piece0");
  client.half_close();
  closed = true;
  EXPECT_TRUE(has(client.read_all(), kLastChunk));
}

TEST(HttpPieces, StopWaitsForThemAndThenCancelsThem) {
  HttpOptions options;
  options.limits.shutdown_time = std::chrono::milliseconds(20);
  Running server(options, [](const HttpRequest&, engine::Budget&) { return in_pieces(endless); });
  Client client(server->port());
  client.send(kGet).read_until("xxxx");
  std::thread stopping([&] { server.stop(); });
  EXPECT_FALSE(has(client.read_all(), kLastChunk));
  stopping.join();
}

}  // namespace
}  // namespace tagline::server
