// RunningQueries: the queries that are being answered, so that they can be listed and cancelled,
// and what became of those that are over.
#pragma once

#include "engine/budget.h"
#include "server/http/http_message.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// Thread-safe. Cost: a lock and an allocation a request.
class RunningQueries {
 public:
  struct Query {
    std::string id;  ///< of its request: the client's own may stand for several
    std::string method;
    std::string_view route;  ///< "/v1/count"
    std::string expression;  ///< the beginning of it; empty: none was given yet
    std::string key;         ///< name of the key it was asked with; empty: none
    std::string key_id;      ///< of that key
    std::string peer;
    std::chrono::system_clock::time_point since;
    std::chrono::milliseconds elapsed{};
  };
  struct Figures {
    std::uint64_t answered = 0;
    std::uint64_t refused = 0;    ///< the expression or the request was at fault
    std::uint64_t cancelled = 0;  ///< by an operator, or because the client went away
    std::uint64_t too_late = 0;
    std::uint64_t broken_off = 0;     ///< their replies in pieces ended before the last
    std::chrono::nanoseconds time{};  ///< that all of them took
    std::size_t running = 0;
  };
  /// A request's place among them; it leaves with it. It becomes a query when it is told so. One
  /// thread at a time.
  class Place;

  /// `budget` and `route` outlive the call of the route, and of what the reply streams.
  [[nodiscard]] std::shared_ptr<Place> enter(const HttpRequest& request, std::string_view route,
                                             engine::Budget& budget);
  /// Longest running first. Of one key alone where it is given.
  [[nodiscard]] std::vector<Query> list(
      const std::optional<std::string>& key_id = std::nullopt) const;
  /// Cancels the queries with this id, of one key alone where it is given; how many there were.
  std::size_t cancel(std::string_view id, const std::optional<std::string>& key_id = std::nullopt);
  [[nodiscard]] Figures figures() const;

 private:
  struct Entry {
    Query query;
    engine::Budget* budget = nullptr;
    std::chrono::steady_clock::time_point started;
    bool is_query = false;
  };
  mutable std::mutex mutex_;  // guards all below
  std::list<Entry> entries_;
  Figures over_;
};

class RunningQueries::Place {
 public:
  Place(RunningQueries& all, std::list<Entry>::iterator entry) : all_(all), entry_(entry) {}
  ~Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  void is_query();
  /// Also makes it a query. The first of several is kept.
  void asks(std::string_view expression);
  void asked_with(std::string_view key, std::string_view key_id);
  /// The reply follows in pieces. It has broken off, unless ends() is called before the place goes.
  void goes_on();
  /// The reply is made; looks at the budget, for the last time.
  void ends(unsigned status);

 private:
  RunningQueries& all_;
  std::list<Entry>::iterator entry_;
  unsigned status_ = 200;
  bool cancelled_ = false;
  bool goes_on_ = false;
};

}  // namespace tagline::server
