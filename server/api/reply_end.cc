#include "server/api/reply_end.h"

#include "server/api/problem.h"
#include "server/http/temporary_file.h"

#include <string>
#include <string_view>
#include <utility>

namespace tagline::server {

void end_with(HttpReply& reply, bool head, std::shared_ptr<AuditRecord> audit,
              std::shared_ptr<RunningQueries::Place> place) {
  if (reply.later) {
    place->goes_on();
    reply.later = [begin = std::move(reply.later), audit = std::move(audit),
                   place = std::move(place), head](std::function<void(HttpReply)> then) mutable {
      begin([audit = std::move(audit), place = std::move(place), head,
             then = std::move(then)](HttpReply made) {
        end_with(made, head, audit, place);
        then(std::move(made));
      });
    };
    return;
  }
  audit->set_status(reply.status);
  if (reply.pieces && !head) {
    // Without its last piece both end with the reply: the record is incomplete, the query broken
    // off.
    place->goes_on();
    reply.pieces = [pieces = std::move(reply.pieces), audit = std::move(audit),
                    place = std::move(place), status = reply.status,
                    bytes = std::uint64_t{0}]() mutable {
      Result<std::string> piece = pieces();
      if (piece.has_value()) {
        bytes += piece->size();
        audit->add_bytes(piece->size());
      }
      if (!piece.has_value() || piece->empty()) {
        audit->end(bytes, piece.has_value());
      }
      if (piece.has_value() && piece->empty()) {
        place->ends(status);
      } else if (!piece.has_value() && piece.error().code() == ErrorCode::DeadlineExceeded) {
        place->ends(http_status(piece.error().code()));
      }
      return piece;
    };
    return;
  }
  if (reply.file != nullptr && !head) {
    // The record ends when the last of it is sent, or the connection is gone.
    const auto bytes = reply.file->size();
    audit->add_bytes(bytes.has_value() ? *bytes : 0);
    place->ends(reply.status);
    struct Sent {
      std::shared_ptr<const TemporaryFile> file;
      std::shared_ptr<AuditRecord> audit;
    };
    auto sent = std::make_shared<Sent>(Sent{std::move(reply.file), std::move(audit)});
    reply.file = std::shared_ptr<const TemporaryFile>(sent, sent->file.get());
    return;
  }
  if (!reply.stream || head) {
    audit->end(head ? 0 : reply.body.size(), true);
    return place->ends(reply.status);
  }
  place->goes_on();
  reply.stream = [stream = std::move(reply.stream), audit = std::move(audit),
                  place = std::move(place), status = reply.status](const BodySink& sink) {
    std::uint64_t bytes = 0;
    bool complete = true;
    stream([&](std::string_view piece) {
      complete = sink(piece) && complete;
      bytes += complete ? piece.size() : 0;
      return complete;
    });
    audit->end(bytes, complete);
    if (complete) {
      place->ends(status);
    }
  };
}

}  // namespace tagline::server
