// /v1/ingest: changes of single users, in every answer as soon as they are acknowledged.
#include "ingest/digest.h"
#include "server/api/edit_request.h"
#include "server/api/problem.h"
#include "server/api/request_body.h"
#include "server/api/route_groups.h"
#include "server/ingest_queue.h"
#include "server/operation_json.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace tagline::server {
namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kNdjson = "application/x-ndjson";
/// Of one request; a file of more is a load, or several requests.
constexpr std::uint64_t kBodyBytesMax = std::uint64_t{4} << 20U;

Result<ingest::IngestOptions> options_of(const Call& call) {
  ingest::IngestOptions options;
  TAGLINE_ASSIGN_OR_RETURN(options.each, flag_parameter(call, "each", options.each));
  TAGLINE_ASSIGN_OR_RETURN(options.users, unknown_parameter(call, "users", options.users));
  TAGLINE_ASSIGN_OR_RETURN(options.tags, unknown_parameter(call, "tags", options.tags));
  TAGLINE_ASSIGN_OR_RETURN(options.values, unknown_parameter(call, "values", options.values));
  return options;
}

/// The key of a batch, and of all that says what it does. Keys of different callers are different.
Result<ingest::BatchKey> key_of(const Call& call) {
  constexpr std::size_t kKeyBytesMax = 255;
  const auto given = call.request.field("Idempotency-Key");
  if (!given.has_value()) {
    return ingest::BatchKey();
  }
  const bool plain = !given->empty() && given->size() <= kKeyBytesMax &&
                     std::all_of(given->begin(), given->end(),
                                 [](char each) { return each > ' ' && each <= '~'; });
  if (!plain) {
    return tl::unexpected(bad_input(
        "Idempotency-Key: expected 1 to 255 letters, digits and signs of ASCII, without blanks",
        "Idempotency-Key：应为 1 到 255 个可见 ASCII 字符，不含空格",
        {"take a random UUID for each batch, and the same one when it is sent again",
         "每批使用一个随机 UUID，重发时保持不变"}));
  }
  ingest::Digest digest;
  digest.add(call.request.body);
  const std::string& target = call.request.target;
  const std::size_t query = target.find('?');
  return ingest::BatchKey{
      call.caller.key_id + "\n" + std::string(*given),
      digest.hex(media_type(call.request) +
                 (query == std::string::npos ? std::string() : target.substr(query)))};
}

HttpReply reply_of(const HttpRequest& request, const ingest::IngestBatch& done,
                   const ReadOperations& read) {
  if (done.outcome.has_value()) {
    HttpReply reply = json_reply(ingest_json(with_bad(*done.outcome, read)));
    if (done.repeated) {
      reply.set("Idempotent-Replayed", "true");
    }
    return reply;
  }
  if (done.key_reused) {
    constexpr unsigned kUnprocessable = 422;
    return problem(request, kUnprocessable, "key-reused", done.outcome.error());
  }
  HttpReply reply = problem(request, done.outcome.error());
  if (done.outcome.error().code() == ErrorCode::Busy) {
    reply.set("Retry-After", "2");
  }
  return reply;
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
  auto key = key_of(call);
  if (!key.has_value()) {
    return call.fail(key.error());
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
  batch->key = std::move(*key);
  batch->author = call.caller.name;
  if (auto busy = refuse_beside_a_commit(call); busy.has_value()) {
    return std::move(*busy);
  }
  // No worker waits for the disk.
  HttpReply reply;
  reply.later = [&queue = *call.api.ingest, &request = call.request,
                 batch = std::make_shared<ingest::IngestBatch>(std::move(*batch)),
                 read = std::make_shared<ReadOperations>(std::move(*read))](const auto& then) {
    queue.add(std::move(*batch), [&request, read, then](ingest::IngestBatch done) {
      then(reply_of(request, done, *read));
    });
  };
  return reply;
}

}  // namespace

std::vector<Route> ingest_routes() {
  Route route{"POST", "/v1/ingest", {"each", "users", "tags", "values"}, Role::Operator, ingest};
  route.body_bytes = kBodyBytesMax;
  return {route};
}

}  // namespace tagline::server
