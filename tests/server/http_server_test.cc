// Over real sockets on loopback, any free port, no sleeps: what has to happen later is waited for.
#include "server/http/http_server.h"

#include "tests/server/loopback.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

HttpReply echo(const HttpRequest& request, engine::Budget& /*budget*/) {
  return text_reply(request.method + " " + request.target + " " + request.body + ";");
}

/// A door that handlers wait at.
class Door {
 public:
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_for(int arrived) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= arrived; });
  }

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};

// A handler that runs until its budget is cancelled: the test ends only if it is.
HttpReply until_cancelled(engine::Budget& budget) {
  while (budget.check().has_value()) {
    std::this_thread::yield();
  }
  return text_reply("cancelled");
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(HttpServer, KeepsAConnectionAndAnswersInOrder) {
  Running server({}, echo);
  Client client(server->port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(has(client.read_until("GET /a ;"), "200 OK"));
  // Two at once, one with a body.
  client.send(
      "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz"
      "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = client.read_all();
  EXPECT_LT(all.find("POST /b xyz;"), all.find("GET /c ;"));
  EXPECT_TRUE(has(all, "GET /c ;"));
}

TEST(HttpServer, EmptyLinesBeforeARequestArePassedOver) {
  Running server({}, echo);
  Client client(server->port());
  client.send("\r\nPOST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb\r\n");
  EXPECT_TRUE(has(client.read_until("POST /a b;"), "200 OK"));
  client.send("\r\nGET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = client.read_all();
  EXPECT_TRUE(has(all, "GET /c ;"));
  EXPECT_FALSE(has(all, "refused"));
}

TEST(HttpServer, SaysWhatBecameOfEveryRequest) {
  std::mutex mutex;
  std::vector<std::pair<std::string, HttpOutcome>> outcomes;
  Running server(
      {}, echo,
      [](const HttpRequest& request) {
        return request.target == "/quick" ? std::optional(text_reply("quick")) : std::nullopt;
      },
      [&](const HttpRequest& request, const HttpOutcome& outcome) {
        const std::lock_guard lock(mutex);
        outcomes.emplace_back(request.target, outcome);
      });
  Client client(server->port());
  const std::string post = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  const std::string read = client.send(post).read_until("POST /a abc;");
  client.send("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n").read_until("quick");
  client.send("nonsense\r\n\r\n").read_all();
  server.stop();
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_EQ(outcomes[0].first, "/a");
  EXPECT_EQ(outcomes[0].second.status, 200U);
  EXPECT_EQ(outcomes[0].second.received, post.size());
  EXPECT_EQ(outcomes[0].second.sent, read.size());
  EXPECT_TRUE(outcomes[0].second.waited.has_value());
  EXPECT_TRUE(outcomes[0].second.written);
  EXPECT_FALSE(outcomes[1].second.waited.has_value());
  EXPECT_FALSE(outcomes[1].second.refused);
  EXPECT_EQ(outcomes[2].second.status, 400U);
  EXPECT_TRUE(outcomes[2].second.refused);
}

TEST(HttpServer, ReadsChunkedBodiesAndContinues) {
  Running server({}, echo);
  Client client(server->port());
  client.send(
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n"
      "Connection: close\r\n\r\n");
  EXPECT_TRUE(has(client.read_until("\r\n\r\n"), "100 Continue"));
  client.send("2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
  EXPECT_TRUE(has(client.read_all(), "POST / abcde;"));
}

TEST(HttpServer, HeadHasTheLengthAndNoBody) {
  Running server({}, echo);
  Client client(server->port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = client.read_all();
  EXPECT_TRUE(has(all, "Content-Length: 9\r\n")) << all;
  EXPECT_EQ(all.substr(all.size() - 4), "\r\n\r\n");
}

TEST(HttpServer, RequestsHaveAnId) {
  Running server({}, echo);
  Client client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine-1\r\n\r\n");
  EXPECT_TRUE(has(client.read_until(";"), "X-Request-Id: mine-1\r\n"));
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: a b\r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(has(client.read_all(), "X-Request-Id: a b"));
}

TEST(HttpServer, TooMuchIsToldSo) {
  HttpOptions options;
  options.limits.body_bytes = 100;
  options.limits.header_bytes = 1000;
  Running server(options, echo);
  const std::string long_field = "X: " + std::string(10'000, 'x') + "\r\n";
  EXPECT_TRUE(has(
      Client(server->port()).send("GET / HTTP/1.1\r\nHost: x\r\n" + long_field + "\r\n").read_all(),
      "HTTP/1.1 431 "));
  EXPECT_TRUE(has(
      Client(server->port())
          .send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'))
          .read_all(),
      "HTTP/1.1 413 "));
  // Nothing says how long it is.
  std::string chunks;
  for (int i = 0; i < 1000; ++i) {
    chunks += "a\r\n0123456789\r\n";
  }
  EXPECT_TRUE(
      has(Client(server->port())
              .send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
              .read_all(),
          "HTTP/1.1 413 "));
}

TEST(HttpServer, WhatIsNoHttpIsToldSo) {
  Running server({}, echo);
  for (const char* bytes :
       {"\x16\x03\x01 hello\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"}) {
    EXPECT_TRUE(has(Client(server->port()).send(bytes).read_all(), " 400 ")) << bytes;
  }
}

// Neither chunk extensions nor trailers count as body, and headers are over by then.
TEST(HttpServer, WhatComesBesideChunksIsBounded) {
  Running server({}, echo);
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string endless(200'000, 'y');
  for (const std::string& rest : {"5;a=\"" + endless, "0\r\nX: " + endless,
                                  "0\r\nX: " + std::string(65'534, 'y') + "\r\n\r\n"}) {
    const std::string all = Client(server->port()).send(head + rest).read_all();
    EXPECT_TRUE(has(all, "HTTP/1.1 431 ")) << all;
  }
  EXPECT_TRUE(has(Client(server->port()).send(head + "0\r\nContent-Length: 5\r\n\r\n").read_all(),
                  "HTTP/1.1 400 "));
  // It goes on for others.
  EXPECT_TRUE(has(Client(server->port())
                      .send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                      .read_all(),
                  "GET /a ;"));
}

// A body whose end is in doubt would let what it holds pass for another request.
TEST(HttpServer, BodiesAreFramedBeyondDoubt) {
  Running server({}, echo);
  const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const char* encoding : {"identity", "gzip", "chunked, gzip", "gzip, chunked", "xchunked"}) {
    const std::string all =
        Client(server->port())
            .send(std::string("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: ") + encoding +
                  "\r\n\r\n" + hidden)
            .read_all();
    EXPECT_TRUE(has(all, " 400 ")) << encoding;
    EXPECT_FALSE(has(all, "hidden")) << encoding;
  }
  EXPECT_TRUE(has(Client(server->port()).send("GET / HTTP/1.1\r\n\r\n").read_all(), " 400 "));
  EXPECT_TRUE(
      has(Client(server->port()).send("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n").read_all(),
          " 400 "));
}

TEST(HttpServer, AProxysTargetIsUnderstood) {
  Running server({}, echo);
  Client client(server->port());
  client.send(
      "GET http://x:80/a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET http://x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = client.read_all();
  EXPECT_TRUE(has(all, "GET /a?b=1 ;"));
  EXPECT_TRUE(has(all, "GET / ;"));
}

TEST(HttpServer, ARefusalToHeadHasNoBody) {
  Running server({}, echo);
  const std::string all =
      Client(server->port())
          .send("HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
          .read_all();
  EXPECT_TRUE(has(all, " 413 "));
  EXPECT_EQ(all.substr(all.size() - 4), "\r\n\r\n");
}

// Unread requests behind the last reply must not cost its end.
TEST(HttpServer, TheLastReplyArrivesWhole) {
  const std::string large(2'000'000, 'z');
  Running server({},
                 [&](const HttpRequest&, engine::Budget&) { return text_reply(large + "end"); });
  Client client(server->port());
  std::string requests = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  for (int i = 0; i < 1000; ++i) {
    requests += "GET /more HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  client.send(requests);
  const std::string all = client.read_all();
  EXPECT_EQ(all.substr(all.size() - 4), "zend") << all.size();
}

TEST(HttpServer, ASecondRequestDoesNotHideThatTheClientIsGone) {
  HttpOptions options;
  options.workers = 1;
  options.limits.half_closed_time = std::chrono::milliseconds(10);
  Door door;
  door.open();
  Running server(options, [&](const HttpRequest& request, engine::Budget& budget) {
    door.pass();
    return request.target == "/wait" ? until_cancelled(budget) : echo(request, budget);
  });
  Client client(server->port());
  client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  door.wait_for(1);
  client.close();
  EXPECT_TRUE(has(Client(server->port())
                      .send("GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                      .read_all(),
                  "GET /next ;"));
}

TEST(HttpServer, ManyIoThreadsStopTogether) {
  HttpOptions options;
  options.io_threads = 4;
  for (int round = 0; round < 5; ++round) {
    Running server(options, echo);
    std::vector<std::unique_ptr<Client>> idle;
    for (int i = 0; i < 100; ++i) {
      idle.push_back(std::make_unique<Client>(server->port()));
    }
    idle.back()->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").read_until(";");
    server.stop();
  }
}

TEST(HttpServer, SlowClientsAreGivenUp) {
  HttpOptions options;
  options.limits.header_time = std::chrono::milliseconds(50);
  options.limits.body_time = std::chrono::milliseconds(50);
  Running server(options, echo);
  EXPECT_TRUE(has(Client(server->port()).send("GET / HT").read_all(), "HTTP/1.1 408 "));
  EXPECT_TRUE(has(Client(server->port())
                      .send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
                      .read_all(),
                  "HTTP/1.1 408 "));
  EXPECT_EQ(Client(server->port()).read_all(), "");  // one that says nothing
}

TEST(HttpServer, AHalfClosedClientIsAnswered) {
  Running server({}, echo);
  Client client(server->port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  client.half_close();
  EXPECT_TRUE(has(client.read_all(), "GET /a ;"));
}

TEST(HttpServer, AClientThatGoesAwayCancelsItsQuery) {
  HttpOptions options;
  options.workers = 1;
  options.limits.half_closed_time = std::chrono::milliseconds(10);
  Door door;
  door.open();
  Running server(options, [&](const HttpRequest& request, engine::Budget& budget) {
    door.pass();
    return request.target == "/wait" ? until_cancelled(budget) : echo(request, budget);
  });
  int asked = 0;
  for (const bool by_reset : {true, false}) {
    Client client(server->port());
    client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    door.wait_for(++asked);
    if (by_reset) {
      client.reset();
    } else {
      client.close();
    }
    // The one worker is free again.
    Client next(server->port());
    next.send("GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(has(next.read_all(), "GET /next ;"));
    ++asked;
  }
}

TEST(HttpServer, AFullQueueIsBusyAndHealthIsNot) {
  HttpOptions options;
  options.workers = 1;
  options.limits.queued = 1;
  Door door;
  Running server(
      options,
      [&](const HttpRequest& request, engine::Budget& budget) {
        door.pass();
        return echo(request, budget);
      },
      [](const HttpRequest& request) {
        return request.target == "/healthz" ? std::optional(text_reply("healthy")) : std::nullopt;
      });
  const std::string get = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  Client running(server->port());
  running.send(get);
  door.wait_for(1);
  // Of two more one waits and the other is refused, whichever comes first.
  Client second(server->port());
  Client third(server->port());
  second.send(get);
  third.send(get);
  Client health(server->port());
  health.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(health.read_all(), "healthy"));
  while (server->figures().refused_busy == 0) {
    std::this_thread::yield();
  }
  door.open();
  EXPECT_TRUE(has(running.read_all(), "GET /a ;"));
  const std::string both = second.read_all() + third.read_all();
  EXPECT_TRUE(has(both, "GET /a ;")) << both;
  EXPECT_TRUE(has(both, "HTTP/1.1 503 ")) << both;
  EXPECT_TRUE(has(both, "Retry-After: 1\r\n")) << both;
}

TEST(HttpServer, ExpressRequestsAreAnsweredWhileAllWorkersAreBusyAndTheQueueIsFull) {
  HttpOptions options;
  options.workers = 1;
  options.limits.queued = 1;
  Door door;
  HttpHandlers handlers;
  handlers.answer = [&](const HttpRequest& request, engine::Budget& budget) {
    if (request.target != "/express") {
      door.pass();
    }
    return echo(request, budget);
  };
  handlers.refuse = [](const HttpRequest&, unsigned status) { return text_reply("no", status); };
  handlers.express = [](const HttpRequest& request) { return request.target == "/express"; };
  Running server(options, std::move(handlers));
  const auto get = [](const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  };
  Client running(server->port());
  running.send(get("/a"));
  door.wait_for(1);
  Client waiting(server->port());
  waiting.send(get("/b"));
  while (server->figures().queued == 0) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(has(Client(server->port()).send(get("/c")).read_all(), "HTTP/1.1 503 "));
  EXPECT_TRUE(has(Client(server->port()).send(get("/express")).read_all(), "GET /express ;"));
  door.open();
  EXPECT_TRUE(has(running.read_all(), "GET /a ;"));
  EXPECT_TRUE(has(waiting.read_all(), "GET /b ;"));
}

TEST(HttpServer, WhatAHandlerThrowsIsA500) {
  Running server({},
                 [](const HttpRequest&, engine::Budget&) -> HttpReply { throw std::bad_alloc(); });
  EXPECT_TRUE(has(Client(server->port())
                      .send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                      .read_all(),
                  "HTTP/1.1 500 "));
}

TEST(HttpServer, StreamsPieceByPiece) {
  Running server({}, [](const HttpRequest&, engine::Budget&) {
    HttpReply reply;
    reply.stream = [](const BodySink& sink) {
      for (int i = 0; i < 3 && sink("piece" + std::to_string(i) + "\n"); ++i) {
      }
    };
    return reply;
  });
  Client client(server->port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string chunked = client.read_until("0\r\n\r\n");
  EXPECT_TRUE(has(chunked, "7\r\npiece0\n\r\n7\r\npiece1\n\r\n7\r\npiece2\n\r\n0\r\n\r\n"))
      << chunked;
  // The connection goes on.
  client.send("GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  client.read_all();
  // Without chunks the end of the connection is the end of the body.
  const std::string plain = Client(server->port()).send("GET /a HTTP/1.0\r\n\r\n").read_all();
  EXPECT_TRUE(has(plain, "\r\n\r\npiece0\npiece1\npiece2\n")) << plain;
}

TEST(HttpServer, AStreamWhoseClientIsGoneEnds) {
  std::atomic<bool> ended{false};
  HttpOptions options;
  Running server(options, [&](const HttpRequest&, engine::Budget&) {
    HttpReply reply;
    reply.stream = [&](const BodySink& sink) {
      const std::string piece(64 * 1024, 'x');
      while (sink(piece)) {
      }
      ended = true;
    };
    return reply;
  });
  Client client(server->port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  client.read_until("xxxx");
  client.reset();
  while (!ended) {
    std::this_thread::yield();
  }
}

TEST(HttpServer, StopFinishesWhatIsBeingAnswered) {
  HttpOptions options;
  options.workers = 1;
  Door door;
  Running server(options, [&](const HttpRequest& request, engine::Budget& budget) {
    door.pass();
    return echo(request, budget);
  });
  Client idle(server->port());
  Client client(server->port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  door.wait_for(1);
  server->stop();
  EXPECT_EQ(idle.read_all(), "");  // told at once
  door.open();
  const std::string all = client.read_all();
  EXPECT_TRUE(has(all, "GET /a ;")) << all;
  EXPECT_TRUE(has(all, "Connection: close")) << all;
  server.stop();
}

TEST(HttpServer, StopCancelsWhatTakesTooLong) {
  HttpOptions options;
  options.workers = 1;
  options.limits.shutdown_time = std::chrono::milliseconds(20);
  Door door;
  door.open();
  Running server(options, [&](const HttpRequest&, engine::Budget& budget) {
    door.pass();
    return until_cancelled(budget);
  });
  Client client(server->port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  door.wait_for(1);
  server.stop();
  EXPECT_TRUE(has(client.read_all(), "cancelled"));
}

TEST(HttpServer, StopRefusesWhatWasNotBegun) {
  HttpOptions options;
  options.workers = 1;
  options.limits.shutdown_time = std::chrono::milliseconds(20);
  Door door;
  door.open();
  std::atomic<int> begun{0};
  Running server(options, [&](const HttpRequest&, engine::Budget& budget) {
    ++begun;
    door.pass();
    return until_cancelled(budget);
  });
  Client client(server->port());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  door.wait_for(1);
  Client waiting(server->port());
  waiting.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  while (server->figures().queued == 0) {
    std::this_thread::yield();
  }
  server.stop();
  EXPECT_TRUE(server->figures().stopping);
  EXPECT_TRUE(has(client.read_all(), "cancelled"));
  const std::string refused = waiting.read_all();
  EXPECT_TRUE(has(refused, "HTTP/1.1 503 ")) << refused;
  EXPECT_TRUE(has(refused, "Retry-After: 1\r\n")) << refused;
  EXPECT_EQ(begun, 1);
}

TEST(HttpServer, StopWaitsForOtherWorkWithinItsTime) {
  HttpHandlers handlers;
  handlers.answer = echo;
  handlers.refuse = [](const HttpRequest&, unsigned status) { return text_reply("no", status); };
  int asked = 0;
  handlers.busy = [&] { return ++asked < 3; };
  Running patient({}, handlers);
  patient.stop();
  EXPECT_EQ(asked, 3);
  // Without end: the time ends it.
  HttpOptions options;
  options.limits.shutdown_time = std::chrono::milliseconds(20);
  handlers.busy = [&] { return ++asked > 0; };
  Running hasty(options, handlers);
  hasty.stop();
  EXPECT_GT(asked, 3);
}

TEST(HttpServer, AddressesThatCannotBeListenedOn) {
  Running server({}, echo);
  HttpOptions taken;
  taken.port = server->port();
  const auto second = HttpServer::listen(taken, {echo, {}, {}});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), ErrorCode::System);
  EXPECT_TRUE(has(second.error().message().en, std::to_string(taken.port)));
  HttpOptions nowhere;
  nowhere.address = "nowhere";
  EXPECT_TRUE(
      has(HttpServer::listen(nowhere, {echo, {}, {}}).error().message().en, "no IP address"));
}

}  // namespace
}  // namespace tagline::server
