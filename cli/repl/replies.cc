#include "cli/repl/replies.h"

#include "server/day_text.h"
#include "server/schema_json.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

namespace tagline::cli {
namespace {

using server::JsonValue;

constexpr double kMillion = 1'000'000;

std::chrono::sys_days day_of(const JsonValue& value) {
  return server::parse_day(value.text()).value_or(std::chrono::sys_days{});
}

engine::TagKind kind_of(const JsonValue& value) {
  using engine::TagKind;
  constexpr std::array kKinds = {TagKind::Flag, TagKind::Category, TagKind::Set, TagKind::Number,
                                 TagKind::Date};
  const std::string name = value.text();
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](TagKind kind) { return server::kind_name(kind) == name; });
  return found == kKinds.end() ? TagKind::Flag : *found;
}

std::uint32_t millionths(const JsonValue& share) {
  return static_cast<std::uint32_t>(std::lround(share.real() * kMillion));
}

dsl::Span span_of(std::uint64_t from, std::uint64_t to) {
  const auto begin = static_cast<std::uint32_t>(std::max<std::uint64_t>(from, 1) - 1);
  return {begin, std::max(begin, static_cast<std::uint32_t>(std::max<std::uint64_t>(to, 1) - 1))};
}

server::Explanation explanation_of(const JsonValue& reply) {
  server::Explanation explanation;
  explanation.sentence = reply["sentence"].words();
  for (const JsonValue& each : reply["nodes"].items()) {
    server::NodeCount node;
    node.text = each["text"].text();
    node.depth = static_cast<unsigned>(each["depth"].number());
    node.count = each["count"].number();
    node.entered = each["entered"].number();
    node.kept = each["kept"].number();
    node.without = each["without"].number_if_any();
    node.dates = each["dates"].text();
    explanation.nodes.push_back(std::move(node));
  }
  explanation.plan_written = reply["plan_written"].text();
  explanation.plan_rewritten = reply["plan_rewritten"].text();
  for (const JsonValue& pass : reply["passes"].items()) {
    explanation.passes.emplace_back(
        pass["name"].text(),
        std::chrono::nanoseconds(static_cast<std::int64_t>(pass["elapsed_ns"].number())));
  }
  explanation.program = reply["program"].text();
  explanation.stats.fragments_borrowed = reply["fragments_borrowed"].number();
  explanation.stats.fragments_copied = reply["fragments_copied"].number();
  explanation.stats.containers_read = reply["containers_read"].number();
  explanation.stats.payload_bytes = reply["payload_bytes"].number();
  explanation.stats.blocks_run = reply["blocks_run"].number();
  explanation.stats.blocks_skipped = reply["blocks_skipped"].number();
  if (const JsonValue kept = reply["cache"]; !kept.is_null()) {
    server::Explanation::Cache cache;
    cache.use.whole = kept["whole"].truth();
    cache.use.shards_kept = kept["shards_kept"].number();
    cache.use.shards_run = kept["shards_run"].number();
    cache.use.parts_kept = kept["parts_kept"].number();
    cache.use.parts_run = kept["parts_run"].number();
    cache.usage.bytes = kept["bytes"].number();
    cache.usage.bytes_max = kept["bytes_max"].number();
    explanation.cache = cache;
  }
  return explanation;
}

server::TagBreakdown tag_breakdown_of(const JsonValue& reply) {
  server::TagBreakdown tag;
  tag.tag = reply["tag"].text();
  tag.name = reply["name"].words();
  if (tag.name.empty()) {
    tag.name = {tag.tag, tag.tag};
  }
  tag.kind = kind_of(reply["kind"]);
  tag.unit = reply["unit"].text();
  tag.known = reply["known"].number();
  tag.known_population = reply["known_population"].number();
  tag.mean = reply["mean"].text_if_any();
  tag.mean_population = reply["mean_population"].text_if_any();
  tag.deviation = reply["deviation"].text_if_any();
  tag.deviation_population = reply["deviation_population"].text_if_any();
  tag.sum = reply["sum"].text_if_any();
  tag.sum_population = reply["sum_population"].text_if_any();
  for (const JsonValue& row : reply["rows"].items()) {
    tag.rows.push_back({row["value"].text(), row["name"].words(), row["count"].number(),
                        row["population"].number(), row["condition"].text()});
  }
  return tag;
}

