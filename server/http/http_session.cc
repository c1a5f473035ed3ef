#include "server/http/http_session.h"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace tagline::server {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

// Beyond the largest header. Together they stay below 65,535 bytes, the longest field that Beast
// can hold: it throws at a longer one in a trailer, where no limit of headers is looked at.
constexpr std::size_t kBufferSpare = 16 * 1024;
// For a header that is half here when the server is told to stop.
constexpr std::chrono::milliseconds kLastHeaderTime{1'000};
// From a read's being told to end to the end of its connection.
constexpr std::chrono::milliseconds kLateTime{1'000};
constexpr std::chrono::milliseconds kLookTime{250};

std::string text_of(const HttpSession::Socket& socket) {
  boost::system::error_code problem;
  const auto endpoint = socket.remote_endpoint(problem);
  return problem ? std::string()
                 : endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

}  // namespace

HttpSession::HttpSession(Socket socket, HttpShared& shared,
                         std::shared_ptr<Connection::Context> tls)
    : shared_(shared),
      stream_(std::move(socket), std::move(tls)),
      read_timer_(stream_.get_executor()),
      gone_timer_(stream_.get_executor()),
      buffer_(std::size_t{shared.options.limits.header_bytes} + kBufferSpare) {}

HttpSession::~HttpSession() {
  if (served_) {
    --shared_.served;
  }
  shared_.sessions.remove(this);
}

template <class Fn>
void HttpSession::on_strand(Fn fn) {
  if (auto self = weak_from_this().lock(); self != nullptr) {
    auto executor = stream_.get_executor();
    asio::post(executor, [self = std::move(self), fn] { fn(*self); });
  }
}

void HttpSession::start() {
  shared_.sessions.add(shared_from_this());
  on_strand([](HttpSession& self) {
    boost::system::error_code ignored;
    self.stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    self.stream_.socket().non_blocking(true, ignored);
    self.peer_ = text_of(self.stream_.socket());
    const std::size_t most = self.shared_.options.limits.connections;
    if (self.shared_.served >= most) {
      ++self.shared_.refused_busy;
      // Those who are being told so are connections, too.
      return self.stream_.is_tls() || self.shared_.sessions.size() > 2 * most ? self.drop()
                                                                              : self.refuse(503);
    }
    ++self.shared_.served;
    self.served_ = true;
    return self.stream_.is_tls() ? self.shake_hands() : self.read_header();
  });
}

// Who speaks no TLS, or a wrong one, gets no words: it could not read them.
void HttpSession::shake_hands() {
  limit_read(shared_.options.limits.handshake_time);
  stream_.async_handshake([self = shared_from_this()](const Problem& problem) {
    const bool too_slow = self->end_of_read();
    return problem || too_slow || self->shared_.stopping ? self->drop() : self->read_header();
  });
}

void HttpSession::stop() {
  on_strand([](HttpSession& self) {
    if (self.stream_.is_tls() && !self.parser_.has_value()) {
      return self.drop();  // is shaking hands
    }
    if (self.current_ != nullptr || self.response_.has_value() || !self.parser_.has_value() ||
        self.parser_->is_header_done()) {
      return;  // is being answered, or will be refused when it is there
    }
    if (self.buffer_.size() == 0 && !self.parser_->got_some()) {
      return self.drop();
    }
    self.limit_read(kLastHeaderTime);
  });
}

void HttpSession::cancel() {
  on_strand([](HttpSession& self) {
    if (self.current_ != nullptr) {
      self.current_->budget.cancelled = true;
    }
  });
}

void HttpSession::close() {
  on_strand([](HttpSession& self) { self.drop(); });
}

void HttpSession::drop() {
  boost::system::error_code ignored;
  read_timer_.cancel();
  gone_timer_.cancel();
  if (current_ != nullptr) {
    current_->budget.cancelled = true;
  }
  const std::lock_guard lock(closing_);
  closed_ = true;
  stream_.socket().close(ignored);
}

// The stream's own timer closes the connection, and then nothing can be said any more. This one
// goes on from read to read: setting one anew for each would cost as much as reading a request.
void HttpSession::limit_read(std::chrono::milliseconds time) {
  stream_.expires_never();
  read_too_slow_ = false;
  read_ends_ = Clock::now() + time;
  if (!timer_ends_.has_value() || *timer_ends_ > *read_ends_) {
    await_read(*read_ends_);
  }
}

void HttpSession::await_read(Clock::time_point end) {
  timer_ends_ = end;
  read_timer_.expires_at(end);  // ends the wait that there is
  read_timer_.async_wait([self = shared_from_this()](const Problem& ended) {
    return ended ? void() : self->read_time_over();
  });
}

// A read may have ended just before it was told to, and another one of the same header begun: one
// that is still there later loses the connection.
void HttpSession::read_time_over() {
  timer_ends_.reset();
  if (!read_ends_.has_value()) {
    return;
  }
  if (Clock::now() < *read_ends_) {
    return await_read(*read_ends_);  // of a later read
  }
  if (read_too_slow_) {
    return drop();
  }
  Problem ignored;
  read_too_slow_ = true;
  stream_.socket().cancel(ignored);
  read_ends_ = Clock::now() + kLateTime;
  await_read(*read_ends_);
}

bool HttpSession::end_of_read() {
  read_ends_.reset();
  return std::exchange(read_too_slow_, false);
}

void HttpSession::dispatch(const std::shared_ptr<Exchange>& exchange) {
  if (shared_.handlers.quick) {
    if (auto answer = shared_.handlers.quick(exchange->request); answer.has_value()) {
      return reply(exchange, std::move(*answer));
    }
  }
  current_ = exchange;
  // The context must not run out of work while only a worker is at it.
  const bool express = shared_.handlers.express && shared_.handlers.express(exchange->request);
  const bool taken =
      (express ? shared_.express : shared_.queue)
          .push([self = shared_from_this(), exchange,
                 busy = asio::make_work_guard(stream_.get_executor())] { self->run(exchange); });
  if (!taken) {
    ++shared_.refused_busy;
    current_ = nullptr;
    exchange->outcome.refused = true;
    return reply(exchange, shared_.handlers.refuse(exchange->request, 503));
  }
  watch();
}

// While a query runs nobody reads, so the end of the connection is looked for on its own. The wait
// may end for nothing (of what came before, and is read already): a look that waited would hold the
// thread, and all connections on it, until the client says more.
void HttpSession::watch() {
  watching_ = true;
  stream_.socket().async_wait(
      Socket::wait_read, [self = shared_from_this()](const Problem& problem) {
        if (problem || !self->watching_ || self->current_ == nullptr) {
          return;
        }
        char next = 0;
        const ssize_t size =
            ::recv(self->stream_.socket().native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
        if (size > 0) {
          return self->look_for_end();  // the next request already, or the end of TLS
        }
        if (size == 0) {
          return self->gone();
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
          return self->watch();
        }
        self->current_->budget.cancelled = true;
      });
}

void HttpSession::end_watch() {
  if (std::exchange(watching_, false)) {
    Problem ignored;
    gone_timer_.cancel();
    stream_.socket().cancel(ignored);
  }
}

void HttpSession::look_for_end() {
  gone_timer_.expires_after(kLookTime);
  gone_timer_.async_wait([self = shared_from_this(), exchange = current_](const Problem& answered) {
    if (answered || self->current_ == nullptr || self->current_ != exchange) {
      return;
    }
    pollfd ends{self->stream_.socket().native_handle(), POLLRDHUP, 0};
    if (::poll(&ends, 1, 0) > 0 && (ends.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) {
      return self->gone();
    }
    self->look_for_end();
  });
}

void HttpSession::gone() {
  gone_timer_.expires_after(shared_.options.limits.half_closed_time);
  gone_timer_.async_wait([self = shared_from_this(), exchange = current_](const Problem& answered) {
    if (!answered && self->current_ == exchange) {
      exchange->budget.cancelled = true;
    }
  });
}

}  // namespace tagline::server
