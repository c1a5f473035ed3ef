// Connection: a TCP stream, with TLS upon it or not: one type for both, so that what reads and
// writes HTTP is there once. Private to server/http.
//
// Handlers and buffers lose their types here (connection.cc), at the price of one allocation a read
// or write: else each of Beast's operations would compile a TCP and a TLS stream of its own,
// minutes in all.
//
// Small buffers are written as one: Beast gives each field of a header as a buffer, and TLS would
// make each a record. So a header of up to kFlatBytes is handed to the system in one call: who sees
// the server killed sees a header whole, or nothing of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

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

  /// As an AsyncReadStream: reads into the first of `buffers` that has room.
  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    boost::asio::mutable_buffer room;
    for (auto at = boost::asio::buffer_sequence_begin(buffers);
         at != boost::asio::buffer_sequence_end(buffers) && room.size() == 0; ++at) {
      room = *at;
    }
    read_some(room, Moved(std::forward<Handler>(handler)));
  }
  /// As an AsyncWriteStream: writes kFlatBytes of `buffers`, or the first that is larger. One write
  /// at a time.
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    boost::asio::const_buffer first;
    std::size_t flat = 0;
    for (auto at = boost::asio::buffer_sequence_begin(buffers);
         at != boost::asio::buffer_sequence_end(buffers) && flat < kFlatBytes; ++at) {
      const boost::asio::const_buffer next = *at;
      if (next.size() == 0) {
        continue;
      }
      if (first.size() == 0) {
        first = next;
        if (first.size() >= kFlatBytes) {
          break;
        }
      }
      flat += flatten(next, flat);
    }
    write_some(flat > first.size() ? boost::asio::const_buffer(flat_.data(), flat) : first,
               Moved(std::forward<Handler>(handler)));
  }
  using Ended = std::function<void(const boost::system::error_code&)>;
  /// REQUIRES: is_tls().
  void async_handshake(Ended ended);
  /// The same of a client, which wants to reach `host` and takes nobody else's certificate.
  void async_handshake_with(const std::string& host, Ended ended);
  /// REQUIRES: is_tls(). Says that nothing more comes, and waits for the other side to say so.
  void async_shutdown(Ended ended);

 private:
  static constexpr std::size_t kFlatBytes = 8192;

  /// A handler without its type. Can be moved only, as theirs.
  class Moved {
   public:
    template <class Handler,
              class = std::enable_if_t<!std::is_same_v<std::decay_t<Handler>, Moved>>>
    explicit Moved(Handler&& handler)
        : held_(std::make_unique<Held<std::decay_t<Handler>>>(std::forward<Handler>(handler))) {}
    void operator()(const boost::system::error_code& problem, std::size_t bytes) {
      held_->call(problem, bytes);
    }

   private:
    struct Any {
      Any() = default;
      Any(const Any&) = delete;
      Any& operator=(const Any&) = delete;
      virtual ~Any() = default;
      virtual void call(const boost::system::error_code& problem, std::size_t bytes) = 0;
    };
    template <class Handler>
    struct Held final : Any {
      template <class Given>
      explicit Held(Given&& given) : handler(std::forward<Given>(given)) {}
      void call(const boost::system::error_code& problem, std::size_t bytes) override {
        std::move(handler)(problem, bytes);
      }
      Handler handler;
    };
    std::unique_ptr<Any> held_;
  };
  void read_some(boost::asio::mutable_buffer room, Moved moved);
  void write_some(boost::asio::const_buffer bytes, Moved moved);
  /// Copies behind the `used` bytes as much as there is room for, and says how much.
  std::size_t flatten(boost::asio::const_buffer bytes, std::size_t used);

  Tcp tcp_;
  std::shared_ptr<Context> context_;  // outlives the stream that uses it
  std::optional<boost::beast::ssl_stream<Tcp&>> tls_;
  std::vector<char> flat_;  ///< kFlatBytes, from the first write on
};

}  // namespace tagline::server
