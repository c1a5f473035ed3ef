#include "server/api/kept_replies.h"

#include <utility>

namespace tagline::server {

std::optional<HttpReply> KeptReplies::find(std::string_view target, const State& state) {
  const std::lock_guard lock(mutex_);
  if (state != state_) {
    return std::nullopt;
  }
  if (const auto found = recent_.find(target); found != recent_.end()) {
    return found->second;
  }
  const auto found = older_.find(target);
  if (found == older_.end()) {
    return std::nullopt;
  }
  HttpReply reply = found->second;
  recent_.insert(older_.extract(found));
  if (recent_.size() >= kRepliesMax) {
    older_ = std::exchange(recent_, {});
  }
  return reply;
}

bool KeptReplies::has(std::string_view target) const {
  const std::lock_guard lock(mutex_);
  return recent_.find(target) != recent_.end() || older_.find(target) != older_.end();
}

void KeptReplies::put(const std::string& target, const State& state, const HttpReply& reply) {
  if (reply.stream || reply.pieces || reply.file != nullptr || target.size() > kBytesMax ||
      reply.body.size() >= kBytesMax) {
    return;
  }
  Map stale;  // freed after the lock is
  Map staler;
  const std::lock_guard lock(mutex_);
  // A slow answer may come after those of a newer state.
  if (state.version < state_.version) {
    return;
  }
  if (state != state_) {
    stale = std::exchange(recent_, {});
    staler = std::exchange(older_, {});
    state_ = state;
  }
  recent_.insert_or_assign(target, reply);
  if (recent_.size() >= kRepliesMax) {
    staler = std::exchange(older_, std::exchange(recent_, {}));
  }
}

}  // namespace tagline::server
