#include "server/session_list.h"

#include <utility>

namespace tagline::server {

void SessionList::add(HttpSession& session) {
  const std::lock_guard lock(mutex_);
  sessions_.insert(&session);
}

void SessionList::remove(HttpSession& session) {
  std::function<void()> then;
  {
    const std::lock_guard lock(mutex_);
    sessions_.erase(&session);
    if (sessions_.empty()) {
      then = std::exchange(when_none_, nullptr);
    }
  }
  if (then) {
    then();
  }
}

std::size_t SessionList::size() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

void SessionList::each(const std::function<void(HttpSession&)>& fn) const {
  const std::lock_guard lock(mutex_);
  for (HttpSession* session : sessions_) {
    fn(*session);
  }
}

void SessionList::when_none(std::function<void()> fn) {
  {
    const std::lock_guard lock(mutex_);
    if (!sessions_.empty()) {
      when_none_ = std::move(fn);
      return;
    }
  }
  fn();
}

}  // namespace tagline::server
