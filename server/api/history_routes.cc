#include "server/api/edit_request.h"
#include "server/api/request_body.h"
#include "server/api/route_groups.h"
#include "server/as_of.h"
#include "server/segment_history.h"
#include "server/tag_drift_json.h"
#include "server/tag_spread.h"
#include "server/tags.h"
#include "server/why_json.h"

#include <string>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::uint64_t kDaysShown = 30;
constexpr std::uint64_t kDaysMost = 10'000;

Result<std::uint64_t> days_of(const Call& call) {
  TAGLINE_ASSIGN_OR_RETURN(const auto days, number_parameter(call, "days"));
  if (days.value_or(1) == 0 || days.value_or(1) > kDaysMost) {
    return tl::unexpected(bad_input("days: " + std::to_string(*days) + ", expected 1 to 10000",
                                    "days：" + std::to_string(*days) + "，应为 1 到 10000",
                                    {"write days=30, or leave it out", "请写 days=30，或不写"}));
  }
  return days.value_or(kDaysShown);
}

SegmentHistories histories_of(const Call& call) {
  static_cast<void>(call.limit(std::nullopt));  // too late: Routes has looked
  return SegmentHistories(call.api.service.store(), execute_options(call));
}

HttpReply show(const Call& call) {
  HistoryRequest request;
  const auto days = days_of(call);
  if (!days.has_value()) {
    return call.fail(days.error());
  }
  request.days = *days;
  const auto since = day_parameter(call, "since");
  if (!since.has_value()) {
    return call.fail(since.error());
  }
  request.since = *since;
  const auto history = histories_of(call).show(call.variables[0], request);
  return history.has_value() ? json_reply(history_json(*history))
                             : problem(call.request, history.error(), "");
}

HttpReply record(const Call& call) {
  const auto edit = begin_edit(call);
  if (!edit.has_value()) {
    return edit.error();
  }
  const auto point = histories_of(call).record(call.variables[0]);
  return point.has_value() ? json_reply(history_point_json(call.variables[0], *point))
                           : problem(call.request, point.error(), "");
}

HttpReply drift(const Call& call) {
  const auto days = days_of(call);
  if (!days.has_value()) {
    return call.fail(days.error());
  }
  static_cast<void>(call.limit(std::nullopt));  // too late: Routes has looked
  const auto tag = Tags(call.api.service, execute_options(call)).record(call.variables[0]);
  if (!tag.has_value()) {
    return call.fail(tag.error());
  }
  TagDrift found;
  const Status read =
      call.api.service.store().read([&](const storage::Snapshot& snapshot) -> Status {
        TAGLINE_ASSIGN_OR_RETURN(const auto today, as_of_day(std::nullopt, snapshot));
        TAGLINE_ASSIGN_OR_RETURN(found, tag_drift(snapshot, *tag, *days, today));
        return {};
      });
  return read.has_value() ? json_reply(drift_json(found)) : call.fail(read.error());
}

}  // namespace

std::vector<Route> history_routes() {
  return {
      {"GET", "/v1/segments/{name}/history", {"days", "since"}, Role::Viewer, show},
      {"POST", "/v1/segments/{name}/history", {}, Role::Analyst, record},
      {"GET", "/v1/tags/{tag}/drift", {"days"}, Role::Viewer, drift},
  };
}

}  // namespace tagline::server
