// A connection to a server on loopback, for tests that say what bytes go over it.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace tagline::server {

/// A connection to a server on loopback.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
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

 private:
  bool read_some() {
    char bytes[4096];
    const ssize_t size = ::recv(socket_, bytes, sizeof(bytes), 0);
    if (size > 0) {
      read_.append(bytes, static_cast<std::size_t>(size));
    }
    return size > 0;
  }

  int socket_;
  std::string read_;
};

}  // namespace tagline::server
