#include "cli/tags_text.h"

#include "cli/segment_text.h"
#include "cli/table.h"
#include "server/number_range.h"
#include "server/schema_json.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace tagline::cli {
namespace {

constexpr unsigned kBarCells = 20;

/// What stands beside a tag in the overview.
std::string details(const server::TagSummary& tag, std::uint64_t values, const Console& console) {
  const auto& record = tag.record;
  if (tag.lowest.has_value() && tag.highest.has_value()) {
    return server::value_text(record.kind, *tag.lowest, record.scale) + " .. " +
           server::value_text(record.kind, *tag.highest, record.scale) +
           (record.unit.empty() ? "" : " " + record.unit);
  }
  if (record.kind == engine::TagKind::Category || record.kind == engine::TagKind::Set) {
    return grouped(values) + console.say({values == 1 ? " value" : " values", " 个取值"});
  }
  return {};
}

/// " (deprecated: use score)".
std::string deprecation(const server::TagSummary& tag, const Console& console) {
  if (!tag.record.deprecated) {
    return {};
  }
  return tag.replacement.empty() ? console.say({" (deprecated)", "（已弃用）"})
                                 : console.say({" (deprecated: use " + tag.replacement + ")",
                                                "（已弃用，请改用 " + tag.replacement + "）"});
}

void print_tag_values(const server::TagSummary& tag, std::uint64_t population, std::size_t shown,
                      std::uint64_t total, Table& table, const Console& console) {
  const std::size_t count = std::min(shown, tag.values.size());
  for (std::size_t i = 0; i < count; ++i) {
    const server::ValueCount& value = tag.values[i];
    const std::string also = value.aliases.empty() ? "" : " (" + joined(value.aliases) + ")";
    table.add({"  " + value.name + also, "", grouped(value.count), percent(value.count, population),
               Bar{value.count, population, kBarCells}, ""});
  }
  if (count < total) {
    const std::string more = grouped(total - count);
    table.add(
        {console.say({"  ... " + more + " more", "  ……另有 " + more + " 个"}), "", "", "", "", ""});
  }
}

}  // namespace

void print(const server::Catalog& catalog, std::size_t values_shown, Console& console,
           std::span<const std::uint64_t> values_total) {
  console.out(
      console.say({grouped(catalog.population) + " users, " + grouped(catalog.tags.size()) +
                       " tags, days in " + catalog.time_zone + "\n\n",
                   grouped(catalog.population) + " 个用户，" + grouped(catalog.tags.size()) +
                       " 个标签，时区 " + catalog.time_zone + "\n\n"}));
  Table table({{console.say({"tag", "标签"}), Align::Left, 44},
               {console.say({"kind", "类型"})},
               {console.say({"people", "人数"}), Align::Right},
               {console.say({"share", "占比"}), Align::Right},
               {""},
               {console.say({"range or values", "范围或取值"})}},
              console.window());
  for (std::size_t i = 0; i < catalog.tags.size(); ++i) {
    const server::TagSummary& tag = catalog.tags[i];
    const std::uint64_t total = i < values_total.size() ? values_total[i] : tag.values.size();
    const std::string also =
        tag.record.aliases.empty() ? "" : " (" + joined(tag.record.aliases) + ")";
    table.add({tag.record.name + also + deprecation(tag, console),
               std::string(server::kind_name(tag.record.kind)), grouped(tag.coverage),
               percent(tag.coverage, catalog.population),
               Bar{tag.coverage, catalog.population, kBarCells}, details(tag, total, console)});
    if (values_shown > 0 || values_total.empty()) {
      print_tag_values(tag, catalog.population, std::min(values_shown, tag.values.size()), total,
                       table, console);
    }
  }
  console.out(table.text());
}

}  // namespace tagline::cli
