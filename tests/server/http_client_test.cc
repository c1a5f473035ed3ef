// HttpClient against servers on loopback.
#include "server/http/http_client.h"

#include "tests/server/loopback.h"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

std::string url_of(Running& server) {
  return "http://127.0.0.1:" + std::to_string(server->port());
}

std::unique_ptr<HttpClient> client_of(Running& server, const std::string& key = {}) {
  return HttpClient::make(url_of(server), key).value();
}

ClientRequest get(const std::string& target) {
  ClientRequest request;
  request.method = "GET";
  request.target = target;
  return request;
}

TEST(HttpClient, AddressesAreChecked) {
  for (const char* good : {"http://127.0.0.1:8080", "https://tagline.example.com",
                           "http://[::1]:80/", "http://localhost"}) {
    EXPECT_TRUE(HttpClient::make(good, "").has_value()) << good;
  }
  for (const char* bad : {"", "127.0.0.1:8080", "ftp://a", "http://", "http://a/b",
                          "http://a:", "http://a:b", "http://u@a", "http://a?b", "https://:443"}) {
    const auto made = HttpClient::make(bad, "");
    ASSERT_FALSE(made.has_value()) << bad;
    EXPECT_EQ(made.error().code(), ErrorCode::BadInput);
  }
  EXPECT_EQ(HttpClient::make("https://a.example", "").value()->host(), "a.example");
}

TEST(HttpClient, SendsWhatIsAskedOverOneConnection) {
  std::set<std::string> peers;
  Running server({}, [&](const HttpRequest& request, engine::Budget&) {
    peers.insert(request.peer);
    HttpReply reply =
        text_reply(request.method + " " + request.target + " " +
                       std::string(request.field("Authorization").value_or("")) + " " +
                       std::string(request.field("X-More").value_or("")) + " " + request.body,
                   request.target == "/none" ? 404 : 200);
    reply.set("X-Said", "yes");
    return reply;
  });
  const auto client = client_of(server, "tgl_1");
  ClientRequest post = get("/a?q=%E5%9F%8E");
  post.method = "POST";
  post.body = "{}";
  post.fields = {{"X-More", "more"}};
  for (int i = 0; i < 3; ++i) {
    const auto reply = client->send(post);
    ASSERT_TRUE(reply.has_value()) << reply.error().message().en;
    EXPECT_EQ(reply->status, 200U);
    EXPECT_EQ(reply->body, "POST /a?q=%E5%9F%8E Bearer tgl_1 more {}");
  }
  EXPECT_EQ(client->send(get("/none")).value().status, 404U);
  EXPECT_EQ(peers.size(), 1U);
}

TEST(HttpClient, AConnectionThatTheServerClosedIsOpenedAgain) {
  const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(listening, 8), 0);
  socklen_t size = sizeof(address);
  ::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
  constexpr int kRequests = 5;
  // Says that it keeps the connection, and does not.
  std::thread server([&] {
    for (int i = 0; i < kRequests; ++i) {
      const int socket = ::accept(listening, nullptr, nullptr);
      std::string read;
      char bytes[4096];
      while (read.find("\r\n\r\n") == std::string::npos) {
        const ssize_t some = ::recv(socket, bytes, sizeof(bytes), 0);
        if (some <= 0) {
          break;
        }
        read.append(bytes, static_cast<std::size_t>(some));
      }
      constexpr std::string_view kReply = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere";
      static_cast<void>(::send(socket, kReply.data(), kReply.size(), MSG_NOSIGNAL));
      ::close(socket);
    }
  });
  const auto client =
      HttpClient::make("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)), "").value();
  for (int i = 0; i < kRequests; ++i) {
    const auto reply = client->send(get("/"));
    ASSERT_TRUE(reply.has_value()) << reply.error().message().en;
    EXPECT_EQ(reply->body, "here");
  }
  server.join();
  ::close(listening);
}

TEST(HttpClient, LongBodiesComePieceByPieceAndCanBeStopped) {
  constexpr std::size_t kPiece = 100'000;
  constexpr int kPieces = 20;
  Running server({}, [](const HttpRequest&, engine::Budget&) {
    HttpReply reply;
    reply.stream = [](const BodySink& sink) {
      const std::string piece(kPiece, 'x');
      for (int i = 0; i < kPieces && sink(piece); ++i) {
      }
    };
    return reply;
  });
  const auto client = client_of(server);
  std::size_t bytes = 0;
  const auto whole = client->send(get("/"), [&](std::string_view piece) {
    bytes += piece.size();
    return true;
  });
  ASSERT_TRUE(whole.has_value()) << whole.error().message().en;
  EXPECT_EQ(bytes, kPiece * kPieces);
  EXPECT_EQ(whole->body, "");
  EXPECT_EQ(client->send(get("/")).value().body.size(), kPiece * kPieces);
  int pieces = 0;
  const auto stopped = client->send(get("/"), [&](std::string_view) { return ++pieces < 2; });
  ASSERT_TRUE(stopped.has_value());
  EXPECT_EQ(pieces, 2);
  EXPECT_EQ(client->send(get("/")).value().status, 200U) << "it goes on with another connection";
}

TEST(HttpClient, FilesAreSent) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("tagline_client_" + std::to_string(getpid()));
  std::ofstream(file) << std::string(300'000, 'y');
  Running server({}, [](const HttpRequest& request, engine::Budget&) {
    return text_reply(std::to_string(request.body.size()));
  });
  const auto client = client_of(server);
  ClientRequest post = get("/load");
  post.method = "POST";
  post.file = file.string();
  EXPECT_EQ(client->send(post).value().body, "300000");
  std::filesystem::remove(file);
  const auto none = client->send(post);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code(), ErrorCode::NotFound);
}

TEST(HttpClient, WhoIsNotThereIsSaid) {
  std::string url;
  {
    Running server({}, [](const HttpRequest&, engine::Budget&) { return text_reply("x"); });
    url = url_of(server);
  }
  const auto reply = HttpClient::make(url, "").value()->send(get("/"));
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), ErrorCode::System);
  EXPECT_NE(reply.error().message().en.find(url.substr(7)), std::string::npos);
}

TEST(HttpClient, CancelEndsTheRequestHereAndThere) {
  std::promise<void> asked;
  std::atomic<bool> first{true};
  std::promise<void> cancelled;
  Running server({}, [&](const HttpRequest&, engine::Budget& budget) {
    if (first.exchange(false)) {
      asked.set_value();
      while (!budget.cancelled) {
        std::this_thread::yield();
      }
      cancelled.set_value();
    }
    return text_reply("late");
  });
  const auto client = client_of(server);
  client->cancel();  // nothing is being sent: nothing happens
  auto reply = std::async(std::launch::async, [&] { return client->send(get("/")); });
  asked.get_future().wait();
  client->cancel();
  const auto ended = reply.get();
  ASSERT_FALSE(ended.has_value());
  EXPECT_EQ(ended.error().code(), ErrorCode::Cancelled);
  cancelled.get_future().wait();
  EXPECT_EQ(client->send(get("/")).value().body, "late");
}

}  // namespace
}  // namespace tagline::server
