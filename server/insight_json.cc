#include "server/insight_json.h"

#include "server/answer_fields.h"
#include "server/day_text.h"
#include "server/diagnostic_json.h"
#include "server/schema_json.h"

#include <optional>
#include <utility>

namespace tagline::server {
namespace {

constexpr double kMillion = 1'000'000;

void put(Json& json, const char* key, const std::optional<std::string>& value) {
  if (value.has_value()) {
    json[key] = *value;
  }
}

void put_unit(Json& json, const std::string& unit) {
  if (!unit.empty()) {
    json["unit"] = unit;
  }
}

Json tag_json(const TagBreakdown& tag) {
  Json json = {{"tag", tag.tag},
               {"name", text_json(tag.name)},
               {"kind", kind_name(tag.kind)},
               {"known", tag.known},
               {"known_population", tag.known_population}};
  put_unit(json, tag.unit);
  if (tag.mean.has_value() || tag.mean_population.has_value()) {
    put(json, "mean", tag.mean);
    put(json, "mean_population", tag.mean_population);
    put(json, "deviation", tag.deviation);
    put(json, "deviation_population", tag.deviation_population);
    put(json, "sum", tag.sum);
    put(json, "sum_population", tag.sum_population);
    return json;
  }
  Json rows = Json::array();
  for (const BreakdownRow& row : tag.rows) {
    rows.push_back({{"value", row.value},
                    {"name", text_json(row.name)},
                    {"condition", row.condition},
                    {"count", row.count},
                    {"population", row.population}});
  }
  json["rows"] = std::move(rows);
  return json;
}

/// Row by row.
Json table_json(const std::vector<std::uint64_t>& counts, std::size_t columns) {
  Json rows = Json::array();
  for (std::size_t at = 0; columns != 0 && at < counts.size(); at += columns) {
    Json row = Json::array();
    for (std::size_t i = 0; i < columns; ++i) {
      row.push_back(counts[at + i]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::string number_json(const NumberAnswer& answer, std::string_view text) {
  Json number = {{"tag", answer.tag}, {"name", text_json(answer.name)}, {"known", answer.known}};
  put_unit(number, answer.unit);
  put(number, "sum", answer.sum);
  put(number, "mean", answer.mean);
  put(number, "deviation", answer.deviation);
  put(number, "min", answer.min);
  put(number, "max", answer.max);
  Json quantiles = Json::array();
  for (const NumberAnswer::Quantile& quantile : answer.quantiles) {
    quantiles.push_back({{"share", quantile.share / kMillion}, {"value", quantile.value}});
  }
  number["quantiles"] = std::move(quantiles);
  Json json = answer_fields(answer.answer, text);
  json["number"] = std::move(number);
  return dump(json);
}

std::string ranked_json(const RankedAnswer& answer, std::string_view text) {
  Json json = answer_fields(answer.answer, text);
  json["tag"] = answer.tag;
  json["name"] = text_json(answer.name);
  put_unit(json, answer.unit);
  json["people"] = Json::array();
  for (const RankedAnswer::Person& person : answer.people) {
    json["people"].push_back({{"id", person.id}, {"value", person.value}});
  }
  return dump(json);
}

std::string pareto_json(const ParetoAnswer& answer, std::string_view text) {
  Json pareto = {{"tag", answer.tag},
                 {"name", text_json(answer.name)},
                 {"share", answer.share / kMillion},
                 {"known", answer.known},
                 {"people", answer.people}};
  put_unit(pareto, answer.unit);
  put(pareto, "total", answer.total);
  put(pareto, "held", answer.held);
  put(pareto, "threshold", answer.threshold);
  if (!answer.segment.empty()) {
    pareto["segment"] = answer.segment;
  }
  Json json = answer_fields(answer.answer, text);
  json["pareto"] = std::move(pareto);
  return dump(json);
}

std::string breakdown_json(const BreakdownAnswer& answer, std::string_view text) {
  Json json = answer_fields(answer.answer, text);
  json["tags"] = Json::array();
  for (const TagBreakdown& tag : answer.tags) {
    json["tags"].push_back(tag_json(tag));
  }
  return dump(json);
}

std::string cross_json(const CrossAnswer& answer, std::string_view text) {
  Json json = answer_fields(answer.answer, text);
  json["rows"] = tag_json(answer.rows);
  json["columns"] = tag_json(answer.columns);
  json["counts"] = table_json(answer.counts, answer.columns.rows.size());
  json["without_column"] = answer.without_column;
  json["without_row"] = answer.without_row;
  json["without_both"] = answer.without_both;
  return dump(json);
}

std::string overlap_json(const OverlapAnswer& answer, const OverlapRequest& request) {
  Json segments = Json::array();
  const std::size_t size = answer.segments.size();
  for (std::size_t i = 0; i < size; ++i) {
    Json& segment = segments.emplace_back();
    if (!request.titles.empty()) {
      segment["title"] = request.titles[i];
    }
    segment["expression"] = answer.segments[i];
    segment["count"] = answer.overlaps[i * size + i];
    segment["warnings"] = diagnostics_json(answer.warnings[i], request.expressions[i]);
  }
  Json json = {
      {"segments", std::move(segments)},     {"overlaps", table_json(answer.overlaps, size)},
      {"population", answer.population},     {"as_of", day_text(answer.as_of)},
      {"time_zone", answer.time_zone},       {"version", answer.version},
      {"elapsed_us", answer.elapsed.count()}};
  if (!answer.regions.empty()) {
    Json regions = Json::array();
    for (const OverlapAnswer::Region& region : answer.regions) {
      regions.push_back({{"in", region.in}, {"count", region.count}});
    }
    json["regions"] = std::move(regions);
  }
  return dump(json);
}

}  // namespace tagline::server
