#include "server/api/wants.h"

#include "server/answer_json.h"
#include "server/api/refused.h"
#include "server/batch_json.h"
#include "server/breakdown.h"
#include "server/id_json.h"
#include "server/id_page.h"
#include "server/insight_json.h"
#include "server/members.h"
#include "server/numbers.h"
#include "server/overlaps.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::uint64_t kPageIds = 1000;
constexpr std::uint64_t kPeopleShown = 10;
constexpr std::int64_t kParetoShare = 800'000;

// Asks over one snapshot: ask(snapshot, request) gives an outcome, json(outcome, expression) its
// text.
template <class Ask, class ToJson>
HttpReply answer(const Call& call, const QueryBody& body, Ask ask, ToJson json) {
  const QueryRequest request = call.query(body.expression, body.as_of);
  const auto outcome = call.api.service.store().read(
      [&](const storage::Snapshot& snapshot) { return ask(snapshot, request); });
  return outcome.has_value() ? json_reply(json(*outcome, request.expression))
                             : refused(call, outcome.error(), request.expression);
}

/// For who wants to know what is still asked about: a tag that an answer is of.
void note(const Call& call, std::string_view tag) {
  call.api.asked->asked_tag(tag, seconds_since_1970());
}

std::string told_breakdown_json(const Call& call, const BreakdownAnswer& given,
                                std::string_view text) {
  for (const TagBreakdown& each : given.tags) {
    note(call, each.tag);
  }
  return breakdown_json(given, text);
}

HttpReply counted(const Call& call, QueryRequest request,
                  std::string (*json)(const Answer&, std::string_view)) {
  const auto answer = call.api.service.query(request);
  return answer.has_value() ? json_reply(json(*answer, request.expression))
                            : refused(call, answer.error(), request.expression);
}

HttpReply count(const Call& call, const QueryBody& body) {
  QueryRequest request = call.query(body.expression, body.as_of);
  request.explain = body.explain;
  return counted(call, std::move(request), answer_json);
}

HttpReply nodes(const Call& call, const QueryBody& body) {
  QueryRequest request = call.query(body.expression, body.as_of);
  request.explain = true;
  return counted(call, std::move(request), nodes_json);
}

// Time ran out, or there is no more memory: then the rest of a batch has no answer either.
bool is_of_budget(const Outcome<Answer>& outcome) {
  return !outcome.has_value() && outcome.error().error.has_value() &&
         (outcome.error().error->code() == ErrorCode::DeadlineExceeded ||
          outcome.error().error->code() == ErrorCode::Cancelled);
}

HttpReply batch(const Call& call, const QueryBody& body) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::string> expressions;
  std::vector<BatchItem> items;
  for (const TitledExpression& each : body.expressions) {
    expressions.push_back(each.expression);
    call.note_asked(each.expression);
    items.push_back({each.title, each.expression, {}});
  }
  if (call.place != nullptr && !expressions.empty()) {
    call.place->asks(expressions.front());
  }
  const auto done = call.api.service.batch(
      expressions, call.query({}, body.as_of),
      [&](std::size_t i, Outcome<Answer> outcome) { items[i].outcome = std::move(outcome); });
  if (!done.has_value()) {
    return call.fail(done.error());
  }
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  if (std::all_of(items.begin(), items.end(),
                  [](const BatchItem& item) { return is_of_budget(item.outcome); })) {
    return refused(call, items.front().outcome.error(), items.front().expression);
  }
  return json_reply(batch_json(*done, items, elapsed));
}

HttpReply ids(const Call& call, const QueryBody& body) {
  const IdPageRequest page{body.limit.value_or(kPageIds), body.cursor};
  std::vector<std::string> found;
  return answer(
      call, body,
      [&](const storage::Snapshot& snapshot, const QueryRequest& request) {
        return id_page(snapshot, request, page,
                       [&found](std::string_view id) { found.emplace_back(id); });
      },
      [&](const IdPage& given, std::string_view text) {
        call.audit->add_ids(given.returned);
        return page_json(given, found, text);
      });
}

HttpReply members(const Call& call, const QueryBody& body) {
  return answer(
      call, body,
      [&](const storage::Snapshot& snapshot, const QueryRequest& request) {
        return members_of(snapshot, request, body.ids);
      },
      [&](const MembersAnswer& given, std::string_view text) {
        call.audit->add_ids(given.yes + given.no);
        return members_json(given, body.ids, text);
      });
}

HttpReply stats(const Call& call, const QueryBody& body) {
  const bool full = body.detail.value_or("full") == "full";
  return answer(
      call, body,
      [&](const storage::Snapshot& snapshot, const QueryRequest& request) {
        return number_answer(snapshot, request, body.tag,
                             full ? NumberDetail::Full : NumberDetail::Total);
      },
      [&](const NumberAnswer& given, std::string_view text) {
        note(call, given.tag);
        return number_json(given, text);
      });
}

HttpReply ranked(const Call& call, const QueryBody& body) {
  const std::uint64_t n = body.n.value_or(body.limit.value_or(kPeopleShown));
  return answer(
      call, body,
      [&](const storage::Snapshot& snapshot, const QueryRequest& request) {
        return ranked_answer(snapshot, request, body.tag, body.want == "top", n);
      },
      [&](const RankedAnswer& given, std::string_view text) {
        call.audit->add_ids(given.people.size());
        note(call, given.tag);
        return ranked_json(given, text);
      });
}

HttpReply by_values(const Call& call, const QueryBody& body) {
  return answer(
      call, body,
      [&](const storage::Snapshot& snapshot, const QueryRequest& request) {
        return breakdown(snapshot, request, body.tag);
      },
      [&](const BreakdownAnswer& given, std::string_view text) {
        return told_breakdown_json(call, given, text);
      });
}

