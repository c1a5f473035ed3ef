// Servers and clients on loopback, for tests.
#pragma once

#include "server/http/http_server.h"

#include <arpa/inet.h>
#include <chrono>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace tagline::server {

/// A connection to a server on loopback.
class Client {
 public:
  /// `receive_bytes`: of the system's buffer on this side; 0: as it comes.
  explicit Client(std::uint16_t port, int receive_bytes = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_bytes > 0) {
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      throw std::runtime_error("no connection");
    }
  }
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void close() {
    if (socket_ >= 0) {
      ::close(socket_);
      socket_ = -1;
    }
  }
  /// Ends it with a reset.
  void reset() {
    const linger hard{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    close();
  }
  void half_close() { ::shutdown(socket_, SHUT_WR); }
  Client& send(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t some = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (some <= 0) {
        break;  // the server has had enough; what it said can still be read
      }
      sent += static_cast<std::size_t>(some);
    }
    return *this;
  }
  /// Whether bytes of a reply, or its end, are there now or come within that time.
  [[nodiscard]] bool has_reply(std::chrono::milliseconds within) const {
    pollfd there{socket_, POLLIN, 0};
    return ::poll(&there, 1, static_cast<int>(within.count())) > 0;
  }
  /// Until the text is there or the connection ends.
  std::string read_until(const std::string& text) {
    while (read_.find(text) == std::string::npos && read_some()) {
    }
    return read_;
  }
  std::string read_all() {
    while (read_some()) {
    }
    return read_;
  }
  /// Whether what was read ended by a reset, not by an orderly end.
  [[nodiscard]] bool was_reset() const { return was_reset_; }

 private:
  bool read_some() {
    char bytes[4096];
    const ssize_t size = ::recv(socket_, bytes, sizeof(bytes), 0);
    if (size > 0) {
      read_.append(bytes, static_cast<std::size_t>(size));
    }
    was_reset_ = size < 0;
    return size > 0;
  }

  int socket_;
  bool was_reset_ = false;
  std::string read_;
};

inline HttpReply text_reply(std::string body, unsigned status = 200) {
  HttpReply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

/// Runs a server while it lives.
class Running {
 public:
  Running(HttpOptions options, HttpHandler answer, HttpQuick quick = {}, HttpWatcher done = {}) {
    options.port = 0;
    HttpHandlers handlers{std::move(answer), std::move(quick),
                          [](const HttpRequest&, unsigned status) {
                            HttpReply reply = text_reply("refused", status);
                            if (status == 503) {
                              reply.set("Retry-After", "1");
                            }
                            return reply;
                          }};
    handlers.done = std::move(done);
    begin(options, std::move(handlers));
  }
  Running(HttpOptions options, HttpHandlers handlers) {
    options.port = 0;
    begin(options, std::move(handlers));
  }
  ~Running() { stop(); }
  void stop() {
    server_->stop();
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  HttpServer* operator->() { return server_.get(); }

 private:
  void begin(const HttpOptions& options, HttpHandlers handlers) {
    auto made = HttpServer::listen(options, std::move(handlers));
    if (!made.has_value()) {
      throw std::runtime_error(made.error().message().en);
    }
    server_ = std::move(*made);
    thread_ = std::thread([this] { server_->run(); });
  }

  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

}  // namespace tagline::server
