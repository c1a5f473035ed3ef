// PrivacyFloor: how many people a caller of a role has to ask about to be told how many they are.
#pragma once

#include "engine/result.h"
#include "server/api/role.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tagline::server {

/// Holds for callers of the role and of those below it.
struct PrivacyFloor {
  Role role = Role::Viewer;
  std::uint32_t people = kLeast;

  static constexpr std::uint32_t kLeast = 2;
  static constexpr std::uint32_t kMost = 1'000'000;
  friend bool operator==(const PrivacyFloor&, const PrivacyFloor&) = default;
};

/// "viewer=10": a role and a whole number of kLeast to kMost. BadInput else.
[[nodiscard]] Result<PrivacyFloor> floor_of(std::string_view text);
/// The highest of those that hold for the role; 0 when none does.
[[nodiscard]] std::uint64_t floor_for(std::span<const PrivacyFloor> floors, Role role);

}  // namespace tagline::server