/// Rows of a table one after the other.
std::vector<std::uint64_t> table_of(const JsonValue& rows) {
  std::vector<std::uint64_t> counts;
  for (const JsonValue& row : rows.items()) {
    const std::vector<std::uint64_t> numbers = row.numbers();
    counts.insert(counts.end(), numbers.begin(), numbers.end());
  }
  return counts;
}

}  // namespace

// Recursion is as deep as segments are nested.
std::vector<dsl::Diagnostic> diagnostics_of(const JsonValue& list) {
  std::vector<dsl::Diagnostic> diagnostics;
  for (const JsonValue& each : list.items()) {
    dsl::Diagnostic diagnostic;
    diagnostic.code = each["code"].text();
    diagnostic.severity =
        each["severity"].text() == "warning" ? dsl::Severity::Warning : dsl::Severity::Error;
    diagnostic.span = span_of(each["at"].number(), each["at"].number() + each["length"].number());
    diagnostic.message = each["message"].words();
    diagnostic.hint = each["hint"].words();
    for (const JsonValue& fix : each["fixes"].items()) {
      diagnostic.fixes.push_back({fix["title"].words(),
                                  span_of(fix["from"].number(), fix["to"].number()),
                                  fix["insert"].text()});
    }
    if (const JsonValue day = each["as_of"]; !day.is_null()) {
      diagnostic.as_of = server::parse_day(day.text());
    }
    if (const JsonValue segment = each["segment"]; !segment.is_null()) {
      diagnostic.inside = std::make_shared<dsl::SegmentFault>(dsl::SegmentFault{
          segment["name"].text(), segment["expression"].text(), diagnostics_of(segment["errors"])});
    }
    diagnostics.push_back(std::move(diagnostic));
  }
  return diagnostics;
}

server::Answer answer_of(const JsonValue& reply) {
  server::Answer answer;
  answer.expression = reply["expression"].text();
  answer.count = reply["count"].number();
  answer.population = reply["population"].number();
  answer.as_of = day_of(reply["as_of"]);
  answer.time_zone = reply["time_zone"].text();
  answer.elapsed =
      std::chrono::microseconds(static_cast<std::int64_t>(reply["elapsed_us"].number()));
  answer.version = reply["version"].number();
  answer.methods = reply["methods"].texts();
  answer.warnings = diagnostics_of(reply["warnings"]);
  if (const JsonValue explain = reply["explain"]; !explain.is_null()) {
    answer.explanation = explanation_of(explain);
  }
  return answer;
}

server::NumberAnswer number_of(const JsonValue& reply) {
  const JsonValue number = reply["number"];
  server::NumberAnswer answer;
  answer.answer = answer_of(reply);
  answer.tag = number["tag"].text();
  answer.name = number["name"].words();
  answer.unit = number["unit"].text();
  answer.known = number["known"].number();
  answer.sum = number["sum"].text_if_any();
  answer.mean = number["mean"].text_if_any();
  answer.deviation = number["deviation"].text_if_any();
  answer.min = number["min"].text_if_any();
  answer.max = number["max"].text_if_any();
  for (const JsonValue& quantile : number["quantiles"].items()) {
    answer.quantiles.push_back({millionths(quantile["share"]), quantile["value"].text()});
  }
  return answer;
}

