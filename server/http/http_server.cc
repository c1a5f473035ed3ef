#include "server/http/http_server.h"

#include "engine/system_reason.h"
#include "server/http/http_session.h"
#include "server/http/tls_certificate.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tagline::server {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCodeOfAsio = boost::system::error_code;

// After a failed accept (too many open files, mostly).
constexpr std::chrono::milliseconds kAcceptPause{100};
// From the cancelling of what still runs to the closing of its connections.
constexpr std::chrono::milliseconds kCancelledTime{1'000};
constexpr std::chrono::milliseconds kLookTime{50};

tl::unexpected<Error> cannot_listen(const HttpOptions& options, const Text& cause) {
  const std::string where = options.address + ":" + std::to_string(options.port);
  return failure(
      ErrorCode::System,
      {"cannot listen on " + where + ": " + cause.en, "无法监听 " + where + "：" + cause.zh},
      {"choose another address or port with --listen, e.g. --listen 127.0.0.1:8081",
       "请用 --listen 换一个地址或端口，例如 --listen 127.0.0.1:8081"});
}

}  // namespace

struct HttpServer::Rep {
  Rep(const HttpOptions& asked, HttpHandlers made)
      : shared{asked,
               std::move(made),
               {},
               {std::max(asked.workers, 1U), asked.limits.queued},
               {1, asked.limits.express_queued}},
        io(static_cast<int>(std::max(asked.io_threads, 1U))),
        acceptor(asio::make_strand(io)),
        pause(acceptor.get_executor()),
        patience(acceptor.get_executor()),
        look(acceptor.get_executor()) {}

  void accept();
  void accepted(const ErrorCodeOfAsio& problem, Tcp::socket socket);
  void stop();
  void hang_up();
  void await_signal();
  void run_io();
  void cancel_rest();
  void end_when_idle();

  HttpShared shared;
  asio::io_context io;
  std::uint16_t port = 0;
  std::unique_ptr<TlsCertificate> tls;  // null: plain HTTP; on the acceptor's strand
  Tcp::acceptor acceptor;               // and all below: on its strand
  asio::steady_timer pause;             // between a failed accept and the next
  asio::steady_timer patience;          // with requests being answered at stop
  asio::steady_timer look;              // from one question whether others are busy to the next
  bool given_up = false;                // waiting for what is not over
  std::unique_ptr<asio::signal_set> signals;
};

void HttpServer::Rep::accept() {
  acceptor.async_accept(asio::make_strand(io),
                        [this](const ErrorCodeOfAsio& problem, Tcp::socket socket) {
                          accepted(problem, std::move(socket));
                        });
}

void HttpServer::Rep::accepted(const ErrorCodeOfAsio& problem, Tcp::socket socket) {
  if (!acceptor.is_open()) {
    return;
  }
  if (problem) {
    pause.expires_after(kAcceptPause);
    pause.async_wait([this](const ErrorCodeOfAsio& stopped) {
      if (!stopped && acceptor.is_open()) {
        accept();
      }
    });
    return;
  }
  accept();
  ++shared.accepted;
  std::make_shared<HttpSession>(std::move(socket), shared,
                                tls == nullptr ? nullptr : tls->current())
      ->start();
}

void HttpServer::Rep::stop() {
  if (shared.stopping.exchange(true)) {
    return;
  }
  ErrorCodeOfAsio ignored;
  acceptor.close(ignored);
  pause.cancel();
  shared.sessions.each([](HttpSession& session) { session.stop(); });
  patience.expires_after(shared.options.limits.shutdown_time);
  patience.async_wait([this](const ErrorCodeOfAsio& in_time) {
    if (!in_time) {
      cancel_rest();
    }
  });
  shared.sessions.when_none(
      [this] { asio::post(acceptor.get_executor(), [this] { end_when_idle(); }); });
}

void HttpServer::Rep::end_when_idle() {
  if (!given_up && shared.handlers.busy && shared.handlers.busy()) {
    look.expires_after(kLookTime);
    look.async_wait([this](const ErrorCodeOfAsio& /*ignored*/) { end_when_idle(); });
    return;
  }
  ErrorCodeOfAsio ignored;
  patience.cancel();
  if (signals != nullptr) {
    signals->cancel(ignored);
  }
}

