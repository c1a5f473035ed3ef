// A database of random people, and the seed of all randomness here.
#pragma once

#include "server/service.h"
#include "tests/property/people.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace tagline::tests {

/// TAGLINE_SEED, or always the same.
[[nodiscard]] std::uint64_t seed();

/// People i has the id "u" + i. In the temp directory, removed at the end.
class PeopleDatabase {
 public:
  /// Throws when it cannot be made.
  explicit PeopleDatabase(const People& people);
  ~PeopleDatabase();
  PeopleDatabase(const PeopleDatabase&) = delete;
  PeopleDatabase& operator=(const PeopleDatabase&) = delete;

  /// Writes what is different in `to`, as many people as before: other fragments stay as they are.
  [[nodiscard]] Status change(const People& from, const People& to) const;

  [[nodiscard]] server::Service& service() const { return *service_; }
  [[nodiscard]] storage::Store& store() const { return service_->store(); }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<server::Service> service_;
};

}  // namespace tagline::tests
