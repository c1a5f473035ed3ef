// /v1/segments/{name}/ids: static lists, of as many ids as a load may have rows.
#include "server/api/edit_request.h"
#include "server/api/request_body.h"
#include "server/api/route_groups.h"
#include "server/id_list.h"
#include "server/segments.h"
#include "server/why_json.h"

#include <charconv>
#include <span>
#include <utility>

namespace tagline::server {
namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kNdjson = "application/x-ndjson";
constexpr unsigned kTooLarge = 413;

bool is_json(const Call& call) {
  return media_type(call.request) == kJson;
}

HttpReply too_long_for_json(const Call& call) {
  const std::string most = std::to_string(kIdsBodyBytesMax);
  return problem(call.request, kTooLarge,
                 Error(ErrorCode::TooLarge,
                       {"the body is larger than " + most + " bytes, which JSON may have here",
                        "请求内容超过 " + most + " 字节，即此处 JSON 的上限"},
                       {"send the ids as text/plain, one a line; that may have much more",
                        "请以 text/plain 发送，每行一个编号；其上限大得多"}));
}

std::optional<HttpReply> begin(const Call& call) {
  if (call.api.jobs == nullptr) {
    return call.fail(nothing_is_written());
  }
  if (auto refused = refuse_type(call, {kJson, "text/plain", "text/csv", kNdjson});
      refused.has_value()) {
    return refused;
  }
  if (!is_json(call)) {
    return refuse_encoding(call);
  }
  const std::string_view length = call.request.field("Content-Length").value_or("0");
  std::uint64_t bytes = 0;
  std::from_chars(length.data(), length.data() + length.size(), bytes);
  return bytes > kIdsBodyBytesMax ? std::optional(too_long_for_json(call)) : std::nullopt;
}

/// {"ids": [...]} with the list's card.
tl::expected<ListedUsers, HttpReply> of_json(const Call& call, SegmentCard& card) {
  std::string text = call.request.body;
  if (const auto& file = call.request.file; file != nullptr) {
    const auto size = file->size();
    if (size.has_value() && *size > kIdsBodyBytesMax) {
      return tl::unexpected(too_long_for_json(call));
    }
    text.resize(size.has_value() ? *size : 0);
    const auto read = size.has_value() ? file->read(0, std::span(text)) : size;
    if (!read.has_value()) {
      return tl::unexpected(call.fail(read.error()));
    }
  }
  std::vector<std::string> ids;
  auto refused = read_body(call, text, [&](JsonReader& body) {
    body.only({"ids", "title", "description", "owner", "labels"});
    require(body, "ids", {"a list of ids, e.g. [\"u1\"]", "编号列表，例如 [\"u1\"]"});
    read_texts(body, "ids", ids, kBodyIdsMax);
    read_card(body, card);
  });
  if (refused.has_value()) {
    return tl::unexpected(std::move(*refused));
  }
  UserFinder finder(call.api.service.store(), &call.budget);
  for (std::string& id : ids) {
    if (const Status added = finder.add(std::move(id)); !added.has_value()) {
      return tl::unexpected(call.fail(added.error()));
    }
  }
  auto found = finder.found();
  return found.has_value() ? tl::expected<ListedUsers, HttpReply>(std::move(*found))
                           : tl::unexpected(call.fail(found.error()));
}

/// An id a line.
Result<ListedUsers> of_lines(const Call& call) {
  TAGLINE_ASSIGN_OR_RETURN(const auto file, file_of_body(call));
  const IdLines form = media_type(call.request) == kNdjson ? IdLines::Quoted : IdLines::Plain;
  UserFinder finder(call.api.service.store(), &call.budget);
  TAGLINE_RETURN_IF_ERROR(read_ids(file->path().string(), form, {"the body", "请求内容"},
                                   [&](std::string id) { return finder.add(std::move(id)); }));
  return finder.found();
}

HttpReply post_ids(const Call& call) {
  if (auto refused = begin(call); refused.has_value()) {
    return std::move(*refused);
  }
  auto edit = begin_edit(call);
  if (!edit.has_value()) {
    return std::move(edit).error();
  }
  if (auto late = call.limit(std::nullopt); late.has_value()) {
    return std::move(*late);
  }
  SegmentCard card;
  ListedUsers listed;
  if (is_json(call)) {
    auto read = of_json(call, card);
    if (!read.has_value()) {
      return std::move(read).error();
    }
    listed = std::move(*read);
  } else {
    auto read = of_lines(call);
    if (!read.has_value()) {
      return call.fail(read.error());
    }
    listed = std::move(*read);
  }
  const auto imported = Segments(call.api.service.store(), execute_options(call))
                            .put_list(call.variables[0], std::move(listed),
                                      {"in the body", "请求内容中"}, card, *edit);
  if (!imported.has_value()) {
    return problem(call.request, imported.error(), "");
  }
  HttpReply reply = json_reply(imported_json(*imported));
  if (imported->saved.created) {
    set_created(reply, "/v1/segments/", imported->saved.record.name);
  }
  set_revision(reply, imported->saved.revision);
  return reply;
}

}  // namespace

std::vector<Route> segment_list_routes() {
  Route ids{"POST", "/v1/segments/{name}/ids", {}, Role::Analyst, post_ids};
  ids.begin = begin;
  return {ids};
}

}  // namespace tagline::server
