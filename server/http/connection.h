// Connection: a TCP stream, with TLS upon it or not: one type for both, so that what reads and
// writes HTTP is there once. Private to server/http.
//
// Handlers and buffers lose their types here (connection.cc), at the price of one allocation a read
// or write: else each of Beast's operations would compile a TCP and a TLS stream of its own,
// minutes in all.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/buffer.hpp>
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
  Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<Context> context);

  [[nodiscard]] executor_type get_executor() noexcept { return tcp_.get_executor(); }
  [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return tcp_.socket(); }
  /// What lies below TLS.
  [[nodiscard]] Tcp& tcp() { return tcp_; }
  [[nodiscard]] bool is_tls() const { return tls_.has_value(); }

  void expires_after(std::chrono::steady_clock::duration time) { tcp_.expires_after(time); }
  void expires_never() { tcp_.expires_never(); }

  /// As an AsyncReadStream: reads into the first of `buffers`, kBuffersMax at most.
  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    read_some(first_of<boost::asio::mutable_buffer>(buffers), held(std::forward<Handler>(handler)));
  }
  /// As an AsyncWriteStream: writes from the first of `buffers`, kBuffersMax at most.
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    write_some(first_of<boost::asio::const_buffer>(buffers), held(std::forward<Handler>(handler)));
  }
  using Ended = std::function<void(const boost::system::error_code&)>;
  /// REQUIRES: is_tls().
  void async_handshake(Ended ended);
  /// The same of a client, which wants to reach `host` and takes nobody else's certificate.
  void async_handshake_with(const std::string& host, Ended ended);
  /// REQUIRES: is_tls(). Says that nothing more comes, and waits for the other side to say so.
  void async_shutdown(Ended ended);

 private:
  static constexpr std::size_t kBuffersMax = 8;
  using Moved = std::function<void(const boost::system::error_code&, std::size_t)>;
  /// Buffers left over are empty.
  template <class Buffer>
  using Few = std::array<Buffer, kBuffersMax>;

  template <class Buffer, class Buffers>
  static Few<Buffer> first_of(const Buffers& buffers) {
    Few<Buffer> few{};
    std::size_t used = 0;
    for (auto at = boost::asio::buffer_sequence_begin(buffers);
         at != boost::asio::buffer_sequence_end(buffers) && used < few.size(); ++at) {
      if (const Buffer buffer = *at; buffer.size() != 0) {
        few[used++] = buffer;
      }
    }
    return few;
  }
  /// Handlers can be moved only; a function must be copied.
  template <class Handler>
  static Moved held(Handler&& handler) {
    return [kept = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler))](
               const boost::system::error_code& problem, std::size_t bytes) {
      std::move (*kept)(problem, bytes);
    };
  }
  void read_some(const Few<boost::asio::mutable_buffer>& buffers, Moved moved);
  void write_some(const Few<boost::asio::const_buffer>& buffers, Moved moved);

  Tcp tcp_;
  std::shared_ptr<Context> context_;  // outlives the stream that uses it
  std::optional<boost::beast::ssl_stream<Tcp&>> tls_;
};

}  // namespace tagline::server
