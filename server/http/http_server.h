// HttpServer: moves bytes between sockets and a handler. Its threads only read and write; the
// handler runs on a pool of workers behind a bounded queue, so that a slow query holds no
// connection up and a slow client no query.
//
// HTTP/1.1 by Boost.Beast: keep-alive and pipelining (requests of one connection are answered in
// order, one at a time), Expect: 100-continue, chunked bodies both ways.
#pragma once

#include "engine/budget.h"
#include "engine/result.h"
#include "server/http/http_message.h"
#include "server/http/temporary_file.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tagline::server {

/// What a client may take; above, it is told so in words (431, 413, 408, 503) where that is still
/// possible, and the connection ends.
struct HttpLimits {
  std::uint32_t header_bytes = 16 * 1024;  ///< 32 KiB at most
  std::uint64_t body_bytes = 1024 * 1024;
  std::uint64_t bodies_bytes = std::uint64_t{256} << 20U;  ///< of all connections together
  std::size_t large_bodies = 8;                            ///< being received at a time, to files
  std::size_t connections = 4096;
  std::size_t queued = 256;                          ///< requests that wait for a worker
  std::size_t express_queued = 64;                   ///< of HttpHandlers::express, beside them
  std::chrono::milliseconds handshake_time{10'000};  ///< of TLS
  std::chrono::milliseconds header_time{30'000};  ///< from the request before to the header's end
  std::chrono::milliseconds body_time{60'000};    ///< or of every 256 KiB of a large one
  std::chrono::milliseconds write_time{60'000};   ///< of a reply, or a piece of a streamed one
  /// A client that has closed its side may have half-closed it and wait, or be gone: a query it
  /// asked for goes on for this long, and is then cancelled.
  std::chrono::milliseconds half_closed_time{1'000};
  /// For requests being answered at stop(), and what HttpHandlers::busy tells of.
  std::chrono::milliseconds shutdown_time{10'000};
};

struct HttpOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0: any free one
  unsigned io_threads = 1;
  unsigned workers = 2;
  /// PEM files: https when they are given, both. They are followed as they change, and at
  /// hang_up(): new connections get the new certificate.
  std::string tls_certificate;
  std::string tls_key;
  HttpLimits limits;
};

/// Called on a worker, by several at a time. The budget is cancelled when the client goes away or
/// the server has waited long enough to stop. What it throws becomes a 500.
using HttpHandler = std::function<HttpReply(const HttpRequest&, engine::Budget&)>;
/// Answers at once, on a thread that moves bytes, what takes microseconds; nothing for all else.
using HttpQuick = std::function<std::optional<HttpReply>(const HttpRequest&)>;
/// Words for what goes wrong before the handler is reached: 400, 408, 413, 431, 500, 503 or
/// 507. Of the
/// request only what was read is there.
using HttpRefuser = std::function<HttpReply(const HttpRequest&, unsigned status)>;

/// What is to be done with the body of a request whose header is read.
struct HttpAdmission {
  std::optional<HttpReply> refusal;   ///< nothing of the body is taken, and the connection ends
  std::uint64_t bytes_max = 0;        ///< of the body
  std::filesystem::path folder = {};  ///< it is large, and goes to a file in it; empty: to memory
  std::shared_ptr<DiskRoom> room = nullptr;  ///< that the file takes part of; null: as it needs
};
/// Asked when a header is read that has a body after it. On a thread that moves bytes: must not
/// wait long.
using HttpAdmit = std::function<HttpAdmission(const HttpRequest&)>;
/// Words for a body that could not be put on the disk.
using HttpFault = std::function<HttpReply(const HttpRequest&, const Error&)>;

/// What became of a request.
struct HttpOutcome {
  unsigned status = 0;
  std::uint32_t route = 0;             ///< HttpReply::route
  std::string key;                     ///< HttpReply::key
  bool refused = false;                ///< by HttpRefuser
  bool written = false;                ///< the whole reply was taken by the system
  std::uint64_t received = 0;          ///< bytes
  std::uint64_t sent = 0;              ///< bytes
  std::chrono::nanoseconds elapsed{};  ///< from its last byte read to its reply's last one written
  std::optional<std::chrono::nanoseconds> waited;  ///< for a worker; nothing: it needed none
};
/// Whether a request is of the few that are answered in a moment and must be while all workers are
/// at slow ones. On a thread that moves bytes: must not wait.
using HttpExpress = std::function<bool(const HttpRequest&)>;
/// Called when a reply is written or failed, on a thread that moves bytes: must not wait.
using HttpWatcher = std::function<void(const HttpRequest&, const HttpOutcome&)>;

struct HttpHandlers {
  HttpHandler answer;
  HttpQuick quick;  ///< may be empty
  HttpRefuser refuse;
  /// May be empty: told why new certificate files are not taken. On a thread that moves bytes.
  std::function<void(const Error&)> report = {};
  /// May be empty: called at SIGHUP, where logs are reopened. On a thread that moves bytes.
  std::function<void()> hung_up = {};
  HttpWatcher done = {};     ///< may be empty
  HttpAdmit admit = {};      ///< may be empty: all may send HttpLimits::body_bytes, to memory
  HttpFault fail = {};       ///< may be empty: HttpRefuser says it with 507 or 500
  HttpExpress express = {};  ///< may be empty: none is
  /// May be empty: whether there is work beyond requests that is to be finished within
  /// HttpLimits::shutdown_time. Asked 20 times a second after stop(), when no request is left.
  std::function<bool()> busy = {};
};

/// Threads: run() once; port(), stop() and figures() at any time.
class HttpServer {
 public:
  /// Listens. System when the address is taken, not ours, or no address; BadInput
  /// when the certificate cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(const HttpOptions& options,
                                                                  HttpHandlers handlers);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// Answers until stop(); then requests that are here are finished within
  /// HttpLimits::shutdown_time, others refused. After it what runs is cancelled, and what waits for
  /// a worker is refused (503).
  void run();
  /// From any thread.
  void stop();
  /// From any thread: looks at the certificate's files before the next connection, and calls
  /// handlers.hung_up.
  void hang_up();
  /// SIGINT and SIGTERM stop it from now on; a second one cancels what is being answered. SIGHUP is
  /// hang_up().
  void stop_on_signals();

  struct Figures {
    std::size_t connections = 0;
    std::size_t running = 0;
    std::size_t queued = 0;
    std::uint64_t requests = 0;
    std::uint64_t refused_busy = 0;
    std::uint64_t accepted = 0;  ///< connections since it began
    bool stopping = false;       ///< it was told to stop
  };
  [[nodiscard]] Figures figures() const;

 private:
  struct Rep;
  explicit HttpServer(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace tagline::server
