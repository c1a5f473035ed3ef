// SessionList: the connections there are, so that all can be told to end.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace tagline::server {

class HttpSession;

/// Thread-safe.
class SessionList {
 public:
  void add(const std::shared_ptr<HttpSession>& session);
  /// For its destructor. Nothing happens when it was never added.
  void remove(const HttpSession* session);
  [[nodiscard]] std::size_t size() const;
  /// Calls fn for each that is there now; they stay alive meanwhile, and others may come and go.
  void each(const std::function<void(HttpSession&)>& fn) const;
  /// Calls fn once, when there are none: now, or on the thread on which the last one ends.
  void when_none(std::function<void()> fn);

 private:
  mutable std::mutex mutex_;  // guards all below
  std::unordered_map<const HttpSession*, std::weak_ptr<HttpSession>> sessions_;
  std::function<void()> when_none_;
};

}  // namespace tagline::server
