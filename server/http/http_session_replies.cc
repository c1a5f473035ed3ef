// Replies of a session: what the handler makes, whole, streamed from a worker or piece by piece.
#include "server/http/compression.h"
#include "server/http/http_date.h"
#include "server/http/http_session.h"

#include <algorithm>
#include <array>
#include <exception>
#include <future>
#include <memory>
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace tagline::server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;

// After a refusal the client may be sending still: closing at once would reset the connection, and
// the words might never arrive.
constexpr std::chrono::milliseconds kLingerTime{2'000};
constexpr std::size_t kDiscardedAtOnce = 4096;

}  // namespace

// On a worker.
void HttpSession::run(const std::shared_ptr<Exchange>& exchange) {
  auto answer = std::make_shared<HttpReply>();
  exchange->outcome.waited = Clock::now() - exchange->arrived;
  // Nothing of it was begun, so that another server may be asked at once.
  const bool dropped = shared_.stopping && exchange->budget.cancelled;
  try {
    const ContentCoding coding(exchange->request);
    exchange->outcome.refused = dropped;
    *answer = dropped ? shared_.handlers.refuse(exchange->request, 503)
                      : shared_.handlers.answer(exchange->request, exchange->budget);
    if (answer->later) {
      return await(exchange, std::move(*answer));
    }
    coding.apply(*answer);
  } catch (const std::exception&) {
    exchange->outcome.refused = true;
    *answer = shared_.handlers.refuse(exchange->request, 500);
  }
  if (answer->stream && !exchange->head) {
    try {
      return stream(exchange, *answer);
    } catch (const std::exception&) {
      // Half of it is with the client already: all that can be said is that it ended too soon.
      return asio::post(stream_.get_executor(), [self = shared_from_this(), exchange] {
        self->current_ = nullptr;
        self->tell(*exchange, false);
        self->drop();
      });
    }
  }
  if (!stream_.is_tls() && answer->file == nullptr && (!answer->pieces || exchange->head)) {
    return send_from_worker(exchange, std::move(*answer));
  }
  asio::post(stream_.get_executor(), [self = shared_from_this(), exchange, answer] {
    if (answer->pieces && !exchange->head) {
      return self->send_pieces(exchange, answer);
    }
    self->current_ = nullptr;
    self->reply(exchange, std::move(*answer));
  });
}

// On a worker, which is free then. The connection is as while a worker is at it.
void HttpSession::await(const std::shared_ptr<Exchange>& exchange, HttpReply before) {
  const auto begin = std::exchange(before.later, nullptr);
  begin([self = shared_from_this(), exchange, before = std::move(before),
         busy = asio::make_work_guard(stream_.get_executor())](HttpReply made) {
    auto answer = std::make_shared<HttpReply>(completed(std::move(made), before));
    asio::post(self->stream_.get_executor(), [self, exchange, answer] {
      ContentCoding(exchange->request).apply(*answer);
      self->current_ = nullptr;
      self->reply(exchange, std::move(*answer));
    });
  });
}

// On a worker: what the system takes is with the client before the strand wakes up for the rest.
void HttpSession::send_from_worker(const std::shared_ptr<Exchange>& exchange, HttpReply answer) {
  const bool keep = exchange->keep && !shared_.stopping;
  note(*exchange, answer);
  const auto whole = std::make_shared<WholeReply>(
      ReplyFrame{exchange->version, keep, exchange->head}, exchange->request.id, std::move(answer));
  exchange->share = nullptr;  // who has the reply may send as much again
  exchange->outcome.sent = send_now(*whole);
  whole->take(exchange->outcome.sent);
  asio::post(stream_.get_executor(), [self = shared_from_this(), exchange, whole, keep] {
    self->current_ = nullptr;
    self->end_watch();
    self->response_.emplace(std::move(*whole));
    self->send_rest(exchange,
                    [keep](HttpSession& of, const Problem& problem) { of.written(problem, keep); });
  });
}

