// Large bodies of a session: to a file while they come in, from a file while they go out. The disk
// is used on a thread of its own, so that a slow one holds no other connection up, and memory is
// that of a piece.
#include "server/http/http_session.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;

}  // namespace

HttpSession::Large::Large(Parser&& header, std::shared_ptr<Exchange> asked,
                          std::shared_ptr<TemporaryFile> into, std::atomic<std::uint64_t>& count)
    : parser(std::move(header)),
      exchange(std::move(asked)),
      file(std::move(into)),
      piece(kPieceBytes),
      share(count, 1) {}

void HttpSession::begin_large(const std::shared_ptr<Exchange>& exchange,
                              const HttpAdmission& body) {
  const auto length = parser_->content_length();
  if (length.has_value() && *length > body.bytes_max) {
    return refuse(exchange, shared_.handlers.refuse(exchange->request, 413));
  }
  auto file = TemporaryFile::make(body.folder, body.room);
  if (!file.has_value()) {
    return refuse(exchange, failed(exchange->request, file.error()));
  }
  large_ = std::make_shared<Large>(std::move(*parser_), exchange, std::move(*file),
                                   shared_.large_bodies);
  if (large_->share.sum() > shared_.options.limits.large_bodies) {
    return refuse(503);
  }
  large_->parser.body_limit(body.bytes_max);
  expect_body();
}

HttpReply HttpSession::failed(const HttpRequest& request, const Error& error) const {
  if (shared_.handlers.fail) {
    return shared_.handlers.fail(request, error);
  }
  return shared_.handlers.refuse(request, error.code() == ErrorCode::DiskFull ? 507 : 500);
}

void HttpSession::refuse_large(HttpReply answer) {
  refuse(std::exchange(large_, nullptr)->exchange, std::move(answer));
}

void HttpSession::read_large() {
  auto& body = large_->parser.get().body();
  body.data = large_->piece.data();
  body.size = large_->piece.size();
  limit_read(shared_.options.limits.body_time);  // of a piece
  http::async_read(stream_, buffer_, large_->parser,
                   [self = shared_from_this()](const Problem& problem, std::size_t size) {
                     self->received_ += size;
                     self->large_read(problem == http::error::need_buffer ? Problem() : problem);
                   });
}

void HttpSession::large_read(const Problem& problem) {
  if (problem) {
    return body_read(problem);
  }
  static_cast<void>(end_of_read());
  const std::size_t size = large_->piece.size() - large_->parser.get().body().size;
  // The session's work goes on elsewhere meanwhile.
  asio::post(shared_.disk, [self = shared_from_this(), large = large_, size,
                            busy = asio::make_work_guard(stream_.get_executor())] {
    const Status stored = large->file->append({large->piece.data(), size});
    asio::post(self->stream_.get_executor(), [self, stored] {
      if (!self->stream_.socket().is_open()) {
        return;  // closed meanwhile
      }
      if (!stored.has_value()) {
        return self->refuse_large(self->failed(self->large_->exchange->request, stored.error()));
      }
      return self->large_->parser.is_done() ? self->take_large() : self->read_large();
    });
  });
}

void HttpSession::take_large() {
  const std::shared_ptr<Exchange> exchange = large_->exchange;
  exchange->request.file = std::move(large_->file);
  large_ = nullptr;
  take(exchange);
}

struct HttpSession::SendingFile {
  std::shared_ptr<Exchange> exchange;
  std::shared_ptr<const TemporaryFile> file;
  std::uint64_t at = 0;
  std::uint64_t size = 0;
  bool keep = false;
  http::response<http::empty_body> header;
  std::optional<http::response_serializer<http::empty_body>> serializer;
  std::vector<char> piece;
};

void HttpSession::send_file(const std::shared_ptr<Exchange>& exchange, HttpReply answer) {
  const auto size = answer.file->size();
  if (!size.has_value()) {
    exchange->outcome.refused = true;
    return reply(exchange, shared_.handlers.refuse(exchange->request, 500));
  }
  note(*exchange, answer);
  const auto sending = std::make_shared<SendingFile>();
  sending->exchange = exchange;
  sending->file = std::move(answer.file);
  sending->size = *size;
  sending->keep = exchange->keep && !shared_.stopping;
  sending->header = http::response<http::empty_body>(head_of(*exchange, answer));
  sending->header.content_length(*size);
  sending->header.keep_alive(sending->keep);
  sending->serializer.emplace(sending->header);
  stream_.expires_after(shared_.options.limits.write_time);
  http::async_write_header(
      stream_, *sending->serializer,
      [self = shared_from_this(), sending](const Problem& problem, std::size_t written) {
        sending->exchange->outcome.sent += written;
        if (problem || sending->exchange->head) {
          return self->file_sent(*sending, problem);
        }
        sending->piece.resize(kPieceBytes);
        self->send_file_piece(sending);
      });
}

void HttpSession::send_file_piece(const std::shared_ptr<SendingFile>& sending) {
  if (sending->at == sending->size) {
    return file_sent(*sending, Problem());
  }
  asio::post(shared_.disk, [self = shared_from_this(), sending,
                            busy = asio::make_work_guard(stream_.get_executor())] {
    const std::size_t want =
        static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, sending->size - sending->at));
    const auto read = sending->file->read(sending->at, std::span(sending->piece).first(want));
    const bool fine = read.has_value() && *read == want;
    asio::post(self->stream_.get_executor(), [self, sending, fine, want] {
      if (!fine) {
        return self->file_sent(*sending, Problem(asio::error::operation_aborted));
      }
      sending->at += want;
      self->stream_.expires_after(self->shared_.options.limits.write_time);
      asio::async_write(self->stream_, asio::buffer(sending->piece.data(), want),
                        [self, sending](const Problem& problem, std::size_t written) {
                          sending->exchange->outcome.sent += written;
                          return problem ? self->file_sent(*sending, problem)
                                         : self->send_file_piece(sending);
                        });
    });
  });
}

void HttpSession::file_sent(SendingFile& sending, const Problem& problem) {
  sending.file = nullptr;
  tell(*sending.exchange, !problem);
  written(problem, sending.keep);
}

}  // namespace tagline::server
