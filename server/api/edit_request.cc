#include "server/api/edit_request.h"

#include "server/http/percent_encoded.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tagline::server {
namespace {

/// Takes the blanks and the comma before the next entry of a list off.
void skip_between(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == ',')) {
    text.remove_prefix(1);
  }
}

/// What the fields of a conditional request say (RFC 9110, 13.1).
Result<Edit> edit_of(const Call& call) {
  Edit edit;
  edit.author = call.caller.name;
  if (const auto none = call.request.field("If-None-Match"); none.has_value()) {
    if (*none != "*") {
      return tl::unexpected(
          bad_input("If-None-Match: " + std::string(*none) + ", expected *",
                    "If-None-Match：" + std::string(*none) + "，应为 *",
                    {"* creates and changes nothing that is there; to change what "
                     "you have read, send its ETag as If-Match",
                     "* 表示仅新建；如要修改已读取的内容，请以 If-Match 发送其 ETag"}));
    }
    edit.only_new = true;
  }
  if (!call.request.field("If-Match").has_value()) {
    return edit;
  }
  edit.seen.emplace();
  const std::string found = call.request.list("If-Match");
  std::string_view rest = found;
  for (skip_between(rest); !rest.empty(); skip_between(rest)) {
    if (rest.front() == '*') {
      edit.seen->emplace_back("*");
      rest.remove_prefix(1);
      continue;
    }
    // A weak tag is one that an edit must not rely on (RFC 9110, 13.1.1): it matches nothing.
    const bool weak = rest.substr(0, 2) == "W/";
    rest.remove_prefix(weak ? 2 : 0);
    const std::size_t end =
        rest.empty() || rest.front() != '"' ? std::string_view::npos : rest.find('"', 1);
    if (end == std::string_view::npos) {
      return tl::unexpected(bad_input("If-Match: " + found + " cannot be read",
                                      "无法解析 If-Match：" + found,
                                      {"send the ETag of what you read, with its quotes, or *",
                                       "请发送读取时得到的 ETag（含引号），或 *"}));
    }
    if (!weak) {
      edit.seen->emplace_back(rest.substr(1, end - 1));
    }
    rest.remove_prefix(end + 1);
  }
  return edit;
}

}  // namespace

std::optional<HttpReply> refuse_beside_a_commit(const Call& call) {
  if (call.api.jobs == nullptr) {
    return std::nullopt;
  }
  const auto jobs = call.api.jobs->list();
  const auto writes = std::find_if(jobs.begin(), jobs.end(), [](const LoadJob& job) {
    return job.state == JobState::Running && job.progress.committing;
  });
  if (writes == jobs.end()) {
    return std::nullopt;
  }
  constexpr std::chrono::seconds kPatience{1};
  const auto after =
      call.api.jobs->wait_behind(writes->id, std::chrono::steady_clock::now() + kPatience);
  if (!after.has_value() || after->job.is_over()) {
    return std::nullopt;
  }
  HttpReply reply = call.fail(Error(
      ErrorCode::Busy,
      {"the load " + writes->id + " is being written", "装载任务 " + writes->id + " 正在写入"},
      Hint{{"try again when it is over", "请在其结束后重试"},
           {"try again when it is over: GET /v1/jobs/" + writes->id,
            "请在其结束后重试：GET /v1/jobs/" + writes->id},
           {}}));
  reply.set("Retry-After", "2");
  return reply;
}

tl::expected<Edit, HttpReply> begin_edit(const Call& call) {
  if (call.api.options.read_only) {
    return tl::unexpected(call.fail(nothing_is_written()));
  }
  if (auto busy = refuse_beside_a_commit(call); busy.has_value()) {
    return tl::unexpected(std::move(*busy));
  }
  auto edit = edit_of(call);
  if (!edit.has_value()) {
    return tl::unexpected(call.fail(edit.error()));
  }
  return std::move(*edit);
}

void set_revision(HttpReply& reply, const std::string& revision) {
  reply.set("ETag", "\"" + revision + "\"");
}

void set_created(HttpReply& reply, std::string_view folder, std::string_view name) {
  constexpr unsigned kCreated = 201;
  reply.status = kCreated;
  reply.set("Location", std::string(folder) + percent_encoded(name));
}

Result<bool> flag_parameter(const Call& call, std::string_view name, bool otherwise) {
  const std::string* text = call.parameter(name);
  if (text == nullptr) {
    return otherwise;
  }
  if (*text != "true" && *text != "false") {
    const std::string key(name);
    return tl::unexpected(bad_input(key + ": \"" + *text + "\" is neither true nor false",
                                    key + "：“" + *text + "”既不是 true 也不是 false",
                                    {"write true or false", "请写 true 或 false"}));
  }
  return *text == "true";
}

Result<ingest::Unknown> unknown_parameter(const Call& call, std::string_view name,
                                          ingest::Unknown otherwise) {
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

Result<ListPart> list_part(const Call& call, std::uint64_t limit) {
  ListPart part;
  TAGLINE_ASSIGN_OR_RETURN(const auto offset, number_parameter(call, "offset"));
  TAGLINE_ASSIGN_OR_RETURN(const auto wanted, number_parameter(call, "limit"));
  part.offset = offset.value_or(0);
  part.limit = wanted.value_or(limit);
  if (part.limit == 0 || part.limit > kListLimitMax) {
    const std::string most = std::to_string(kListLimitMax);
    return tl::unexpected(
        bad_input("limit: " + std::to_string(part.limit) + ", expected 1 to " + most,
                  "limit：" + std::to_string(part.limit) + "，应为 1 到 " + most,
                  {"ask for the rest with offset", "其余部分请用 offset 取得"}));
  }
  return part;
}

engine::ExecuteOptions execute_options(const Call& call) {
  engine::ExecuteOptions options;
  options.threads = call.api.options.threads;
  options.budget = &call.budget;
  return options;
}

void read_card(JsonReader& body, SegmentCard& card) {
  const auto read = [&](const char* key, std::optional<std::string>& into) {
    if (body.has(key)) {
      body.read(key, into.emplace());
    }
  };
  body.read("title", card.title_en, card.title_zh);
  read("description", card.description);
  read("owner", card.owner);
  if (body.has("labels")) {
    body.read("labels", card.labels.emplace());
  }
}

}  // namespace tagline::server
