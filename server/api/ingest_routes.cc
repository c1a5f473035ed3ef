// /v1/ingest: changes of single users, in every answer as soon as they are acknowledged.
#include "server/api/edit_request.h"
#include "server/api/request_body.h"
#include "server/api/route_groups.h"
#include "server/ingest_queue.h"
#include "server/operation_json.h"

#include <utility>

namespace tagline::server {
namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kNdjson = "application/x-ndjson";
/// Of one request; a file of more is a load, or several requests.
constexpr std::uint64_t kBodyBytesMax = std::uint64_t{4} << 20U;

Result<ingest::Unknown> policy(const Call& call, std::string_view name, ingest::Unknown otherwise) {
  const std::string* text = call.parameter(name);
  if (text == nullptr) {
    return otherwise;
  }
  if (*text == "create" || *text == "refuse") {
    return *text == "create" ? ingest::Unknown::Create : ingest::Unknown::Refuse;
  }
  const std::string parameter(name);
  return tl::unexpected(bad_input(parameter + ": \"" + *text + "\"",
                                  parameter + "：“" + *text + "”",
                                  {"write create or refuse", "请写 create 或 refuse"}));
}

Result<ingest::IngestOptions> options_of(const Call& call) {
  ingest::IngestOptions options;
  TAGLINE_ASSIGN_OR_RETURN(options.each, flag_parameter(call, "each", options.each));
  TAGLINE_ASSIGN_OR_RETURN(options.users, policy(call, "users", options.users));
  TAGLINE_ASSIGN_OR_RETURN(options.tags, policy(call, "tags", options.tags));
  TAGLINE_ASSIGN_OR_RETURN(options.values, policy(call, "values", options.values));
  return options;
}

HttpReply ingest(const Call& call) {
  if (call.api.ingest == nullptr) {
    return call.fail(nothing_is_written());
  }
  if (auto refused = refuse_type(call, {kNdjson, kJson}); refused.has_value()) {
    return std::move(*refused);
  }
  const auto options = options_of(call);
  if (!options.has_value()) {
    return call.fail(options.error());
  }
  auto read = media_type(call.request) == kJson
                  ? operations_from_list(call.request.body)
                  : Result<ReadOperations>(operations_from_lines(call.request.body));
  if (!read.has_value()) {
    return call.fail(read.error());
  }
  auto batch = batch_of(*read, *options);
  if (!batch.has_value()) {
    return call.fail(batch.error());
  }
  if (auto busy = refuse_beside_a_commit(call); busy.has_value()) {
    return std::move(*busy);
  }
  call.api.ingest->apply(*batch);
  return batch->outcome.has_value() ? json_reply(ingest_json(with_bad(*batch->outcome, *read)))
                                    : call.fail(batch->outcome.error());
}

}  // namespace

std::vector<Route> ingest_routes() {
  Route route{"POST", "/v1/ingest", {"each", "users", "tags", "values"}, Role::Operator, ingest};
  route.body_bytes = kBodyBytesMax;
  return {route};
}

}  // namespace tagline::server
