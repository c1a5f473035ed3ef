#include "server/api/etag.h"

#include <algorithm>
#include <string>

namespace tagline::server {
namespace {

bool names(std::string_view list, const std::string& mark) {
  // No mark has a quotation mark in it.
  return list.find('"' + mark + '"') != std::string_view::npos;
}

}  // namespace

void set_etag(HttpReply& reply, const AnswerState& state, std::string_view question) {
  std::erase_if(reply.fields, [](const HttpField& field) { return field.name == "Cache-Control"; });
  reply.set("ETag", "W/\"" + mark_of(state, question) + "\"");
  reply.set("Cache-Control", "private, no-cache");
}

std::optional<HttpReply> not_modified(const Call& call, std::optional<std::chrono::sys_days> as_of,
                                      std::string_view question) {
  const std::string had = call.request.list("If-None-Match");
  if (had.empty()) {
    return std::nullopt;
  }
  const auto state = state_now(call.api.service, as_of);
  if (!state.has_value() || !names(had, mark_of(*state, question))) {
    return std::nullopt;  // what is wrong is told when the answer is made
  }
  HttpReply reply;
  reply.status = 304;
  set_etag(reply, *state, question);
  return reply;
}

}  // namespace tagline::server
