// What requests that list and edit the catalogue have in common. Included by server/api/*.cc only.
#pragma once

#include "ingest/apply.h"
#include "server/api/request_body.h"
#include "server/api/route.h"
#include "server/edit.h"
#include "server/segments.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tagline::server {

/// Before an edit: who edits, and what If-Match and If-None-Match ask of what is there. A reply
/// when this server writes nothing ("read-only"), a load is being written and is not over within a
/// second
/// ("busy"), or a field cannot be read.
[[nodiscard]] tl::expected<Edit, HttpReply> begin_edit(const Call& call);
/// 503 when a load is being written and goes on for a second: it keeps others from writing for as
/// long as it takes, and a worker that waited for it would answer nobody.
[[nodiscard]] std::optional<HttpReply> refuse_beside_a_commit(const Call& call);
/// Says what If-Match has to name for an edit of what this reply is of.
void set_revision(HttpReply& reply, const std::string& revision);
/// 201, and where it is: `folder` ("/v1/segments/") and its name, escaped.
void set_created(HttpReply& reply, std::string_view folder, std::string_view name);

/// A parameter that is true or false.
[[nodiscard]] Result<bool> flag_parameter(const Call& call, std::string_view name, bool otherwise);

/// A parameter that is create or refuse: what to do with names that are not known.
[[nodiscard]] Result<ingest::Unknown> unknown_parameter(const Call& call, std::string_view name,
                                                        ingest::Unknown otherwise);

/// Which part of a list is wanted.
struct ListPart {
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};
inline constexpr std::uint64_t kListLimitMax = 10'000;
/// The parameters "offset" and "limit" (1 to kListLimitMax; `limit` when it is not given).
[[nodiscard]] Result<ListPart> list_part(const Call& call, std::uint64_t limit);

/// With the threads and the budget of the call, which `Call::limit` sets.
[[nodiscard]] engine::ExecuteOptions execute_options(const Call& call);

/// "title" ({"en", "zh-CN"} or one text), "description", "owner", "labels" of a body; what is not
/// there is not given.
void read_card(JsonReader& body, SegmentCard& card);

}  // namespace tagline::server
