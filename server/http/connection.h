// Connection: a TCP stream, with TLS upon it or not: one type for both, so that what reads and
// writes HTTP is there once. Private to server/http.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace tagline::server {

/// An AsyncReadStream and AsyncWriteStream. On the strand of its socket.
class Connection {
 public:
  using Tcp = boost::beast::tcp_stream;
  using executor_type = Tcp::executor_type;
  using Context = boost::asio::ssl::context;

  /// Without a context it is plain.
  Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<Context> context)
      : tcp_(std::move(socket)), context_(std::move(context)) {
    if (context_ != nullptr) {
      tls_.emplace(tcp_, *context_);
    }
  }

  [[nodiscard]] executor_type get_executor() noexcept { return tcp_.get_executor(); }
  [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return tcp_.socket(); }
  /// What lies below TLS.
  [[nodiscard]] Tcp& tcp() { return tcp_; }
  [[nodiscard]] bool is_tls() const { return tls_.has_value(); }

  void expires_after(std::chrono::steady_clock::duration time) { tcp_.expires_after(time); }
  void expires_never() { tcp_.expires_never(); }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (tls_.has_value()) {
      tls_->async_read_some(buffers, std::forward<Handler>(handler));
    } else {
      tcp_.async_read_some(buffers, std::forward<Handler>(handler));
    }
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (tls_.has_value()) {
      tls_->async_write_some(buffers, std::forward<Handler>(handler));
    } else {
      tcp_.async_write_some(buffers, std::forward<Handler>(handler));
    }
  }
  /// REQUIRES: is_tls().
  template <class Handler>
  void async_handshake(Handler&& handler) {
    tls_->async_handshake(boost::asio::ssl::stream_base::server, std::forward<Handler>(handler));
  }
  /// REQUIRES: is_tls(). Says that nothing more comes, and waits for the other side to say so.
  template <class Handler>
  void async_shutdown(Handler&& handler) {
    tls_->async_shutdown(std::forward<Handler>(handler));
  }

 private:
  Tcp tcp_;
  std::shared_ptr<Context> context_;  // outlives the stream that uses it
  std::optional<boost::beast::ssl_stream<Tcp&>> tls_;
};

}  // namespace tagline::server
