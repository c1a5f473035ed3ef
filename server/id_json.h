// Ids as JSON text: pages and memberships. Field names are part of the interface.
#pragma once

#include "server/id_page.h"
#include "server/members.h"

#include <span>
#include <string>
#include <string_view>

namespace tagline::server {

/// answer_json + "returned", "remaining", "next" (a cursor, or null on the last page), "ids": [...]
[[nodiscard]] std::string page_json(const IdPage& page, std::span<const std::string> ids,
                                    std::string_view text);

/// "yes", "no", "unknown".
[[nodiscard]] std::string_view word(Membership membership);
/// answer_json without "count", + "asked", "in", "not_in", "unknown", "members": [member_json]
[[nodiscard]] std::string members_json(const MembersAnswer& answer,
                                       std::span<const std::string> ids, std::string_view text);
/// {"id", "member": "yes" | "no" | "unknown"}
[[nodiscard]] std::string member_json(std::string_view id, Membership membership);

}  // namespace tagline::server
