// SessionList: the connections there are, so that all can be told to end.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <unordered_set>

namespace tagline::server {

class HttpSession;

/// Thread-safe. Sessions are in it from their beginning to their end.
class SessionList {
 public:
  void add(HttpSession& session);
  void remove(HttpSession& session);
  [[nodiscard]] std::size_t size() const;
  /// Calls fn for each; none of them ends meanwhile. fn must not end one itself.
  void each(const std::function<void(HttpSession&)>& fn) const;
  /// Calls fn once, when there are none: now, or on the thread on which the last one ends.
  void when_none(std::function<void()> fn);

 private:
  mutable std::mutex mutex_;  // guards all below
  std::unordered_set<HttpSession*> sessions_;
  std::function<void()> when_none_;
};

}  // namespace tagline::server
