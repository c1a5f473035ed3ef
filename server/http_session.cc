#include "server/http_session.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <exception>
#include <future>
#include <random>
#include <string_view>
#include <utility>

namespace tagline::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr const char* kServer = "tagline";
// After a refusal the client may be sending still: closing at once would reset the connection, and
// the words might never arrive.
constexpr std::chrono::milliseconds kLingerTime{2'000};
constexpr std::size_t kDiscardedAtOnce = 4096;

// Of 64 random bits: unique enough to find a request in a log.
std::string new_request_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id(16, '0');
  std::uint64_t bits = random();
  for (char& digit : id) {
    digit = kDigits[bits & 0xFU];
    bits >>= 4U;
  }
  return id;
}

// A client's own id is kept where it is one that logs and headers can hold.
bool is_request_id(std::string_view id) {
  constexpr std::size_t kMax = 64;
  return !id.empty() && id.size() <= kMax && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.' || c == ':';
  });
}

// IMF-fixdate of RFC 9110.
std::string date_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  return text.data();
}

std::string text_of(const HttpSession::Socket& socket) {
  boost::system::error_code problem;
  const auto endpoint = socket.remote_endpoint(problem);
  return problem ? std::string()
                 : endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

}  // namespace

HttpSession::HttpSession(Socket socket, HttpShared& shared)
    : shared_(shared),
      stream_(std::move(socket)),
      read_timer_(stream_.get_executor()),
      gone_timer_(stream_.get_executor()) {
  shared_.sessions.add(*this);
}

HttpSession::~HttpSession() {
  shared_.sessions.remove(*this);
}

template <class Fn>
void HttpSession::on_strand(Fn fn) {
  if (const auto self = weak_from_this().lock(); self != nullptr) {
    asio::post(stream_.get_executor(), [self, fn] { fn(*self); });
  }
}

void HttpSession::start() {
  on_strand([](HttpSession& self) {
    boost::system::error_code ignored;
    self.stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    self.peer_ = text_of(self.stream_.socket());
    if (self.shared_.sessions.size() > self.shared_.options.limits.connections) {
      ++self.shared_.refused_busy;
      return self.refuse(503);
    }
    self.read_header();
  });
}

void HttpSession::stop() {
  on_strand([](HttpSession& self) {
    // One whose request is being read has its time cut short no more than one that idles: it is
    // refused when it is there.
    if (self.current_ == nullptr && self.buffer_.size() == 0 &&
        !(self.parser_.has_value() && self.parser_->is_header_done()) && !self.response_) {
      self.drop();
    }
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
  stream_.socket().close(ignored);
}

// The stream's own timer closes the connection, and then nothing can be said any more.
void HttpSession::limit_read(std::chrono::milliseconds time) {
  stream_.expires_never();
  read_too_slow_ = false;
  read_timer_.expires_after(time);
  read_timer_.async_wait([self = shared_from_this(), read = ++reads_](const Problem& in_time) {
    if (!in_time && self->reads_ == read) {
      Problem ignored;
      self->read_too_slow_ = true;
      self->stream_.socket().cancel(ignored);
    }
  });
}

bool HttpSession::end_of_read() {
  read_timer_.cancel();
  ++reads_;
  return std::exchange(read_too_slow_, false);
}

void HttpSession::read_header() {
  parser_.emplace();
  parser_->header_limit(shared_.options.limits.header_bytes);
  parser_->body_limit(shared_.options.limits.body_bytes);
  limit_read(shared_.options.limits.header_time);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](const Problem& problem, std::size_t) {
                            self->header_read(problem);
                          });
}

void HttpSession::header_read(const Problem& problem) {
  if (const bool too_slow = end_of_read(); problem && too_slow) {
    // A client that idles between requests is owed no words.
    return buffer_.size() == 0 && !parser_->got_some() ? drop() : refuse(408);
  }
  if (problem == http::error::header_limit) {
    return refuse(431);
  }
  if (problem == http::error::body_limit) {
    return refuse(413);
  }
  const bool is_of_parser =
      problem.category() == http::make_error_code(http::error::bad_method).category();
  if (problem && is_of_parser && problem != http::error::end_of_stream &&
      problem != http::error::partial_message) {
    return refuse(400);
  }
  if (problem) {
    return drop();
  }
  if (shared_.stopping) {
    return refuse(503);
  }
  if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
    response_.emplace(http::status::continue_, parser_->get().version());
    stream_.expires_after(shared_.options.limits.write_time);
    return http::async_write(stream_, *response_,
                             [self = shared_from_this()](const Problem& failed, std::size_t) {
                               self->response_.reset();
                               return failed ? self->drop() : self->read_body();
                             });
  }
  read_body();
}

