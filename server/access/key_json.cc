#include "server/access/key_json.h"

#include "server/day_text.h"
#include "server/diagnostic_json.h"
#include "server/json_reader.h"

namespace tagline::server {
namespace {

Json json_of(const ApiKey& key, std::chrono::system_clock::time_point now) {
  const KeyState state = state_of(key, now);
  return Json{{"id", key.id},
              {"name", key.name},
              {"role", name_of(key.role)},
              {"state", state == KeyState::Live      ? "live"
                        : state == KeyState::Expired ? "expired"
                                                     : "revoked"},
              {"made", key.made},
              {"expires", key.expires.has_value() ? Json(day_text(*key.expires)) : Json()},
              {"revoked", key.revoked.empty() ? Json() : Json(key.revoked)},
              {"rate", key.rate.has_value() ? Json(text_of(*key.rate)) : Json()}};
}

}  // namespace

std::string key_json(const ApiKey& key, std::chrono::system_clock::time_point now) {
  return dump(json_of(key, now));
}

std::string keys_json(const std::vector<ApiKey>& keys, std::chrono::system_clock::time_point now) {
  Json list = Json::array();
  for (const ApiKey& key : keys) {
    list.push_back(json_of(key, now));
  }
  return dump(Json{{"keys", std::move(list)}});
}

std::string made_key_json(const MadeKey& made) {
  Json json = json_of(made.key, std::chrono::system_clock::now());
  json["key"] = made.text;
  return dump(json);
}

}  // namespace tagline::server
