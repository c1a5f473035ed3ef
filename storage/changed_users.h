// ChangedUsers: who has changed since fragments were last written, in any field. Most have not: one
// look here spares them one in each field that has changed. Private to storage/.
#pragma once

#include "engine/layout.h"
#include "storage/change.h"
#include "storage/shared_map.h"

#include <bitset>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>

namespace tagline::storage {

/// A copy shares all blocks but those that one of the two adds to. As SharedMap, of threads.
class ChangedUsers {
 public:
  /// Cost: a step a change, and a copy of 512 bytes for each block in which somebody is
  /// new.
  void add(std::span<const Change> changes);
  [[nodiscard]] bool contains(engine::UserIndex user) const {
    const auto* block = blocks_.find(user / kUsers);
    return block != nullptr && (**block)[user % kUsers];
  }

  /// Adds one by one.
  class Adder;

 private:
  static constexpr std::uint32_t kUsers = 4096;
  using Block = std::bitset<kUsers>;
  SharedMap<std::uint32_t, Block> blocks_;
};

/// What it was given is in `users` when it ends.
class ChangedUsers::Adder {
 public:
  explicit Adder(ChangedUsers& users) : users_(users) {}
  ~Adder();
  Adder(const Adder&) = delete;
  Adder& operator=(const Adder&) = delete;
  void add(engine::UserIndex user);

 private:
  ChangedUsers& users_;
  std::unordered_map<std::uint32_t, std::shared_ptr<Block>> own_;
};

}  // namespace tagline::storage
