// Bodies that go through files, both ways.
#include "server/http/http_server.h"
#include "server/http/temporary_file.h"
#include "tests/server/loopback.h"

#include <atomic>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

/// A server that gives a large body back as a file, whole. "?refuse" is refused before the body.
class LargeBodies : public testing::Test {
 protected:
  void begin(HttpLimits limits = {}, std::uint64_t bytes_max = 3'000'000) {
    std::filesystem::remove_all(folder_);
    HttpOptions options;
    options.port = 0;
    options.limits = limits;
    options.workers = workers_;
    HttpHandlers handlers;
    handlers.answer = [this](const HttpRequest& request, engine::Budget&) {
      HttpReply reply;
      ++answered_;
      if (request.file != nullptr) {
        reply.file = request.file;
      } else {
        reply.body = std::to_string(request.body.size());
      }
      return reply;
    };
    handlers.refuse = [](const HttpRequest& request, unsigned status) {
      HttpReply reply;
      reply.status = status;
      reply.body = "refused " + request.target;
      return reply;
    };
    handlers.admit = [this, bytes_max, limits](const HttpRequest& request) {
      HttpAdmission body;
      const bool large = request.target.rfind("/large", 0) == 0;
      body.folder = large ? where_ : std::filesystem::path();
      body.bytes_max = large ? bytes_max : limits.body_bytes;
      body.room = large ? room_ : nullptr;
      if (request.target.find("?refuse") != std::string::npos) {
        body.refusal.emplace().status = 409;
        body.refusal->body = "not this one";
      }
      return body;
    };
    server_ = HttpServer::listen(options, std::move(handlers)).value();
    thread_ = std::thread([this] { server_->run(); });
  }
  void TearDown() override {
    server_->stop();
    thread_.join();
    EXPECT_TRUE(!std::filesystem::exists(folder_) || std::filesystem::is_empty(folder_));
    server_.reset();
    std::filesystem::remove_all(folder_);
  }
  static std::string post(const std::string& target, std::size_t length,
                          const std::string& more = "") {
    return "POST " + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(length) +
           "\r\n" + more + "\r\n";
  }
  static std::string body_of(std::size_t bytes) {
    std::string body(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i) {
      body[i] = static_cast<char>('a' + i * 7 % 23 + i / 4096 % 3);
    }
    return body;
  }
  static std::string rest(const std::string& reply) {
    return reply.substr(reply.find("\r\n\r\n") + 4);
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tagline_large_" + std::to_string(getpid()));
  std::filesystem::path where_ = folder_;
  std::shared_ptr<DiskRoom> room_;
  unsigned workers_ = 2;
  std::atomic<int> answered_{0};
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

TEST_F(LargeBodies, GoThroughAFileWhole) {
  begin();
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{262'144}, std::size_t{262'145}, std::size_t{2'500'001}}) {
    Client client(server_->port());
    const std::string body = body_of(size);
    std::thread sender(
        [&] { client.send(post("/large?a=b", size, "Connection: close\r\n") + body); });
    const std::string reply = client.read_all();
    sender.join();
    EXPECT_NE(reply.find("200 OK"), std::string::npos);
    EXPECT_NE(reply.find("Content-Length: " + std::to_string(size) + "\r\n"), std::string::npos);
    EXPECT_TRUE(rest(reply) == body) << size;
  }
}