std::size_t HttpSession::send_now(const WholeReply& reply) {
  const auto left = reply.left();
  std::array<iovec, 2> bytes{};
  std::transform(left.begin(), left.end(), bytes.begin(), [](const asio::const_buffer& each) {
    return iovec{const_cast<void*>(each.data()), each.size()};
  });
  msghdr message{};
  message.msg_iov = bytes.data();
  message.msg_iovlen = bytes.size();
  const std::lock_guard lock(closing_);
  if (closed_) {
    return 0;
  }
  const ::ssize_t sent =
      ::sendmsg(stream_.socket().native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);  // why not, the strand's write will find
}

// On a worker, which waits for each piece to be taken: so a reply of any length needs the memory of
// a piece. A client that takes none within write_time ends it.
void HttpSession::stream(const std::shared_ptr<Exchange>& answered, HttpReply& answer) {
  Exchange& exchange = *answered;
  const bool chunked = exchange.version >= 11;
  const bool keep = chunked && exchange.keep && !shared_.stopping;
  bool alive = true;
  note(exchange, answer);
  // Writes on the strand, and waits.
  const auto write = [&](auto start) {
    auto done = std::make_shared<std::promise<bool>>();
    std::future<bool> taken = done->get_future();
    asio::post(stream_.get_executor(), [self = shared_from_this(), answered, start, done] {
      self->stream_.expires_after(self->shared_.options.limits.write_time);
      start(*self, [self, done, answered](const Problem& problem, std::size_t size) {
        answered->outcome.sent += size;
        done->set_value(!problem);
      });
    });
    alive = taken.get() && !exchange.budget.cancelled;
    return alive;
  };
  auto header = std::make_shared<http::response<http::empty_body>>(head_of(exchange, answer));
  header->chunked(chunked);
  header->keep_alive(keep);
  const auto serializer = std::make_shared<http::response_serializer<http::empty_body>>(*header);
  write([header, serializer, chunked](HttpSession& self, auto then) {
    self.end_by_reset(!chunked);
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
  asio::post(stream_.get_executor(), [self = shared_from_this(), answered, keep, fine = alive] {
    self->current_ = nullptr;
    self->end_by_reset(!fine);
    self->tell(*answered, fine);
    self->written(fine ? Problem() : Problem(asio::error::operation_aborted), keep);
  });
}

// A body in pieces, on its way.
struct HttpSession::Sending {
  std::shared_ptr<Exchange> exchange;
  std::shared_ptr<HttpReply> answer;
  bool chunked = true;
  bool keep = false;
  http::response<http::empty_body> header{};
  http::response_serializer<http::empty_body> serializer{header};
  std::string piece{};  ///< being written

  // A slow client has until the deadline, however often it takes a little.
  [[nodiscard]] std::chrono::steady_clock::duration time(
      std::chrono::milliseconds write_time) const {
    const auto& deadline = exchange->budget.deadline;
    constexpr std::chrono::steady_clock::duration kNone{1};  // at once, and not "never"
    return !deadline.has_value()
               ? write_time
               : std::clamp<std::chrono::steady_clock::duration>(
                     *deadline - std::chrono::steady_clock::now(), kNone, write_time);
  }
};

void HttpSession::send_pieces(const std::shared_ptr<Exchange>& exchange,
                              std::shared_ptr<HttpReply> reply) {
  // From here on writing shows whether the client is there, also one that has closed its own side.
  end_watch();
  const bool chunked = exchange->version >= 11;
  auto sending = std::make_shared<Sending>();
  sending->exchange = exchange;
  sending->chunked = chunked;
  sending->keep = chunked && exchange->keep && !shared_.stopping;
  note(*exchange, *reply);
  sending->header.base() = head_of(*exchange, *reply);
  sending->header.chunked(chunked);
  sending->header.keep_alive(sending->keep);
  sending->answer = std::move(reply);
  end_by_reset(!chunked);
  stream_.expires_after(sending->time(shared_.options.limits.write_time));
  http::async_write_header(
      stream_, sending->serializer,
      [self = shared_from_this(), sending](const Problem& problem, std::size_t size) {
        sending->exchange->outcome.sent += size;
        return problem ? self->end_pieces(*sending, problem) : self->make_piece(sending);
      });
}

void HttpSession::make_piece(const std::shared_ptr<Sending>& sending) {
  stream_.expires_never();
  shared_.queue.push_next(
      [self = shared_from_this(), sending, busy = asio::make_work_guard(stream_.get_executor())] {
        auto piece = std::make_shared<Result<std::string>>();
        try {
          *piece = sending->answer->pieces();
        } catch (const std::exception&) {
          *piece = failure(ErrorCode::Internal, {"no memory for a piece", "内存不足"});
        }
        asio::post(self->stream_.get_executor(),
                   [self, sending, piece] { self->send_piece(sending, std::move(*piece)); });
      });
}

void HttpSession::send_piece(const std::shared_ptr<Sending>& sending, Result<std::string> piece) {
  if (!piece.has_value() || sending->exchange->budget.cancelled) {
    return end_pieces(*sending, asio::error::operation_aborted);
  }
  const bool last = piece->empty();
  if (last && !sending->chunked) {
    return end_pieces(*sending, {});
  }
  sending->piece = std::move(*piece);
  const auto then = [self = shared_from_this(), sending, last](const Problem& problem,
                                                               std::size_t size) {
    sending->exchange->outcome.sent += size;
    return problem || last ? self->end_pieces(*sending, problem) : self->make_piece(sending);
  };
  stream_.expires_after(sending->time(shared_.options.limits.write_time));
  if (last) {
    asio::async_write(stream_, http::make_chunk_last(), then);
  } else if (sending->chunked) {
    asio::async_write(stream_, http::make_chunk(asio::buffer(sending->piece)), then);
  } else {
    asio::async_write(stream_, asio::buffer(sending->piece), then);
  }
}

void HttpSession::end_pieces(const Sending& sending, const Problem& problem) {
  current_ = nullptr;
  end_by_reset(!sending.chunked && problem);
  tell(*sending.exchange, !problem);
  written(problem, sending.keep);
}

// Without chunks the end of the connection is the end of the body. Where the body is not whole, the
// client must see another end than that, also when a timer closes the connection.
void HttpSession::end_by_reset(bool on) {
  Problem ignored;
  stream_.socket().set_option(asio::socket_base::linger(on, 0), ignored);
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
  head.set(http::field::server, kServerName);
  head.set(http::field::date, http_date_now());
  head.set("X-Request-Id", exchange.request.id);
  for (const HttpField& field : answer.fields) {
    head.insert(field.name, field.value);
  }
  return head;
}

void HttpSession::reply(const std::shared_ptr<Exchange>& exchange, HttpReply answer) {
  end_watch();
  if (answer.file != nullptr) {
    return send_file(exchange, std::move(answer));
  }
  const bool keep = exchange->keep && !shared_.stopping;
  note(*exchange, answer);
  send({exchange->version, keep, exchange->head}, exchange, std::move(answer),
       [keep](HttpSession& self, const Problem& problem) { self.written(problem, keep); });
}

// Most replies fit into what the system holds for the connection: they are on their way without a
// wait, and without a timer for it.
template <class Then>
void HttpSession::send(const ReplyFrame& frame, const std::shared_ptr<Exchange>& exchange,
                       HttpReply answer, Then then) {
  response_.emplace(frame, exchange->request.id, std::move(answer));
  if (!stream_.is_tls()) {
    const std::size_t size = send_now(*response_);
    response_->take(size);
    exchange->outcome.sent += size;
  }
  send_rest(exchange, then);
}

template <class Then>
void HttpSession::send_rest(const std::shared_ptr<Exchange>& exchange, Then then) {
  const auto end = [exchange, then](HttpSession& self, const Problem& problem) {
    self.response_.reset();
    self.tell(*exchange, !problem);
    then(self, problem);
  };
  if (response_->is_taken()) {
    return end(*this, {});
  }
  stream_.expires_after(shared_.options.limits.write_time);
  asio::async_write(
      stream_, response_->left(),
      [self = shared_from_this(), exchange, end](const Problem& problem, std::size_t size) {
        exchange->outcome.sent += size;
        end(*self, problem);
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

void HttpSession::refuse(const std::shared_ptr<Exchange>& exchange, HttpReply answer) {
  share_ = nullptr;
  exchange->arrived = Clock::now();
  exchange->outcome.refused = true;
  exchange->outcome.received = std::exchange(received_, 0);
  note(*exchange, answer);
  send({exchange->version, false, exchange->head}, exchange, std::move(answer),
       [](HttpSession& self, const Problem& problem) {
         return problem ? self.drop() : self.linger();
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
