#include "ingest/spellings.h"

#include "ingest/text.h"

#include <utility>

namespace tagline::ingest {

Result<std::optional<std::string>> Spellings::give(const std::string& spelling,
                                                   const std::string& owner) {
  TAGLINE_ASSIGN_OR_RETURN(std::string normal, to_nfc(trim(spelling)));
  TAGLINE_ASSIGN_OR_RETURN(std::string normal_owner, to_nfc(trim(owner)));
  const auto [entry, added] = owners_.emplace(std::move(normal), normal_owner);
  return added || entry->second == normal_owner ? std::optional<std::string>()
                                                : std::optional(entry->second);
}

Status check_spelling(Spellings& spellings, const std::string& place, const std::string& spelling,
                      const std::string& owner) {
  TAGLINE_ASSIGN_OR_RETURN(const auto other, spellings.give(spelling, owner));
  if (!other.has_value()) {
    return {};
  }
  const std::string name = excerpt(trim(spelling));
  const std::string one = excerpt(*other);
  const std::string two = excerpt(trim(owner));
  return failure(ErrorCode::BadSchema,
                 {place + ": " + name + " is a name of both " + one + " and " + two,
                  place + "：“" + name + "”同时是 " + one + " 和 " + two + " 的名称"},
                 {"leave it with one of them", "请只保留其中一处"});
}

Status check_spellings_of_values(const std::string& place,
                                 const std::map<std::string, std::vector<std::string>>& values) {
  Spellings spellings;
  for (const auto& [value, aliases] : values) {
    TAGLINE_RETURN_IF_ERROR(check_spelling(spellings, place, value, value));
  }
  for (const auto& [value, aliases] : values) {
    for (const std::string& alias : aliases) {
      TAGLINE_RETURN_IF_ERROR(check_spelling(spellings, place, alias, value));
    }
  }
  return {};
}

}  // namespace tagline::ingest
