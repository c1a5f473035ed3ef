#include "server/http/session_list.h"

#include <utility>
#include <vector>

namespace tagline::server {

void SessionList::add(const std::shared_ptr<HttpSession>& session) {
  const std::lock_guard lock(mutex_);
  sessions_.emplace(session.get(), session);
}

void SessionList::remove(const HttpSession* session) {
  std::function<void()> then;
  {
    const std::lock_guard lock(mutex_);
    sessions_.erase(session);
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
  // The last reference to one may be let go of here: not under the lock, which its end takes.
  std::vector<std::shared_ptr<HttpSession>> alive;
  {
    const std::lock_guard lock(mutex_);
    alive.reserve(sessions_.size());
    for (const auto& [address, session] : sessions_) {
      if (auto one = session.lock(); one != nullptr) {
        alive.push_back(std::move(one));
      }
    }
  }
  for (const auto& session : alive) {
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
