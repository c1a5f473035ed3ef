#include "storage/changed_users.h"

namespace tagline::storage {

void ChangedUsers::add(std::span<const Change> changes) {
  Adder adder(*this);
  for (const Change& change : changes) {
    adder.add(change.user);
  }
}

void ChangedUsers::Adder::add(engine::UserIndex user) {
  const std::uint32_t number = user / kUsers;
  auto own = own_.find(number);
  if (own == own_.end()) {
    const auto* block = users_.blocks_.find(number);
    if (block != nullptr && (**block)[user % kUsers]) {
      return;
    }
    own = own_.emplace(number, block == nullptr ? std::make_shared<Block>()
                                                : std::make_shared<Block>(**block))
              .first;
  }
  own->second->set(user % kUsers);
}

ChangedUsers::Adder::~Adder() {
  for (auto& [number, block] : own_) {
    users_.blocks_.put(number, std::move(block));
  }
}

}  // namespace tagline::storage
