#include "server/api/accept.h"
#include "server/api/etag.h"
#include "server/api/refused.h"
#include "server/api/request_body.h"
#include "server/api/route_groups.h"
#include "server/api/stream_room.h"
#include "server/day_text.h"
#include "server/id_export.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tagline::server {
namespace {

// A stream may be compressed, which holds a window and tables of its own (Compressor).
constexpr std::uint64_t kCompressorBytes = std::uint64_t{1} << 20U;

struct Form {
  IdForm form;
  std::string_view name;
  std::string_view type;
  std::string_view content_type;
  std::string_view file;  ///< the end of a file's name; "": shown by browsers, not saved
};
// In the order of preference.
constexpr std::array kForms = {
    Form{IdForm::Ndjson, "ndjson", "application/x-ndjson", "application/x-ndjson", ""},
    Form{IdForm::Csv, "csv", "text/csv", "text/csv; charset=utf-8; header=present", ".csv"},
    Form{IdForm::Roaring, "roaring", "application/vnd.roaring", "application/vnd.roaring",
         ".roaring"}};

HttpReply not_acceptable(const Call& call, std::string_view accept) {
  const std::string found(accept);
  HttpReply reply = problem(
      call.request, 406,
      bad_input("ids cannot be given as \"" + found + "\"", "无法以“" + found + "”的格式给出编号",
                {"accept application/x-ndjson, text/csv or application/vnd.roaring, or write "
                 "format=ndjson, csv or roaring in the address",
                 "请接受 application/x-ndjson、text/csv 或 application/vnd.roaring，或在地址中写 "
                 "format=ndjson、csv 或 roaring"}));
  reply.set("Vary", "Accept");
  return reply;
}

// By the parameter `format`, or else by Accept.
tl::expected<Form, HttpReply> form_of(const Call& call) {
  if (const std::string* name = call.parameter("format"); name != nullptr) {
    const auto* found = std::find_if(kForms.begin(), kForms.end(),
                                     [name](const Form& form) { return form.name == *name; });
    if (found == kForms.end()) {
      return tl::unexpected(call.fail(
          bad_input("format: \"" + *name + "\" is none", "format：没有“" + *name + "”格式",
                    {"write ndjson, csv or roaring", "请写 ndjson、csv 或 roaring"})));
    }
    return *found;
  }
  std::array<std::string_view, kForms.size()> types;
  std::transform(kForms.begin(), kForms.end(), types.begin(),
                 [](const Form& form) { return form.type; });
  const std::string accept = call.request.list("Accept");
  const auto place = accepted(accept, types);
  if (!place.has_value()) {
    return tl::unexpected(not_acceptable(call, accept));
  }
  return kForms[*place];
}

void describe(HttpReply& reply, const Answer& answer, const Form& form,
              const std::string& question) {
  const std::string day = day_text(answer.as_of);
  reply.set("Content-Type", std::string(form.content_type));
  reply.set("Vary", "Accept");
  if (!form.file.empty()) {
    reply.set("Content-Disposition",
              "attachment; filename=\"ids-" + day + std::string(form.file) + "\"");
  }
  reply.set("Tagline-Version", std::to_string(answer.version));
  reply.set("Tagline-As-Of", day);
  set_etag(reply, state_of(answer), question);
}

HttpReply give(const Call& call, const QueryRequest& request, const Form& form) {
  const std::string question = "ids " + std::string(form.name) + "\n" + request.expression;
  if (auto unchanged = not_modified(call, request.as_of, question); unchanged.has_value()) {
    unchanged->set("Vary", "Accept");
    return std::move(*unchanged);
  }
  HttpReply reply;
  storage::Store& store = call.api.service.store();
  if (call.request.method == "HEAD") {
    const auto answer = unanswered(store, request);
    if (!answer.has_value()) {
      return refused(call, answer.error(), request.expression);
    }
    describe(reply, *answer, form, question);
    reply.pieces = [] { return Result<std::string>(); };
    return reply;
  }
  if (auto forbidden = call.may_export(request.expression); forbidden.has_value()) {
    return std::move(*forbidden);
  }
  auto selected = IdExport::select(store, request, form.form);
  if (!selected.has_value()) {
    return refused(call, selected.error(), request.expression);
  }
  const auto place = call.api.streams->take(selected->held_bytes() + kCompressorBytes);
  if (place == nullptr) {
    reply = problem(call.request,
                    Error(ErrorCode::Busy,
                          {"too many lists of ids are on their way to slow clients",
                           "正在发送的编号列表过多，且接收方过慢"},
                          {"try again in a second, or take pages: POST /v1/query with want \"ids\"",
                           "请一秒后重试，或分页读取：POST /v1/query 并写 want \"ids\""}));
    reply.set("Retry-After", "1");
    return reply;
  }
  describe(reply, selected->answer(), form, question);
  reply.set("Tagline-Count", std::to_string(selected->answer().count));
  reply.pieces = [ids = std::make_shared<IdExport>(std::move(*selected)), place, audit = call.audit,
                  &budget = call.budget] {
    const std::uint64_t before = ids->ids_made();
    auto piece = ids->next(budget);
    audit->add_ids(ids->ids_made() - before);
    return piece;
  };
  return reply;
}

HttpReply by_address(const Call& call) {
  const auto expression = expression_parameter(call, "/v1/ids?q=vip");
  const auto as_of = day_parameter(call, "as_of");
  const auto timeout_ms = number_parameter(call, "timeout_ms");
  for (const Error* fault : {expression.has_value() ? nullptr : &expression.error(),
                             as_of.has_value() ? nullptr : &as_of.error(),
                             timeout_ms.has_value() ? nullptr : &timeout_ms.error()}) {
    if (fault != nullptr) {
      return call.fail(*fault);
    }
  }
  auto form = form_of(call);
  if (!form.has_value()) {
    return std::move(form).error();
  }
  if (auto late = call.limit(*timeout_ms); late.has_value()) {
    return std::move(*late);
  }
  return give(call, call.query(*expression, *as_of), *form);
}

HttpReply by_body(const Call& call) {
  std::string expression;
  std::optional<std::chrono::sys_days> as_of;
  std::optional<std::uint64_t> timeout_ms;
  auto fault = read_body(call, [&](JsonReader& body) {
    body.only({"expression", "as_of", "timeout_ms"});
    require(body, "expression", {"an expression, e.g. \"vip\"", "表达式，例如 \"vip\""});
    body.read("expression", expression);
    read_day(body, "as_of", as_of);
    body.read_whole("timeout_ms", timeout_ms);
  });
  if (fault.has_value()) {
    return std::move(*fault);
  }
  auto form = form_of(call);
  if (!form.has_value()) {
    return std::move(form).error();
  }
  if (auto late = call.limit(timeout_ms); late.has_value()) {
    return std::move(*late);
  }
  return give(call, call.query(std::move(expression), as_of), *form);
}

}  // namespace

std::vector<Route> id_routes() {
  return {
      {"GET", "/v1/ids", {"q", "as_of", "timeout_ms", "format"}, Role::Analyst, by_address},
      {"POST", "/v1/ids", {"format"}, Role::Analyst, by_body, Audited::No},
  };
}

}  // namespace tagline::server
