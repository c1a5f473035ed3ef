// HttpSession: one connection of a client. Private to server/http_*.cc.
#pragma once

#include "engine/budget.h"
#include "server/http/body_share.h"
#include "server/http/connection.h"
#include "server/http/http_message.h"
#include "server/http/http_server.h"
#include "server/http/session_list.h"
#include "server/http/temporary_file.h"
#include "server/http/whole_reply.h"
#include "server/http/work_queue.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace tagline::server {

/// What all sessions of a server have in common.
struct HttpShared {
  const HttpOptions options;
  const HttpHandlers handlers;
  SessionList sessions;  // outlives the queue, whose work may hold sessions
  WorkQueue queue;
  WorkQueue express;  ///< a thread for what must be answered while all of `queue` are at work
  std::atomic<std::size_t> served{0};  ///< sessions but for those that were refused
  std::atomic<bool> stopping{false};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> refused_busy{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> body_bytes{0};    ///< BodyShare
  std::atomic<std::uint64_t> large_bodies{0};  ///< BodyShare
  boost::asio::thread_pool disk{1};            ///< reads and writes files of bodies
};

/// Reads a request, has it answered, writes the reply, and so on until one side has enough. All of
/// it on the connection's strand, but for the handler, which runs on a worker; the worker also
/// sends what the system takes of its reply at once. Lives as long as something it started is under
/// way.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  /// With TLS when there is a context.
  HttpSession(Socket socket, HttpShared& shared, std::shared_ptr<Connection::Context> tls);
  ~HttpSession();

  void start();
  // From any thread.
  void stop();    ///< ends now, or after the request being answered
  void cancel();  ///< the query being run
  void close();   ///< at once

 private:
  using Problem = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  /// A request being answered. Shared with its worker.
  struct Exchange {
    HttpRequest request;
    engine::Budget budget;
    unsigned version = 11;
    bool keep = false;  ///< the client would have another request follow
    bool head = false;
    std::chrono::steady_clock::time_point arrived;  ///< its last byte
    HttpOutcome outcome;
    std::shared_ptr<BodyShare> share;
  };
  /// A request whose body goes to a file. Shared with the thread of the disk.
  struct Large {
    Large(Parser&& header, std::shared_ptr<Exchange> asked, std::shared_ptr<TemporaryFile> into,
          std::atomic<std::uint64_t>& count);
    boost::beast::http::request_parser<boost::beast::http::buffer_body> parser;
    std::shared_ptr<Exchange> exchange;
    std::shared_ptr<TemporaryFile> file;
    std::vector<char> piece;
    BodyShare share;
  };
  struct Sending;

  void limit_read(std::chrono::milliseconds time);
  void await_read(std::chrono::steady_clock::time_point end);
  void read_time_over();
  [[nodiscard]] bool end_of_read();  ///< whether its time had run out
  void shake_hands();
  void read_header();
  void read_more_header();
  void header_read(const Problem& problem);
  [[nodiscard]] bool skip_empty_lines();
  void admit_body();
  void read_body();
  void read_body_piece();
  void body_read(const Problem& problem);
  void take_request();
  template <class Message>
  [[nodiscard]] std::shared_ptr<Exchange> exchange_of(const Message& message) const;
  void take(const std::shared_ptr<Exchange>& exchange);
  void expect_body();
  void begin_large(const std::shared_ptr<Exchange>& exchange, const HttpAdmission& admission);
  void read_large();
  void large_read(const Problem& problem);
  void take_large();
  struct SendingFile;
  void send_file(const std::shared_ptr<Exchange>& exchange, HttpReply answer);
  void send_file_piece(const std::shared_ptr<SendingFile>& sending);
  void file_sent(SendingFile& sending, const Problem& problem);
  [[nodiscard]] HttpReply failed(const HttpRequest& request, const Error& error) const;
  void dispatch(const std::shared_ptr<Exchange>& exchange);
  void run(const std::shared_ptr<Exchange>& exchange);
  void await(const std::shared_ptr<Exchange>& exchange, HttpReply before);
  void stream(const std::shared_ptr<Exchange>& answered, HttpReply& answer);
  void send_pieces(const std::shared_ptr<Exchange>& exchange, std::shared_ptr<HttpReply> reply);
  void make_piece(const std::shared_ptr<Sending>& sending);
  void send_piece(const std::shared_ptr<Sending>& sending, Result<std::string> piece);
  void end_pieces(const Sending& sending, const Problem& problem);
  void end_by_reset(bool on);
  void watch();
  void end_watch();
  void look_for_end();
  void gone();
  void reply(const std::shared_ptr<Exchange>& exchange, HttpReply answer);
  void tell(Exchange& exchange, bool written) const;
  void written(const Problem& problem, bool keep);
  void refuse(unsigned status);
  void refuse_large(HttpReply answer);
  void refuse(const std::shared_ptr<Exchange>& exchange, HttpReply answer);
  template <class Then>
  void send(const ReplyFrame& frame, const std::shared_ptr<Exchange>& exchange, HttpReply answer,
            Then then);
  template <class Then>
  void send_rest(const std::shared_ptr<Exchange>& exchange, Then then);
  void send_from_worker(const std::shared_ptr<Exchange>& exchange, HttpReply answer);
  [[nodiscard]] std::size_t send_now(const WholeReply& reply);  ///< how much the system takes
  [[nodiscard]] bool is_well_framed() const;
  void linger();
  void discard();
  void drop();
  static void note(Exchange& exchange, HttpReply& answer);
  [[nodiscard]] static boost::beast::http::response_header<> head_of(const Exchange& exchange,
                                                                     const HttpReply& answer);
  template <class Fn>
  void on_strand(Fn fn);

  HttpShared& shared_;
  std::mutex closing_;   ///< of the socket, while a worker may send
  bool closed_ = false;  ///< guarded by closing_
  Connection stream_;    // and all below: on its strand
  boost::asio::steady_timer read_timer_;
  std::optional<std::chrono::steady_clock::time_point> timer_ends_;  ///< while it runs
  std::optional<std::chrono::steady_clock::time_point> read_ends_;   ///< the read under way
  bool read_too_slow_ = false;
  boost::asio::steady_timer gone_timer_;
  /// Bounded: chunk heads and trailers are read into it whole, whatever the limits say.
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<WholeReply> response_;  ///< being written
  std::shared_ptr<Exchange> current_;
  std::shared_ptr<BodyShare> share_;  ///< of the body being read
  std::shared_ptr<Large> large_;      ///< a large body being read
  std::string peer_;
  bool served_ = false;
  bool watching_ = false;       ///< for the end of the connection, while nobody reads or writes
  std::uint64_t received_ = 0;  ///< bytes of the request being read
};

}  // namespace tagline::server
