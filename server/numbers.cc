#include "server/numbers.h"

#include "dsl/print.h"
#include "engine/number_summary.h"
#include "engine/ranking.h"
#include "server/number_range.h"
#include "server/prepared.h"
#include "server/tag_names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tagline::server {
namespace {

using engine::Int128;
using engine::TagKind;

constexpr std::array<std::uint32_t, 6> kQuantiles = {100'000, 250'000, 500'000,
                                                     750'000, 900'000, 990'000};

/// A mean with two digits more than the numbers have, rounded half away from zero; exact until
/// then.
std::string mean_text(Int128 sum, std::uint64_t known, unsigned scale) {
  constexpr Int128 kMore = 100;
  const auto users = static_cast<Int128>(known);
  const Int128 magnitude = (sum < 0 ? -sum : sum) * kMore;
  const Int128 rounded = (magnitude + users / 2) / users;
  return total_text(sum < 0 ? -rounded : rounded, scale + 2);
}

Result<const dsl::Tag*> number_tag(const dsl::Catalogue& catalogue, std::string_view name,
                                   bool dates) {
  TAGLINE_ASSIGN_OR_RETURN(const dsl::Tag* tag, tag_called(catalogue, name));
  if (tag->kind == TagKind::Number || (dates && tag->kind == TagKind::Date)) {
    return tag;
  }
  std::string numbers;
  std::string numbers_zh;
  for (const dsl::Tag& each : catalogue.tags) {
    if (each.kind == TagKind::Number || (dates && each.kind == TagKind::Date)) {
      numbers += (numbers.empty() ? "" : ", ") + each.name;
      numbers_zh += (numbers_zh.empty() ? "" : "、") + names_of(each).zh;
    }
  }
  const bool date = tag->kind == TagKind::Date;
  return failure(
      ErrorCode::BadInput,
      {tag->name + (date ? " is a date" : " is not a number") + "; a number is needed here",
       names_of(*tag).zh + (date ? " 是日期" : " 不是数值") + "，这里需要数值标签"},
      numbers.empty() ? Text{"this database has no such tag", "这个数据库没有这样的标签"}
                      : Text{"use one of: " + numbers, "可用：" + numbers_zh});
}

/// A prepared request with the tag it asks about, and a sweep over its people.
struct Asked {
  Prepared prepared;
  const dsl::Tag* tag;
  Clock::time_point start;
};

Outcome<Asked> ask(const storage::Snapshot& snapshot, const QueryRequest& request,
                   std::string_view tag_name, bool dates) {
  const auto start = Clock::now();
  auto prepared = prepare(request, snapshot);
  if (!prepared.has_value()) {
    return tl::unexpected(std::move(prepared).error());
  }
  Asked asked{std::move(prepared).value(), nullptr, start};
  TAGLINE_ASSIGN_OR_RETURN(asked.tag, number_tag(asked.prepared.catalogue, tag_name, dates));
  return asked;
}

Result<engine::Sweep> sweep_of(Asked& asked, const storage::Snapshot& snapshot,
                               const QueryRequest& request) {
  Prepared& prepared = asked.prepared;
  return engine::Sweep::prepare(prepared.plan, {&prepared.root, 1}, snapshot,
                                execute_options(request), engine::Answers::InTurn);
}

NumberAnswer written(const engine::NumberSummary& summary, const dsl::Tag& tag) {
  NumberAnswer answer;
  answer.tag = tag.name;
  answer.name = names_of(tag);
  answer.kind = tag.kind;
  answer.unit = tag.unit;
  answer.known = summary.total.known;
  answer.answer.count = summary.total.users;
  if (summary.total.known == 0) {
    return answer;
  }
  if (tag.kind == TagKind::Number) {
    answer.sum = total_text(summary.total.sum, tag.scale);
    answer.mean = mean_text(summary.total.sum, summary.total.known, tag.scale);
  }
  const auto text = [&tag](std::int64_t value) { return value_text(tag.kind, value, tag.scale); };
  if (summary.min.has_value() && summary.max.has_value()) {
    answer.min = text(*summary.min);
    answer.max = text(*summary.max);
    if (tag.kind == TagKind::Number) {
      answer.deviation = rounded_text(summary.deviation, tag.scale);
    }
  }
  for (std::size_t i = 0; i < summary.quantiles.size(); ++i) {
    if (summary.quantiles[i].has_value()) {
      answer.quantiles.push_back({kQuantiles[i], text(*summary.quantiles[i])});
    }
  }
  return answer;
}

}  // namespace

Outcome<NumberAnswer> number_answer(const storage::Snapshot& snapshot, const QueryRequest& request,
                                    std::string_view tag, NumberDetail detail) {
  auto asked = ask(snapshot, request, tag, detail == NumberDetail::Full);
  if (!asked.has_value()) {
    return tl::unexpected(std::move(asked).error());
  }
  TAGLINE_ASSIGN_OR_RETURN(const engine::Sweep sweep, sweep_of(*asked, snapshot, request));
  engine::NumberSummary summary;
  if (detail == NumberDetail::Total) {
    TAGLINE_ASSIGN_OR_RETURN(const auto totals, engine::number_totals(sweep, asked->tag->field));
    summary.total = totals.front();
    summary.mean = summary.total.known == 0 ? 0
                                            : static_cast<double>(summary.total.sum) /
                                                  static_cast<double>(summary.total.known);
  } else {
    TAGLINE_ASSIGN_OR_RETURN(summary, engine::number_summary(sweep, asked->tag->field, kQuantiles));
  }
  NumberAnswer answer = written(summary, *asked->tag);
  asked->prepared.answer.count = answer.answer.count;
  answer.answer = std::move(asked->prepared.answer);
  answer.answer.elapsed = since(asked->start);
  return answer;
}

Outcome<RankedAnswer> ranked_answer(const storage::Snapshot& snapshot, const QueryRequest& request,
                                    std::string_view tag, bool largest, std::uint64_t n) {
  auto asked = ask(snapshot, request, tag, true);
  if (!asked.has_value()) {
    return tl::unexpected(std::move(asked).error());
  }
  TAGLINE_ASSIGN_OR_RETURN(const engine::Sweep sweep, sweep_of(*asked, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(
      const auto ranked,
      engine::ranked_users(sweep, asked->tag->field,
                           largest ? engine::Rank::Largest : engine::Rank::Smallest, n));
  Prepared& prepared = asked->prepared;
  TAGLINE_ASSIGN_OR_RETURN(
      prepared.answer.count,
      engine::count(prepared.plan, prepared.root, snapshot, execute_options(request)));
  RankedAnswer answer;
  answer.tag = asked->tag->name;
  answer.name = names_of(*asked->tag);
  answer.unit = asked->tag->unit;
  // Each name is a look-up, and there may be a million.
  constexpr std::size_t kNamesAtOnce = 1024;
  engine::MemoryShare memory(request.budget);
  std::uint64_t held = ranked.size() * sizeof(engine::RankedUser);
  for (const engine::RankedUser& user : ranked) {
    if (request.budget != nullptr && answer.people.size() % kNamesAtOnce == 0) {
      memory.set(held);
      TAGLINE_RETURN_IF_ERROR(request.budget->check());
    }
    TAGLINE_ASSIGN_OR_RETURN(std::string id, snapshot.external_id(user.user));
    answer.people.push_back(
        {std::move(id), value_text(asked->tag->kind, user.value, asked->tag->scale)});
    held += sizeof(answer.people.back()) + answer.people.back().id.size();
  }
  answer.answer = std::move(prepared.answer);
  answer.answer.elapsed = since(asked->start);
  return answer;
}

Outcome<ParetoAnswer> pareto_answer(const storage::Snapshot& snapshot, const QueryRequest& request,
                                    std::string_view tag, std::uint32_t share) {
  auto asked = ask(snapshot, request, tag, false);
  if (!asked.has_value()) {
    return tl::unexpected(std::move(asked).error());
  }
  TAGLINE_ASSIGN_OR_RETURN(const engine::Sweep sweep, sweep_of(*asked, snapshot, request));
  TAGLINE_ASSIGN_OR_RETURN(const auto totals, engine::number_totals(sweep, asked->tag->field));
  TAGLINE_ASSIGN_OR_RETURN(const auto found,
                           engine::concentration(sweep, asked->tag->field, share));
  const dsl::Tag& of = *asked->tag;
  ParetoAnswer answer;
  answer.tag = of.name;
  answer.name = names_of(of);
  answer.unit = of.unit;
  answer.share = share;
  answer.known = totals.front().known;
  if (answer.known != 0) {
    answer.total = total_text(totals.front().sum, of.scale);
  }
  if (found.has_value()) {
    answer.people = found->users;
    answer.held = total_text(found->held, of.scale);
    answer.threshold = value_text(of.kind, found->threshold, of.scale);
    answer.segment = "top(" + std::to_string(found->users) + ", " +
                     asked->prepared.answer.expression + ", by:" + dsl::write_name(of.name) + ")";
  }
  asked->prepared.answer.count = totals.front().users;
  answer.answer = std::move(asked->prepared.answer);
  answer.answer.elapsed = since(asked->start);
  return answer;
}

}  // namespace tagline::server
