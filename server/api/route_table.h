// RouteTable: which route answers a method at a path. Included by server/api/*.cc only.
#pragma once

#include "server/api/route.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

struct RouteEntry {
  Route route;
  std::vector<std::string_view> parts;  ///< of its path
};

/// Built before the first request, then read by many threads.
class RouteTable {
 public:
  /// The entries at a path, and which of them answers the method (or null).
  struct Found {
    std::vector<const RouteEntry*> at_path;
    const RouteEntry* entry = nullptr;
  };

  void add(Route route);
  /// GET answers HEAD, too. Of paths that match, the one with fewest variables is meant:
  /// "/v1/tags/search" is not the tag "search".
  [[nodiscard]] Found find(std::string_view method, const std::vector<std::string>& path) const;
  [[nodiscard]] const std::vector<RouteEntry>& entries() const { return entries_; }
  /// For HttpReply::route.
  [[nodiscard]] std::uint32_t number_of(const RouteEntry& entry) const;
  /// What stands for the variables of the entry's path, in order. REQUIRES: the path matches it.
  [[nodiscard]] static std::vector<std::string> variables(const RouteEntry& entry,
                                                          const std::vector<std::string>& path);

 private:
  std::vector<RouteEntry> entries_;  ///< those with fewer variables first
};

/// "a, b".
[[nodiscard]] std::string listed(const std::vector<std::string_view>& names);

/// 404 or 405, saying what there is.
[[nodiscard]] HttpReply nothing_there(const HttpRequest& request, const RouteTable& table,
                                      const RouteTable::Found& found);

}  // namespace tagline::server
