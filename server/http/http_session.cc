#include "server/http/http_session.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <poll.h>
#include <random>
#include <string_view>
#include <utility>

namespace tagline::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;

constexpr const char* kServer = "tagline";
// After a refusal the client may be sending still: closing at once would reset the connection, and
// the words might never arrive.
constexpr std::chrono::milliseconds kLingerTime{2'000};
constexpr std::size_t kDiscardedAtOnce = 4096;
// Beyond the largest header. Together they stay below 65,535 bytes, the longest field that Beast
// can hold: it throws at a longer one in a trailer, where no limit of headers is looked at.
constexpr std::size_t kBufferSpare = 16 * 1024;
// For a header that is half here when the server is told to stop.
constexpr std::chrono::milliseconds kLastHeaderTime{1'000};
// From a read's being told to end to the end of its connection.
constexpr std::chrono::milliseconds kLateTime{1'000};
constexpr std::chrono::milliseconds kLookTime{250};

bool is_of_parser(const boost::system::error_code& problem) {
  return problem.category() == http::make_error_code(http::error::bad_method).category() &&
         problem != http::error::end_of_stream && problem != http::error::partial_message;
}

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

// IMF-fixdate of RFC 9110. Written once a second.
const std::string& date_now() {
  thread_local std::time_t written = 0;
  thread_local std::string date;
  const std::time_t now = std::time(nullptr);
  if (now == written) {
    return date;
  }
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
  date = text.data();
  written = now;
  return date;
}

// "http://host/path", as proxies are asked, without the host (RFC 9112, 3.2.2).
std::string origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (beast::iequals(target.substr(0, scheme.size()), scheme)) {
      const std::size_t path = target.find_first_of("/?", scheme.size());
      const std::string rest(path == std::string_view::npos ? "" : target.substr(path));
      return rest.empty() || rest.front() == '?' ? "/" + rest : rest;
    }
  }
  return std::string(target);
}

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
  stream_.socket().close(ignored);
}

// The stream's own timer closes the connection, and then nothing can be said any more.
void HttpSession::limit_read(std::chrono::milliseconds time) {
  stream_.expires_never();
  read_too_slow_ = false;
  read_timer_.expires_after(time);
  await_read(++reads_, false);
}

