#include "server/access/privacy_floor.h"

#include <algorithm>
#include <charconv>

namespace tagline::server {

Result<PrivacyFloor> floor_of(std::string_view text) {
  const std::size_t mark = text.find('=');
  const std::string_view number =
      mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1);
  const auto role = role_of(text.substr(0, mark));
  PrivacyFloor floor;
  const auto [end, fault] =
      std::from_chars(number.data(), number.data() + number.size(), floor.people);
  const bool whole = fault == std::errc() && end == number.data() + number.size();
  if (!role.has_value() || !whole || floor.people < PrivacyFloor::kLeast ||
      floor.people > PrivacyFloor::kMost) {
    const std::string found(text);
    const std::string least = std::to_string(PrivacyFloor::kLeast);
    const std::string most = std::to_string(PrivacyFloor::kMost);
    return failure(ErrorCode::BadInput,
                   {"\"" + found + "\" is no privacy floor", "“" + found + "”不是隐私下限"},
                   {"write a role, = and " + least + " to " + most + ", e.g. viewer=10",
                    "请写成 角色=人数，人数为 " + least + " 到 " + most + "，例如 viewer=10"});
  }
  floor.role = *role;
  return floor;
}

std::uint64_t floor_for(std::span<const PrivacyFloor> floors, Role role) {
  std::uint64_t highest = 0;
  for (const PrivacyFloor& floor : floors) {
    if (role <= floor.role) {
      highest = std::max<std::uint64_t>(highest, floor.people);
    }
  }
  return highest;
}

}  // namespace tagline::server
