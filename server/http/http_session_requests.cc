// Requests of a session: the header is read, who is not let in is refused, then the body is taken.
#include "server/http/http_session.h"

#include <algorithm>
#include <random>
#include <string_view>
#include <utility>

namespace tagline::server {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;

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

}  // namespace

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
  return parser_->is_done() ? take_request() : admit_body();
}

// Who is not let in is told so now: no byte of a body is taken from nobody knows whom.
void HttpSession::admit_body() {
  HttpAdmission admission;
  admission.bytes_max = shared_.options.limits.body_bytes;
  if (shared_.handlers.admit) {
    const auto exchange = exchange_of(parser_->get());
    admission = shared_.handlers.admit(exchange->request);
    if (admission.refusal.has_value()) {
      return refuse(exchange, std::move(*admission.refusal));
    }
    if (!admission.folder.empty()) {
      return begin_large(exchange, admission);
    }
  }
  const auto length = parser_->content_length();
  if (length.has_value() && *length > admission.bytes_max) {
    return refuse(413);
  }
  parser_->body_limit(admission.bytes_max);
  share_ = std::make_shared<BodyShare>(shared_.body_bytes, length.value_or(0));
  if (share_->sum() > shared_.options.limits.bodies_bytes) {
    return refuse(503);
  }
  expect_body();
}

void HttpSession::expect_body() {
  // A large one has taken the parser over, but for the fields.
  const HttpRequest* asked = large_ == nullptr ? nullptr : &large_->exchange->request;
  const auto expected = asked == nullptr ? std::string(parser_->get()[http::field::expect])
                                         : std::string(asked->field("Expect").value_or(""));
  if (beast::iequals(expected, "100-continue")) {
    constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    stream_.expires_after(shared_.options.limits.write_time);
    return boost::asio::async_write(
        stream_, boost::asio::buffer(kGoOn),
        [self = shared_from_this()](const Problem& failed, std::size_t) {
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
  parser_->eager(true);
  limit_read(shared_.options.limits.body_time);
  read_body_piece();
}

// A body that does not say how long it is takes its share of the memory as it comes.
void HttpSession::read_body_piece() {
  http::async_read_some(stream_, buffer_, *parser_,
                        [self = shared_from_this()](const Problem& problem, std::size_t size) {
                          self->received_ += size;
                          if (problem || self->parser_->is_done()) {
                            return self->body_read(problem);
                          }
                          self->share_->hold(self->parser_->get().body().size());
                          if (self->share_->sum() > self->shared_.options.limits.bodies_bytes) {
                            static_cast<void>(self->end_of_read());
                            return self->refuse(503);
                          }
                          self->read_body_piece();
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
  exchange->request.arrived = exchange->arrived;
  exchange->outcome.received = std::exchange(received_, 0);
  ++shared_.requests;
  dispatch(exchange);
}

void HttpSession::refuse(unsigned status) {
  if (large_ != nullptr) {
    return refuse_large(shared_.handlers.refuse(large_->exchange->request, status));
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

}  // namespace tagline::server
