// /v1/load, /v1/jobs: files into the database, while it answers.
#include "ingest/input.h"
#include "server/answer_json.h"
#include "server/api/edit_request.h"
#include "server/api/request_body.h"
#include "server/api/route_groups.h"
#include "server/diagnostic_json.h"
#include "server/utc_text.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::chrono::milliseconds kShortLoad{2'000};
constexpr const char* kCsv = "text/csv";
constexpr const char* kNdjson = "application/x-ndjson";
constexpr const char* kDefaultName = "upload";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Result<double> max_errors_of(const Call& call, double otherwise) {
  const std::string* text = call.parameter("max_errors");
  if (text == nullptr) {
    return otherwise;
  }
  double percent = -1;
  const char* end = text->data() + text->size();
  const auto [read, problem] = std::from_chars(text->data(), end, percent);
  if (problem != std::errc() || read != end || !(percent >= 0 && percent <= 100)) {
    return tl::unexpected(
        bad_input("max_errors: \"" + *text + "\" is no percentage from 0 to 100",
                  "max_errors：“" + *text + "”不是 0 到 100 的百分数",
                  {"write it as 0.5 for half a percent", "例如 0.5 表示百分之零点五"}));
  }
  return percent / 100;
}

Status check_text(const Call& call, std::string_view name) {
  const std::string* text = call.parameter(name);
  if (text == nullptr || (!text->empty() && text->size() <= storage::kNameBytesMax)) {
    return {};
  }
  const std::string key(name);
  const std::string most = std::to_string(storage::kNameBytesMax);
  return tl::unexpected(
      bad_input(key + ": expected text of 1 to " + most + " bytes",
                key + "：应为 1 到 " + most + " 字节的文本",
                {"leave the parameter out if there is none", "如没有请去掉该参数"}));
}

std::string text_of(const Call& call, std::string_view name, const char* otherwise = "") {
  const std::string* text = call.parameter(name);
  return text == nullptr ? otherwise : *text;
}

Result<LoadOrder> order_of(const Call& call) {
  LoadOrder order;
  for (const char* name : {"id", "load_id", "name", "schema"}) {
    TAGLINE_RETURN_IF_ERROR(check_text(call, name));
  }
  order.name = text_of(call, "name", kDefaultName);
  order.id_column = text_of(call, "id");
  order.load_id = text_of(call, "load_id");
  TAGLINE_ASSIGN_OR_RETURN(order.max_errors_share, max_errors_of(call, order.max_errors_share));
  TAGLINE_ASSIGN_OR_RETURN([[maybe_unused]] const bool wait, flag_parameter(call, "wait", false));
  if (const std::string* name = call.parameter("schema"); name != nullptr) {
    TAGLINE_ASSIGN_OR_RETURN(order.schema, call.api.schemas.get(*name));
    const bool csv = order.schema->format == ingest::FileFormat::Csv;
    if (csv != (media_type(call.request) == kCsv)) {
      const std::string expected = csv ? kCsv : kNdjson;
      return tl::unexpected(bad_input(
          "the schema " + *name + " is of " + expected, "模式 " + *name + " 用于 " + expected,
          {"send Content-Type: " + expected + ", or name another schema",
           "请发送 Content-Type: " + expected + "，或换一个模式"}));
    }
  }
  return order;
}

std::optional<HttpReply> begin_load(const Call& call) {
  if (call.api.jobs == nullptr) {
    return call.fail(nothing_is_written());
  }
  if (auto refused = refuse_type(call, {kCsv, kNdjson}); refused.has_value()) {
    return refused;
  }
  if (auto refused = refuse_encoding(call); refused.has_value()) {
    return refused;
  }
  const auto order = order_of(call);
  return order.has_value() ? std::nullopt : std::optional(call.fail(order.error()));
}

const char* phase_of(const LoadJob& job) {
  if (job.state != JobState::Running) {
    return job.is_over() ? "over" : "waiting";
  }
  return job.progress.committing ? "writing" : "reading";
}