HttpReply cross(const Call& call, const QueryBody& body) {
  const bool listed = !body.tags.empty();
  const bool whole = listed ? body.tags.size() == 2 && body.rows.empty() && body.columns.empty()
                            : !body.rows.empty() && !body.columns.empty();
  if (!whole) {
    return call.fail(
        bad_input("want \"cross\" needs \"rows\" and \"columns\", two tags",
                  "want “cross”需要“rows”和“columns”：两个标签",
                  {"e.g. \"rows\": \"city\", \"columns\": \"level\", or \"tags\": [\"city\", "
                   "\"level\"]",
                   "例如 \"rows\": \"city\", \"columns\": \"level\"，或 \"tags\": [\"city\", "
                   "\"level\"]"}));
  }
  const std::string& rows = listed ? body.tags[0] : body.rows;
  const std::string& columns = listed ? body.tags[1] : body.columns;
  return answer(
      call, body,
      [&](const storage::Snapshot& snapshot, const QueryRequest& request) {
        return cross_table(snapshot, request, rows, columns);
      },
      [&](const CrossAnswer& given, std::string_view text) {
        note(call, given.rows.tag);
        note(call, given.columns.tag);
        return cross_json(given, text);
      });
}

HttpReply by_all_tags(const Call& call, const QueryBody& body) {
  const bool full = body.detail.value_or("total") == "full";
  return answer(
      call, body,
      [&](const storage::Snapshot& snapshot, const QueryRequest& request) {
        return profile(snapshot, request, full ? ProfileDetail::Deviations : ProfileDetail::Means);
      },
      [&](const BreakdownAnswer& given, std::string_view text) {
        return told_breakdown_json(call, given, text);
      });
}

HttpReply pareto(const Call& call, const QueryBody& body) {
  const auto share = static_cast<std::uint32_t>(body.share.value_or(kParetoShare));
  return answer(
      call, body,
      [&](const storage::Snapshot& snapshot, const QueryRequest& request) {
        return pareto_answer(snapshot, request, body.tag, share);
      },
      [&](const ParetoAnswer& given, std::string_view text) {
        note(call, given.tag);
        return pareto_json(given, text);
      });
}

HttpReply overlap(const Call& call, const QueryBody& body) {
  if (body.expressions.size() < 2) {
    return call.fail(bad_input("want \"overlap\" needs two expressions or more",
                               "want “overlap”需要两个或更多表达式",
                               {"e.g. \"expressions\": [\"vip\", \"city:tier1\"]",
                                "例如 \"expressions\": [\"vip\", \"city:tier1\"]"}));
  }
  OverlapRequest request;
  for (const TitledExpression& each : body.expressions) {
    request.expressions.push_back(each.expression);
    request.titles.push_back(each.title);
    call.note_asked(each.expression);
  }
  request.regions = body.regions;
  request.as_of = body.as_of;
  request.threads = call.api.options.threads;
  request.budget = &call.budget;
  auto answer = call.api.service.store().read(
      [&](const storage::Snapshot& snapshot) { return overlaps(snapshot, request); });
  if (answer.has_value()) {
    return json_reply(overlap_json(*answer, request));
  }
  auto& [refusal, place] = answer.error();
  for (dsl::Diagnostic& fault : refusal.diagnostics) {
    const std::string which = "expressions[" + std::to_string(place) + "]";
    fault.message = {which + ": " + fault.message.en, which + "：" + fault.message.zh};
  }
  return refused(call, refusal, request.expressions[place]);
}

const NeededField kExpression{"expression", "e.g. \"vip\"", "例如 \"vip\""};
const NeededField kExpressions{"expressions", "a list, e.g. [\"vip\", \"city:tier1\"]",
                               "列表，例如 [\"vip\", \"city:tier1\"]"};
const NeededField kNumber{"tag", "a number: e.g. \"spend\"", "数值标签，例如 \"spend\""};
const NeededField kAnyTag{"tag", "e.g. \"city\"", "标签，例如 \"city\""};
const NeededField kIds{"ids", "a list, e.g. [\"u0001\", \"u0002\"]",
                       "列表，例如 [\"u0001\", \"u0002\"]"};

}  // namespace

std::span<const Want> wants() {
  static const std::vector<Want> kWants = {
      {"count", Role::Viewer, {kExpression}, {"explain"}, count, true},
      {"count", Role::Viewer, {kExpressions}, {}, batch, true},
      {"ids", Role::Analyst, {kExpression}, {"limit", "cursor"}, ids},
      {"members", Role::Analyst, {kExpression, kIds}, {}, members},
      {"stats", Role::Viewer, {kExpression, kNumber}, {"detail"}, stats},
      {"top", Role::Analyst, {kExpression, kNumber}, {"n", "limit"}, ranked},
      {"bottom", Role::Analyst, {kExpression, kNumber}, {"n", "limit"}, ranked},
      {"breakdown", Role::Viewer, {kExpression, kAnyTag}, {}, by_values},
      {"cross", Role::Viewer, {kExpression}, {"rows", "columns", "tags"}, cross},
      {"profile", Role::Viewer, {kExpression}, {"detail"}, by_all_tags},
      {"pareto", Role::Viewer, {kExpression, kNumber}, {"share"}, pareto},
      {"overlap", Role::Viewer, {kExpressions}, {"regions"}, overlap},
      {"nodes", Role::Viewer, {kExpression}, {}, nodes},
  };
  return kWants;
}

}  // namespace tagline::server