void HttpSession::read_body() {
  if (parser_->is_done()) {
    return take_request();
  }
  limit_read(shared_.options.limits.body_time);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](const Problem& problem, std::size_t) {
                     self->body_read(problem);
                   });
}

void HttpSession::body_read(const Problem& problem) {
  if (const bool too_slow = end_of_read(); problem && too_slow) {
    return refuse(408);
  }
  if (problem == http::error::body_limit) {
    return refuse(413);
  }
  if (problem == http::error::bad_chunk || problem == http::error::bad_chunk_extension ||
      problem == http::error::bad_field || problem == http::error::bad_value) {
    return refuse(400);
  }
  return problem ? drop() : take_request();
}

void HttpSession::take_request() {
  stream_.expires_never();
  auto message = parser_->release();
  const auto exchange = std::make_shared<Exchange>();
  HttpRequest& request = exchange->request;
  exchange->version = message.version();
  exchange->keep = message.keep_alive();
  exchange->head = message.method() == http::verb::head;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.fields.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  request.body = std::move(message.body());
  request.peer = peer_;
  const auto id = request.field("X-Request-Id");
  request.id = id.has_value() && is_request_id(*id) ? std::string(*id) : new_request_id();
  ++shared_.requests;
  dispatch(exchange);
}

void HttpSession::dispatch(const std::shared_ptr<Exchange>& exchange) {
  if (shared_.handlers.quick) {
    if (auto answer = shared_.handlers.quick(exchange->request); answer.has_value()) {
      return reply(*exchange, std::move(*answer));
    }
  }
  current_ = exchange;
  // The context must not run out of work while only a worker is at it.
  const bool taken = shared_.queue.push(
      [self = shared_from_this(), exchange, busy = asio::make_work_guard(stream_.get_executor())] {
        self->run(exchange);
      });
  if (!taken) {
    ++shared_.refused_busy;
    current_ = nullptr;
    return reply(*exchange, shared_.handlers.refuse(exchange->request, 503));
  }
  watch();
}

// On a worker.
void HttpSession::run(const std::shared_ptr<Exchange>& exchange) {
  auto answer = std::make_shared<HttpReply>();
  try {
    *answer = shared_.handlers.answer(exchange->request, exchange->budget);
  } catch (const std::exception&) {
    *answer = shared_.handlers.refuse(exchange->request, 500);
  }
  if (answer->stream && !exchange->head) {
    return stream(*exchange, *answer);
  }
  asio::post(stream_.get_executor(), [self = shared_from_this(), exchange, answer] {
    self->current_ = nullptr;
    self->reply(*exchange, std::move(*answer));
  });
}

// On a worker, which waits for each piece to be taken: so a reply of any length needs the memory of
// a piece. A client that takes none within write_time ends it.
void HttpSession::stream(Exchange& exchange, HttpReply& answer) {
  const bool chunked = exchange.version >= 11;
  const bool keep = chunked && exchange.keep && !shared_.stopping;
  bool alive = true;
  // Writes on the strand, and waits.
  const auto write = [&](auto start) {
    auto done = std::make_shared<std::promise<bool>>();
    std::future<bool> taken = done->get_future();
    asio::post(stream_.get_executor(), [self = shared_from_this(), start, done] {
      self->stream_.expires_after(self->shared_.options.limits.write_time);
      start(*self,
            [self, done](const Problem& problem, std::size_t) { done->set_value(!problem); });
    });
    alive = taken.get() && !exchange.budget.cancelled;
    return alive;
  };
  auto header = std::make_shared<http::response<http::empty_body>>(head_of(exchange, answer));
  header->chunked(chunked);
  header->keep_alive(keep);
  const auto serializer = std::make_shared<http::response_serializer<http::empty_body>>(*header);
  write([header, serializer](HttpSession& self, auto then) {
    http::async_write_header(self.stream_, *serializer, then);
  });
  answer.stream([&](std::string_view piece) {
    if (!alive || piece.empty()) {
      return alive;
    }
    const auto bytes = std::make_shared<const std::string>(piece);
    return write([bytes, chunked](HttpSession& self, auto then) {
      const auto held = [bytes, then](const Problem& problem, std::size_t size) {
        then(problem, size);
      };
      if (chunked) {
        asio::async_write(self.stream_, http::make_chunk(asio::buffer(*bytes)), held);
      } else {
        asio::async_write(self.stream_, asio::buffer(*bytes), held);
      }
    });
  });
  if (alive && chunked) {
    write([](HttpSession& self, auto then) {
      asio::async_write(self.stream_, http::make_chunk_last(), then);
    });
  }
  asio::post(stream_.get_executor(), [self = shared_from_this(), keep, fine = alive] {
    self->current_ = nullptr;
    self->written(fine ? Problem() : Problem(asio::error::operation_aborted), keep);
  });
}