TEST_F(LargeBodies, ComeInChunksAndTheConnectionGoesOn) {
  begin();
  Client client(server_->port());
  const std::string body = body_of(100'000);
  client.send(
      "POST /large HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  client.read_until("100 Continue");
  client.send("186a0\r\n" + body + "\r\n0\r\n\r\n");
  client.send(
      "POST /small HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc");
  const std::string all = client.read_all();
  EXPECT_NE(all.find(body), std::string::npos);
  EXPECT_EQ(all.substr(all.size() - 5), "\r\n\r\n3");
}

TEST_F(LargeBodies, AreRefusedBeforeTheyAreSent) {
  begin();
  Client told(server_->port());
  const std::string refused =
      told.send(post("/large?refuse", 1000, "Expect: 100-continue\r\n")).read_all();
  EXPECT_EQ(refused.rfind("HTTP/1.1 409", 0), 0U) << refused;
  Client large(server_->port());
  EXPECT_EQ(large.send(post("/large", 3'000'001)).read_all().rfind("HTTP/1.1 413", 0), 0U);
  Client chunked(server_->port());
  chunked.send("POST /large HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2dc6c1\r\n");
  EXPECT_EQ(chunked.read_all().rfind("HTTP/1.1 413", 0), 0U);
  EXPECT_EQ(answered_, 0);
}

TEST_F(LargeBodies, OfClientsThatGoAwayLeaveNothing) {
  begin();
  {
    Client client(server_->port());
    client.send(post("/large", 1'000'000, "Expect: 100-continue\r\n")).read_until("100 Continue");
    client.send(body_of(300'000));
    client.reset();
  }
  Client next(server_->port());
  EXPECT_NE(next.send(post("/large", 0, "Connection: close\r\n")).read_all().find("200 OK"),
            std::string::npos);
  EXPECT_EQ(answered_, 1);
}

TEST_F(LargeBodies, ThatComeSlowlyHoldNoWorker) {
  workers_ = 1;
  begin();
  // As many as may come in at a time, and as many small ones; each half here.
  const std::size_t each = HttpLimits().large_bodies;
  const std::string body = body_of(300'000);
  std::vector<std::unique_ptr<Client>> slow;
  for (std::size_t i = 0; i < 2 * each; ++i) {
    slow.push_back(std::make_unique<Client>(server_->port()));
    slow.back()->send(post(i < each ? "/large" : "/small", body.size(),
                           "Expect: 100-continue\r\nConnection: close\r\n"));
    slow.back()->read_until("100 Continue\r\n\r\n");
    slow.back()->send(body.substr(0, body.size() / 2));
  }
  for (int i = 0; i < 3; ++i) {
    Client other(server_->port());
    EXPECT_NE(other.send(post("/small", 3, "Connection: close\r\n") + "abc").read_all().find("200"),
              std::string::npos);
    EXPECT_EQ(server_->figures().queued, 0U);
  }
  EXPECT_EQ(answered_, 3) << "none of the slow ones is with a worker";
  for (std::size_t i = 0; i < slow.size(); ++i) {
    const std::string reply = slow[i]->send(body.substr(body.size() / 2)).read_all();
    EXPECT_NE(reply.find("200 OK"), std::string::npos) << i;
    const std::string expected = i < each ? body : std::to_string(body.size());
    EXPECT_TRUE(reply.ends_with("\r\n\r\n" + expected)) << i;
  }
  EXPECT_EQ(answered_, 3 + static_cast<int>(slow.size()));
}

TEST_F(LargeBodies, AreOnlySoManyAtATime) {
  HttpLimits limits;
  limits.large_bodies = 1;
  begin(limits);
  Client first(server_->port());
  first.send(post("/large", 10, "Expect: 100-continue\r\n")).read_until("100 Continue");
  Client second(server_->port());
  EXPECT_EQ(second.send(post("/large", 10)).read_all().rfind("HTTP/1.1 503", 0), 0U);
  EXPECT_NE(first.send("0123456789").read_until("0123456789").find("200 OK"), std::string::npos);
  Client third(server_->port());
  third.send(post("/large", 1, "Connection: close\r\n") + "x");
  EXPECT_NE(third.read_all().find("200 OK"), std::string::npos);
}

TEST_F(LargeBodies, HaveSoMuchDiskTogether) {
  room_ = std::make_shared<DiskRoom>(1000);
  begin();
  ASSERT_TRUE(room_->take(200));  // another one, which waits
  Client much(server_->port());
  EXPECT_EQ(much.send(post("/large", 801) + std::string(801, 'x'))
                .read_all()
                .rfind("HTTP/1.1 500", 0),  // in words it is HttpHandlers::fail's
            0U);
  Client enough(server_->port());
  enough.send(post("/large", 800, "Connection: close\r\n") + std::string(800, 'x'));
  EXPECT_EQ(rest(enough.read_all()), std::string(800, 'x'));
  room_->give_back(200);
  Client all(server_->port());
  all.send(post("/large", 1000, "Connection: close\r\n") + std::string(1000, 'x'));
  EXPECT_EQ(rest(all.read_all()), std::string(1000, 'x'));
}

TEST_F(LargeBodies, OrdinaryOnesAreRefusedBeforeTheyAreSentToo) {
  begin();
  Client told(server_->port());
  const std::string refused =
      told.send(post("/small?refuse", 10, "Expect: 100-continue\r\n")).read_all();
  EXPECT_EQ(refused.rfind("HTTP/1.1 409", 0), 0U) << refused;
  Client silent(server_->port());  // nothing of the body ever comes
  EXPECT_EQ(silent.send(post("/small?refuse", 10)).read_all().rfind("HTTP/1.1 409", 0), 0U);
  EXPECT_EQ(answered_, 0);
}

TEST_F(LargeBodies, AFolderThatCannotBeUsedIsSaid) {
  begin();
  where_ = "/dev/full";  // no folder: cannot be made
  Client client(server_->port());
  EXPECT_EQ(client.send(post("/large", 10)).read_all().rfind("HTTP/1.1 500", 0), 0U);
}

TEST_F(LargeBodies, OrdinaryOnesTogetherAreBounded) {
  HttpLimits limits;
  limits.bodies_bytes = 1000;
  begin(limits);
  Client first(server_->port());
  first.send(post("/small", 800, "Expect: 100-continue\r\n")).read_until("100 Continue");
  Client second(server_->port());
  EXPECT_EQ(second.send(post("/small", 800)).read_all().rfind("HTTP/1.1 503", 0), 0U);
  EXPECT_NE(first.send(std::string(800, 'x')).read_until("\r\n\r\n800").find("200 OK"),
            std::string::npos);
  Client third(server_->port());
  third.send(post("/small", 800, "Connection: close\r\n") + std::string(800, 'x'));
  EXPECT_EQ(rest(third.read_all()), "800");
}

TEST_F(LargeBodies, OrdinaryOnesInChunksTakeMemoryAsTheyCome) {
  HttpLimits limits;
  limits.bodies_bytes = 1000;
  begin(limits);
  const std::string chunked =
      "POST /small HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  Client small(server_->port());
  small.send(chunked + "3\r\nabc\r\n0\r\n\r\n");
  EXPECT_NE(small.read_all().find("200 OK"), std::string::npos);
  Client large(server_->port());
  large.send(chunked + "7d0\r\n" + std::string(2000, 'x') + "\r\n");
  EXPECT_EQ(large.read_all().rfind("HTTP/1.1 503", 0), 0U);
}

TEST(TemporaryFiles, SayThatTheDiskIsFull) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("tagline_full_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto file = TemporaryFile::make(folder).value();
  // The system's own full disk, in place of the file.
  const int full = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  ::dup2(full, file->descriptor());
  ::close(full);
  const Status status = file->append("x");
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code(), ErrorCode::DiskFull);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tagline::server