Json moment_json(const std::optional<std::chrono::system_clock::time_point>& moment) {
  return moment.has_value() ? Json(utc_text(*moment)) : Json();
}

Json job_json(const LoadJob& job) {
  Json json{{"id", job.id},
            {"name", job.name},
            {"state", name_of(job.state)},
            {"phase", phase_of(job)},
            {"asked", utc_text(job.asked)},
            {"began", moment_json(job.began)},
            {"ended", moment_json(job.ended)},
            {"rows", job.report.has_value() ? job.report->rows : job.progress.rows},
            {"bytes_read", job.progress.bytes_read},
            {"bytes_total", job.progress.bytes_total},
            {"report", job.report.has_value() ? Json::parse(load_json(*job.report)) : Json()},
            {"error", nullptr}};
  if (job.error.has_value()) {
    json["error"] = {{"code", wire_name(job.error->code())},
                     {"message", text_json(job.error->message())},
                     {"hint", text_json(job.error->hint())}};
  }
  return json;
}

/// 415 when the body is plainly of the other type than it is said to be. What cannot be read here
/// the load will tell.
std::optional<HttpReply> refuse_other_content(const Call& call, const TemporaryFile& file) {
  constexpr std::size_t kLooked = std::size_t{64} << 10U;
  const auto input = ingest::Input::open(file.path().string());
  const auto sample = input.has_value() ? (*input)->peek(kLooked)
                                        : Result<std::string_view>(tl::unexpected(input.error()));
  if (!sample.has_value()) {
    return std::nullopt;
  }
  const std::string_view text =
      sample->starts_with(kByteOrderMark) ? sample->substr(kByteOrderMark.size()) : *sample;
  constexpr const char* kBlank = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  const bool open = text.substr(begin).starts_with('{');
  const std::size_t next =
      open ? std::min(text.find_first_not_of(kBlank, begin + 1), text.size()) : text.size();
  const bool csv = media_type(call.request) == kCsv;
  const bool other = csv ? text.substr(next).starts_with('"') || text.substr(next).starts_with('}')
                         : begin < text.size() && !open;
  if (!other) {
    return std::nullopt;
  }
  const std::string said = csv ? kCsv : kNdjson;
  const std::string found = csv ? kNdjson : kCsv;
  HttpReply reply = problem(
      call.request, 415,
      csv ? bad_input("the body is said to be " + said + " and is NDJSON: an object a line",
                      "内容类型为 " + said + "，但内容是 NDJSON（每行一个对象）",
                      {"send Content-Type: " + found, "请发送 Content-Type: " + found})
          : bad_input("the body is said to be " + said + ", and its first line is no object {...}",
                      "内容类型为 " + said + "，但第一行不是对象 {...}",
                      {"send one object a line, or CSV as Content-Type: " + found,
                       "请每行发送一个对象；CSV 请用 Content-Type: " + found}));
  reply.set("Accept", std::string(kCsv) + ", " + kNdjson);
  return reply;
}

/// A job with a word of why the reply did not wait for its end.
Json unfinished_json(const Call& call, const LoadWait& wait) {
  const std::string job = "/v1/jobs/" + wait.job.id;
  const Text detail =
      wait.turned_away
          ? Text{"the load goes on; as many requests as may wait for loads already, so this one "
                 "did not: ask GET " + job + " for its end",
                 "装载仍在进行；等待装载的请求已达上限，因此本请求未等待：请用 GET " + job +
                     " 查询结果"}
          : Text{"the load goes on; the time to wait for it is over: ask GET " + job +
                     " for its end",
                 "装载仍在进行；等待时间已到：请用 GET " + job + " 查询结果"};
  Json json = job_json(wait.job);
  json["detail"] = wants_chinese(call.request) ? detail.zh : detail.en;
  return json;
}

HttpReply located(HttpReply reply, const std::string& id) {
  reply.set("Location", "/v1/jobs/" + id);
  return reply;
}

