#include "server/id_json.h"

#include "server/answer_fields.h"
#include "server/diagnostic_json.h"

#include <utility>

namespace tagline::server {
namespace {

Json member(std::string_view id, Membership membership) {
  return {{"id", std::string(id)}, {"member", std::string(word(membership))}};
}

}  // namespace

std::string page_json(const IdPage& page, std::span<const std::string> ids, std::string_view text) {
  Json json = answer_fields(page.answer, text);
  json["returned"] = page.returned;
  json["remaining"] = page.remaining;
  json["next"] = page.next.has_value() ? Json(*page.next) : Json(nullptr);
  json["ids"] = Json::array();
  for (const std::string& id : ids) {
    json["ids"].push_back(id);
  }
  return dump(json);
}

std::string_view word(Membership membership) {
  switch (membership) {
    case Membership::Yes:
      return "yes";
    case Membership::No:
      return "no";
    case Membership::Unknown:
      return "unknown";
  }
  return {};
}

std::string members_json(const MembersAnswer& answer, std::span<const std::string> ids,
                         std::string_view text) {
  Json json = answer_fields(answer.answer, text);
  json.erase("count");
  json["asked"] = ids.size();
  json["in"] = answer.yes;
  json["not_in"] = answer.no;
  json["unknown"] = answer.unknown;
  json["members"] = Json::array();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    json["members"].push_back(member(ids[i], answer.members[i]));
  }
  return dump(json);
}

std::string member_json(std::string_view id, Membership membership) {
  return dump(member(id, membership));
}

}  // namespace tagline::server