// A read may have ended just before it was told to, and another one of the same header begun: one
// that is still there later loses the connection.
void HttpSession::await_read(std::uint64_t read, bool again) {
  read_timer_.async_wait([self = shared_from_this(), read, again](const Problem& in_time) {
    if (in_time || self->reads_ != read) {
      return;
    }
    if (again) {
      return self->drop();
    }
    Problem ignored;
    self->read_too_slow_ = true;
    self->stream_.socket().cancel(ignored);
    self->read_timer_.expires_after(kLateTime);
    self->await_read(read, true);
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
  parser_->body_limit(boost::none);  // known when the header is: expect_body()
  limit_read(shared_.options.limits.header_time);
  read_more_header();
}

// The parser's own limit is of one field: short ones would go on without end. So they are counted
// here, read by read.
void HttpSession::read_more_header() {
  http::async_read_some(
      stream_, buffer_, *parser_, [self = shared_from_this()](Problem problem, std::size_t size) {
        self->received_ += size;
        if (!problem && self->received_ > self->shared_.options.limits.header_bytes) {
          problem = http::error::header_limit;
        }
        if (problem || self->parser_->is_header_done() || self->read_too_slow_) {
          return self->header_read(problem);
        }
        self->read_more_header();
      });
}

void HttpSession::header_read(const Problem& problem) {
  if (const bool too_slow = end_of_read(); too_slow && (problem || !parser_->is_header_done())) {
    // A client that idles between requests is owed no words.
    return !parser_->got_some() && (skip_empty_lines() || buffer_.size() == 0) ? drop()
                                                                               : refuse(408);
  }
  if (problem == http::error::header_limit) {
    return refuse(431);
  }
  if (is_of_parser(problem)) {
    return skip_empty_lines() ? read_header() : refuse(400);
  }
  if (problem) {
    return drop();
  }
  if (!is_well_framed()) {
    return refuse(400);
  }
  if (shared_.stopping) {
    return refuse(503);
  }
  if (is_large()) {
    return begin_large(exchange_of(parser_->get()));
  }
  const std::uint64_t most = shared_.options.limits.body_bytes;
  const auto length = parser_->content_length();
  if (length.has_value() && *length > most) {
    return refuse(413);
  }
  parser_->body_limit(most);
  if (!parser_->is_done()) {
    share_ = std::make_shared<BodyShare>(shared_.body_bytes, length.value_or(most));
    if (share_->sum() > shared_.options.limits.bodies_bytes) {
      return refuse(503);
    }
  }
  expect_body();
}

bool HttpSession::is_large() const {
  const auto& message = parser_->get();
  const auto target = message.target();
  const std::string_view path(target.data(), std::min(target.find('?'), target.size()));
  const auto& large = shared_.options.large;
  return std::any_of(large.begin(), large.end(), [&](const auto& each) {
    return each.first == message.method_string() && each.second == path;
  });
}

void HttpSession::expect_body() {
  // A large one has taken the parser over, but for the fields.
  const HttpRequest* asked = large_ == nullptr ? nullptr : &large_->exchange->request;
  const auto expected = asked == nullptr ? std::string(parser_->get()[http::field::expect])
                                         : std::string(asked->field("Expect").value_or(""));
  if (beast::iequals(expected, "100-continue")) {
    response_.emplace(http::status::continue_, 11);
    stream_.expires_after(shared_.options.limits.write_time);
    return http::async_write(stream_, *response_,
                             [self = shared_from_this()](const Problem& failed, std::size_t) {
                               self->response_.reset();
                               return failed ? self->drop() : self->read_body();
                             });
  }
  read_body();
}

// Some clients send an empty line after a body, before the next request (RFC 9112, 2.2). Whether
// there were any.
bool HttpSession::skip_empty_lines() {
  bool some = false;
  while (true) {
    const auto bytes = buffer_.data();
    const std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
    if (text.substr(0, 2) != "\r\n") {
      return some;
    }
    buffer_.consume(2);
    some = true;
  }
}

// Where a body ends must be beyond doubt, or what follows in it could pass for another request
// (RFC 9112, 6.1 and 6.3); and who is meant (3.2).
bool HttpSession::is_well_framed() const {
  const auto& message = parser_->get();
  const auto encodings = message.count(http::field::transfer_encoding);
  if (encodings > 0 && (encodings > 1 || message.version() < 11 ||
                        !beast::iequals(message[http::field::transfer_encoding], "chunked"))) {
    return false;
  }
  const auto hosts = message.count(http::field::host);
  return hosts == 1 || (hosts == 0 && message.version() < 11);
}

void HttpSession::read_body() {
  if (large_ != nullptr) {
    return large_->parser.is_done() ? take_large() : read_large();
  }
  if (parser_->is_done()) {
    return take_request();
  }
  limit_read(shared_.options.limits.body_time);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](const Problem& problem, std::size_t size) {
                     self->received_ += size;
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
  if (problem == http::error::buffer_overflow) {
    return refuse(431);  // of a chunk's head, or trailers
  }
  if (is_of_parser(problem)) {
    return refuse(400);
  }
  return problem ? drop() : take_request();
}

template <class Message>
std::shared_ptr<HttpSession::Exchange> HttpSession::exchange_of(const Message& message) const {
  auto exchange = std::make_shared<Exchange>();
  HttpRequest& request = exchange->request;
  exchange->version = message.version();
  exchange->keep = message.keep_alive();
  exchange->head = message.method() == http::verb::head;
  request.method = std::string(message.method_string());
  request.target = origin_form(message.target());
  for (const auto& field : message) {
    request.fields.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  request.peer = peer_;
  const auto id = request.field("X-Request-Id");
  request.id = id.has_value() && is_request_id(*id) ? std::string(*id) : new_request_id();
  return exchange;
}

void HttpSession::take_request() {
  auto message = parser_->release();
  const auto exchange = exchange_of(message);
  exchange->request.body = std::move(message.body());
  exchange->share = std::move(share_);
  take(exchange);
}

void HttpSession::take(const std::shared_ptr<Exchange>& exchange) {
  stream_.expires_never();
  exchange->arrived = Clock::now();
  exchange->outcome.received = std::exchange(received_, 0);
  ++shared_.requests;
  dispatch(exchange);
}

void HttpSession::dispatch(const std::shared_ptr<Exchange>& exchange) {
  if (shared_.handlers.quick) {
    if (auto answer = shared_.handlers.quick(exchange->request); answer.has_value()) {
      return reply(exchange, std::move(*answer));
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
    exchange->outcome.refused = true;
    return reply(exchange, shared_.handlers.refuse(exchange->request, 503));
  }
  watch();
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
                                  // The next request already, or the end of TLS.
                                  return self->look_for_end();
                                }
                                if (ended == asio::error::eof || (!ended && size == 0)) {
                                  return self->gone();
                                }
                                self->current_->budget.cancelled = true;
                              });
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

void HttpSession::note(Exchange& exchange, HttpReply& answer) {
  exchange.outcome.status = answer.status;
  exchange.outcome.route = answer.route;
  exchange.outcome.key = std::move(answer.key);
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

void HttpSession::put(Exchange& exchange, HttpReply answer, bool keep) {
  note(exchange, answer);
  response_.emplace(head_of(exchange, answer));
  response_->keep_alive(keep);
  response_->body() = std::move(answer.body);
  // What HEAD does not make, and 304 does not repeat, has no length that could be told.
  if (!answer.stream && !answer.pieces && response_->result() != http::status::not_modified) {
    response_->prepare_payload();
  }
  if (exchange.head) {
    response_->body().clear();  // its length stays
  }
  stream_.expires_after(shared_.options.limits.write_time);
}

void HttpSession::reply(const std::shared_ptr<Exchange>& exchange, HttpReply answer) {
  Problem ignored;
  gone_timer_.cancel();
  stream_.socket().cancel(ignored);  // the watch
  if (answer.file != nullptr) {
    return send_file(exchange, std::move(answer));
  }
  const bool keep = exchange->keep && !shared_.stopping;
  put(*exchange, std::move(answer), keep);
  http::async_write(
      stream_, *response_,
      [self = shared_from_this(), exchange, keep](const Problem& problem, std::size_t size) {
        self->response_.reset();
        exchange->outcome.sent += size;
        self->tell(*exchange, !problem);
        self->written(problem, keep);
      });
}

void HttpSession::tell(Exchange& exchange, bool written) const {
  if (shared_.handlers.done) {
    exchange.outcome.written = written;
    exchange.outcome.elapsed = Clock::now() - exchange.arrived;
    shared_.handlers.done(exchange.request, exchange.outcome);
  }
}

void HttpSession::written(const Problem& problem, bool keep) {
  if (problem) {
    return drop();
  }
  if (!keep) {
    Problem ignored;
    if (stream_.is_tls() || buffer_.size() > 0 || stream_.socket().available(ignored) > 0) {
      return linger();  // closed on what is unread, the connection would be reset
    }
    stream_.socket().shutdown(Socket::shutdown_send, ignored);
    return drop();
  }
  if (shared_.stopping && buffer_.size() == 0) {
    return drop();
  }
  read_header();
}

void HttpSession::refuse(unsigned status) {
  if (large_ != nullptr) {
    const auto exchange = std::exchange(large_, nullptr)->exchange;
    return refuse(exchange, shared_.handlers.refuse(exchange->request, status));
  }
  const auto exchange = std::make_shared<Exchange>();
  HttpRequest& request = exchange->request;
  request.peer = peer_;
  request.id = new_request_id();
  if (parser_.has_value() && parser_->got_some()) {  // as far as it was read
    const auto& message = parser_->get();
    exchange->head = message.method() == http::verb::head;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message) {
      request.fields.push_back({std::string(field.name_string()), std::string(field.value())});
    }
  }
  refuse(exchange, shared_.handlers.refuse(request, status));
}

void HttpSession::refuse(const std::shared_ptr<Exchange>& exchange, HttpReply answer) {
  share_ = nullptr;
  exchange->arrived = Clock::now();
  exchange->outcome.refused = true;
  exchange->outcome.received = std::exchange(received_, 0);
  put(*exchange, std::move(answer), false);
  http::async_write(
      stream_, *response_,
      [self = shared_from_this(), exchange](const Problem& problem, std::size_t size) {
        self->response_.reset();
        exchange->outcome.sent += size;
        self->tell(*exchange, !problem);
        return problem ? self->drop() : self->linger();
      });
}

void HttpSession::linger() {
  stream_.expires_after(kLingerTime);
  const auto end = [self = shared_from_this()] {
    Problem ignored;
    self->stream_.socket().shutdown(Socket::shutdown_send, ignored);
    self->discard();
  };
  if (stream_.is_tls()) {
    return stream_.async_shutdown([end](const Problem& /*ignored*/) { end(); });
  }
  end();
}

void HttpSession::discard() {
  buffer_.clear();
  stream_.tcp().async_read_some(buffer_.prepare(kDiscardedAtOnce),
                                [self = shared_from_this()](const Problem& problem, std::size_t) {
                                  return problem ? self->drop() : self->discard();
                                });
}

}  // namespace tagline::server