HttpReply load(const Call& call) {
  if (auto refused = begin_load(call); refused.has_value()) {
    return std::move(*refused);
  }
  auto order = order_of(call);
  if (!order.has_value()) {
    return call.fail(order.error());
  }
  auto file = file_of_body(call);
  if (!file.has_value()) {
    return call.fail(file.error());
  }
  if (auto refused = refuse_other_content(call, **file); refused.has_value()) {
    return std::move(*refused);
  }
  order->file = std::move(*file);
  const auto id = call.api.jobs->add(std::move(*order));
  if (!id.has_value()) {
    HttpReply reply = call.fail(id.error());
    reply.set("Retry-After", "10");
    return reply;
  }
  const bool long_wait = text_of(call, "wait") == "true";
  const auto until =
      std::chrono::steady_clock::now() + (long_wait ? call.api.options.timeout : kShortLoad);
  const auto wait = call.api.jobs->wait(*id, until, [&] { return call.budget.cancelled.load(); });
  const LoadJob* job = wait.has_value() ? &wait->job : nullptr;
  if (job != nullptr && job->report.has_value()) {
    Json report = Json::parse(load_json(*job->report));
    report["job"] = *id;
    return located(json_reply(dump(report)), *id);
  }
  if (job != nullptr && job->error.has_value()) {
    return located(call.fail(*job->error), *id);
  }
  HttpReply reply = json_reply(job != nullptr ? dump(unfinished_json(call, *wait)) : "{}");
  reply.set("Vary", "Accept-Language");
  reply.status = 202;
  return located(std::move(reply), *id);
}

HttpReply jobs(const Call& call) {
  Json list = Json::array();
  if (call.api.jobs != nullptr) {
    for (const LoadJob& job : call.api.jobs->list()) {
      list.push_back(job_json(job));
    }
  }
  return json_reply(dump(Json{{"jobs", std::move(list)}}));
}

HttpReply no_job(const Call& call) {
  const std::string& id = call.variables.front();
  return call.fail(
      Error(ErrorCode::NotFound, {"there is no job " + id, "没有任务 " + id},
            {"GET /v1/jobs lists them; the oldest that are over are forgotten, as are all when the "
             "server ends",
             "GET /v1/jobs 列出全部任务；较早结束的任务会被清除，服务器关闭后全部清除"}));
}

HttpReply job(const Call& call) {
  const auto found =
      call.api.jobs == nullptr ? std::nullopt : call.api.jobs->find(call.variables.front());
  return found.has_value() ? json_reply(dump(job_json(*found))) : no_job(call);
}

HttpReply cancel_job(const Call& call) {
  const auto found =
      call.api.jobs == nullptr ? std::nullopt : call.api.jobs->cancel(call.variables.front());
  return found.has_value() ? json_reply(dump(job_json(*found))) : no_job(call);
}

HttpReply rejects(const Call& call) {
  const auto found =
      call.api.jobs == nullptr ? std::nullopt : call.api.jobs->find(call.variables.front());
  if (!found.has_value()) {
    return no_job(call);
  }
  if (!found->is_over()) {
    return problem(call.request, 409,
                   Error(ErrorCode::Busy, {"the load is not over", "装载尚未结束"},
                         {"ask again when the job's state is done or failed",
                          "请在任务状态为 done 或 failed 后再试"}));
  }
  HttpReply reply;
  reply.set("Content-Type", "text/csv; charset=utf-8");
  reply.set("Cache-Control", "no-store");
  reply.file = found->rejects;
  return reply;
}

}  // namespace

std::vector<Route> load_routes() {
  return {
      {"POST",
       "/v1/load",
       {"schema", "id", "load_id", "max_errors", "name", "wait"},
       Role::Operator,
       load,
       Audited::Write,
       Entrance::Key,
       false,
       begin_load},
      {"GET", "/v1/jobs", {}, Role::Operator, jobs, Audited::No},
      {"GET", "/v1/jobs/{job}", {}, Role::Operator, job, Audited::No},
      {"DELETE", "/v1/jobs/{job}", {}, Role::Operator, cancel_job},
      {"GET", "/v1/jobs/{job}/rejects", {}, Role::Operator, rejects, Audited::Export},
  };
}

}  // namespace tagline::server