// While a query runs nobody reads, so the end of the connection is looked for on its own.
void HttpSession::watch() {
  stream_.socket().async_wait(Socket::wait_read,
                              [self = shared_from_this()](const Problem& problem) {
                                if (problem || self->current_ == nullptr) {
                                  return;
                                }
                                char next = 0;
                                Problem ended;
                                const std::size_t size = self->stream_.socket().receive(
                                    asio::buffer(&next, 1), asio::socket_base::message_peek, ended);
                                if (!ended && size > 0) {
                                  return;  // the next request already
                                }
                                if (ended == asio::error::eof || (!ended && size == 0)) {
                                  return self->gone();
                                }
                                self->current_->budget.cancelled = true;
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

http::response_header<> HttpSession::head_of(const Exchange& exchange, const HttpReply& answer) {
  http::response_header<> head;
  head.version(exchange.version);
  head.result(answer.status);
  head.set(http::field::server, kServer);
  head.set(http::field::date, date_now());
  head.set("X-Request-Id", exchange.request.id);
  for (const HttpField& field : answer.fields) {
    head.insert(field.name, field.value);
  }
  return head;
}

void HttpSession::reply(const Exchange& exchange, HttpReply answer) {
  Problem ignored;
  gone_timer_.cancel();
  stream_.socket().cancel(ignored);  // the watch
  const bool keep = exchange.keep && !shared_.stopping;
  response_.emplace(head_of(exchange, answer));
  response_->keep_alive(keep);
  response_->body() = std::move(answer.body);
  response_->prepare_payload();
  if (exchange.head) {
    response_->body().clear();  // its length stays
  }
  stream_.expires_after(shared_.options.limits.write_time);
  http::async_write(stream_, *response_,
                    [self = shared_from_this(), keep](const Problem& problem, std::size_t) {
                      self->response_.reset();
                      self->written(problem, keep);
                    });
}

void HttpSession::written(const Problem& problem, bool keep) {
  if (problem) {
    return drop();
  }
  if (!keep) {
    Problem ignored;
    stream_.socket().shutdown(Socket::shutdown_send, ignored);
    return drop();
  }
  if (shared_.stopping && buffer_.size() == 0) {
    return drop();
  }
  read_header();
}

void HttpSession::refuse(unsigned status) {
  Exchange exchange;
  exchange.request.peer = peer_;
  exchange.request.id = new_request_id();
  if (parser_.has_value() && parser_->is_header_done()) {
    const auto& message = parser_->get();
    exchange.request.method = std::string(message.method_string());
    exchange.request.target = std::string(message.target());
    for (const auto& field : message) {
      exchange.request.fields.push_back(
          {std::string(field.name_string()), std::string(field.value())});
    }
  }
  HttpReply answer = shared_.handlers.refuse(exchange.request, status);
  response_.emplace(head_of(exchange, answer));
  response_->keep_alive(false);
  response_->body() = std::move(answer.body);
  response_->prepare_payload();
  stream_.expires_after(shared_.options.limits.write_time);
  http::async_write(stream_, *response_,
                    [self = shared_from_this()](const Problem& problem, std::size_t) {
                      self->response_.reset();
                      return problem ? self->drop() : self->linger();
                    });
}

void HttpSession::linger() {
  Problem ignored;
  stream_.socket().shutdown(Socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTime);
  discard();
}

void HttpSession::discard() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kDiscardedAtOnce),
                          [self = shared_from_this()](const Problem& problem, std::size_t) {
                            return problem ? self->drop() : self->discard();
                          });
}

}  // namespace tagline::server