server::RankedAnswer ranked_of(const JsonValue& reply) {
  server::RankedAnswer answer;
  answer.answer = answer_of(reply);
  answer.tag = reply["tag"].text();
  answer.name = reply["name"].words();
  answer.unit = reply["unit"].text();
  for (const JsonValue& person : reply["people"].items()) {
    answer.people.push_back({person["id"].text(), person["value"].text()});
  }
  return answer;
}

server::ParetoAnswer pareto_of(const JsonValue& reply) {
  const JsonValue pareto = reply["pareto"];
  server::ParetoAnswer answer;
  answer.answer = answer_of(reply);
  answer.tag = pareto["tag"].text();
  answer.name = pareto["name"].words();
  answer.unit = pareto["unit"].text();
  answer.share = millionths(pareto["share"]);
  answer.known = pareto["known"].number();
  answer.people = pareto["people"].number();
  answer.total = pareto["total"].text_if_any();
  answer.held = pareto["held"].text_if_any();
  answer.threshold = pareto["threshold"].text_if_any();
  answer.segment = pareto["segment"].text();
  return answer;
}

server::BreakdownAnswer breakdown_of(const JsonValue& reply) {
  server::BreakdownAnswer answer;
  answer.answer = answer_of(reply);
  for (const JsonValue& tag : reply["tags"].items()) {
    answer.tags.push_back(tag_breakdown_of(tag));
  }
  return answer;
}

server::CrossAnswer cross_of(const JsonValue& reply) {
  server::CrossAnswer answer;
  answer.answer = answer_of(reply);
  answer.rows = tag_breakdown_of(reply["rows"]);
  answer.columns = tag_breakdown_of(reply["columns"]);
  answer.counts = table_of(reply["counts"]);
  answer.counts.resize(answer.rows.rows.size() * answer.columns.rows.size());
  answer.without_column = reply["without_column"].numbers();
  answer.without_column.resize(answer.rows.rows.size());
  answer.without_row = reply["without_row"].numbers();
  answer.without_row.resize(answer.columns.rows.size());
  answer.without_both = reply["without_both"].number();
  return answer;
}

server::OverlapAnswer overlap_of(const JsonValue& reply) {
  server::OverlapAnswer answer;
  for (const JsonValue& segment : reply["segments"].items()) {
    answer.segments.push_back(segment["expression"].text());
  }
  answer.overlaps = table_of(reply["overlaps"]);
  answer.overlaps.resize(answer.segments.size() * answer.segments.size());
  for (const JsonValue& each : reply["regions"].items()) {
    server::OverlapAnswer::Region region;
    for (const std::uint64_t place : each["in"].numbers()) {
      region.in.push_back(std::min<std::size_t>(place, answer.segments.size() - 1));
    }
    region.count = each["count"].number();
    answer.regions.push_back(std::move(region));
  }
  answer.population = reply["population"].number();
  answer.as_of = day_of(reply["as_of"]);
  answer.time_zone = reply["time_zone"].text();
  return answer;
}

server::Why why_of(const JsonValue& reply) {
  server::Why why;
  why.id = reply["id"].text();
  why.expression = reply["expression"].text();
  why.as_of = day_of(reply["as_of"]);
  why.member = reply["member"].truth();
  for (const JsonValue& node : reply["nodes"].items()) {
    why.nodes.push_back({node["text"].text(), static_cast<unsigned>(node["depth"].number()),
                         node["holds"].truth(), node["decides"].truth()});
  }
  why.deciding = reply["deciding"].texts();
  why.changes.smallest = reply["changes_smallest"].truth();
  for (const JsonValue& way : reply["changes"].items()) {
    std::vector<server::Change> changes;
    for (const JsonValue& each : way.items()) {
      server::Change change;
      change.name = each["what"].words();
      change.from = each["from"].words();
      change.to = each["to"].words();
      changes.push_back(std::move(change));
    }
    why.changes.ways.push_back(std::move(changes));
  }
  why.warnings = diagnostics_of(reply["warnings"]);
  return why;
}

}  // namespace tagline::cli