void HttpServer::Rep::hang_up() {
  if (tls != nullptr) {
    tls->look_again();
  }
  if (shared.handlers.hung_up) {
    shared.handlers.hung_up();
  }
}

void HttpServer::Rep::await_signal() {
  signals->async_wait([this](const ErrorCodeOfAsio& problem, int number) {
    if (problem) {
      return;
    }
    await_signal();
    if (number == SIGHUP) {
      hang_up();
    } else if (shared.stopping) {
      cancel_rest();
    } else {
      stop();
    }
  });
}

// One connection's exception (memory that ran out, mostly) ends no other's.
void HttpServer::Rep::run_io() {
  while (true) {
    try {
      io.run();
      return;
    } catch (const std::exception&) {
    }
  }
}

void HttpServer::Rep::cancel_rest() {
  given_up = true;
  shared.sessions.each([](HttpSession& session) { session.cancel(); });
  patience.expires_after(kCancelledTime);
  patience.async_wait([this](const ErrorCodeOfAsio& in_time) {
    if (!in_time) {
      shared.sessions.each([](HttpSession& session) { session.close(); });
    }
  });
}

HttpServer::HttpServer(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const HttpOptions& options,
                                                       HttpHandlers handlers) {
  ErrorCodeOfAsio problem;
  const asio::ip::address address = asio::ip::make_address(options.address, problem);
  if (problem) {
    return cannot_listen(options, {"\"" + options.address + "\" is no IP address",
                                   "“" + options.address + "”不是 IP 地址"});
  }
  auto rep = std::make_unique<Rep>(options, std::move(handlers));
  if (!options.tls_certificate.empty()) {
    TAGLINE_ASSIGN_OR_RETURN(rep->tls,
                             TlsCertificate::open(options.tls_certificate, options.tls_key,
                                                  rep->shared.handlers.report));
  }
  const Tcp::endpoint endpoint(address, options.port);
  rep->acceptor.open(endpoint.protocol(), problem);
  if (!problem) {
    rep->acceptor.set_option(asio::socket_base::reuse_address(true), problem);
  }
  if (!problem) {
    rep->acceptor.bind(endpoint, problem);
  }
  if (!problem) {
    rep->acceptor.listen(asio::socket_base::max_listen_connections, problem);
  }
  if (!problem) {
    rep->port = rep->acceptor.local_endpoint(problem).port();
  }
  if (problem) {
    return cannot_listen(options, system_reason(problem.value()));
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(rep)));
}

std::uint16_t HttpServer::port() const {
  return rep_->port;
}

void HttpServer::run() {
  asio::post(rep_->acceptor.get_executor(), [rep = rep_.get()] {
    if (rep->acceptor.is_open()) {
      rep->accept();
    }
  });
  std::vector<std::thread> others;
  for (unsigned i = 1; i < rep_->shared.options.io_threads; ++i) {
    others.emplace_back([this] { rep_->run_io(); });
  }
  rep_->run_io();
  for (std::thread& other : others) {
    other.join();
  }
  // What it posts has been waited for: only letting go of sessions is left.
  rep_->shared.disk.join();
  // A worker may be letting go of its session still, which must not outlive the context.
  rep_->shared.queue.finish();
  rep_->shared.express.finish();
}

void HttpServer::stop() {
  asio::post(rep_->acceptor.get_executor(), [rep = rep_.get()] { rep->stop(); });
}

void HttpServer::hang_up() {
  asio::post(rep_->acceptor.get_executor(), [rep = rep_.get()] { rep->hang_up(); });
}

void HttpServer::stop_on_signals() {
  rep_->signals =
      std::make_unique<asio::signal_set>(rep_->acceptor.get_executor(), SIGINT, SIGTERM, SIGHUP);
  rep_->await_signal();
}

HttpServer::Figures HttpServer::figures() const {
  const HttpShared& shared = rep_->shared;
  return {shared.sessions.size(),
          shared.queue.running() + shared.express.running(),
          shared.queue.queued() + shared.express.queued(),
          shared.requests.load(),
          shared.refused_busy.load(),
          shared.accepted.load(),
          shared.stopping.load()};
}

}  // namespace tagline::server
