#include "cli/tags_text.h"

#include "cli/decimal_text.h"
#include "cli/names_text.h"
#include "cli/table.h"
#include "server/duration_text.h"
#include "server/number_range.h"

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
    const auto value = [&](std::int64_t stored) {
      return grouped_decimal(server::value_text(record.kind, stored, record.scale));
    };
    return value(*tag.lowest) + " .. " + value(*tag.highest) +
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
    table.add({"  " + names_text(value.name, value.aliases, console.language()), "",
               grouped(value.count), percent(value.count, population),
               Bar{value.count, population, kBarCells}, ""});
  }
  if (count < total) {
    const std::string more = grouped(total - count);
    table.add(
        {console.say({"  ... " + more + " more", "  ……另有 " + more + " 个"}), "", "", "", "", ""});
  }
}

}  // namespace

void print(const server::Catalog& catalog, const TagsShown& shown, Console& console) {
  const std::uint64_t all = std::max<std::uint64_t>(shown.tags_total, catalog.tags.size());
  const bool some = catalog.tags.size() < all;
  const std::string tags =
      (some ? grouped(catalog.tags.size()) + console.say({" of ", " / "}) : "") + grouped(all);
  console.tell(console.say(
      {grouped(catalog.population) + (catalog.population == 1 ? " user, " : " users, ") + tags +
           (all == 1 ? " tag" : " tags") + (shown.found ? " found" : "") + ", days in " +
           catalog.time_zone + "\n\n",
       grouped(catalog.population) + " 个用户，" + (shown.found ? "找到 " : "") + tags +
           " 个标签，时区 " + catalog.time_zone + "\n\n"}));
  Table::Column kind{console.say({"kind", "类型"})};
  kind.may_go = true;
  Table table({{console.say({"tag", "标签"}), Align::Left, 44, Fit::Wrap},
               kind,
               {console.say({"people", "人数"}), Align::Right},
               {console.say({"share", "占比"}), Align::Right},
               {""},
               {console.say({"range or values", "范围或取值"}), Align::Left, 0, Fit::Wrap}},
              console.window());
  for (std::size_t i = 0; i < catalog.tags.size(); ++i) {
    const server::TagSummary& tag = catalog.tags[i];
    const std::uint64_t total =
        i < shown.values_total.size() ? shown.values_total[i] : tag.values.size();
    table.add({names_text(tag.record.name, tag.record.aliases, console.language()) +
                   deprecation(tag, console),
               kind_text(tag.record.kind, console.language()), grouped(tag.coverage),
               percent(tag.coverage, catalog.population),
               Bar{tag.coverage, catalog.population, kBarCells}, details(tag, total, console)});
    if (shown.values_max > 0 || shown.values_total.empty()) {
      print_tag_values(tag, catalog.population, std::min(shown.values_max, tag.values.size()),
                       total, table, console);
    }
  }
  console.out(table.text());
}

void print_life(const server::TagSummary& tag, Console& console) {
  if (tag.record.ttl_s != 0) {
    console.out(
        console.say({"\nvalues expire " + server::duration_words(tag.record.ttl_s, false) +
                         " after they were written\n",
                     "\n取值写入 " + server::duration_words(tag.record.ttl_s, true) + "后过期\n"}));
  }
  if (!tag.freshness.has_value()) {
    return;
  }
  const server::Freshness& fresh = *tag.freshness;
  Table table({{console.say({"written within", "写入于"})},
               {console.say({"people", "人数"}), Align::Right},
               {console.say({"share", "占比"}), Align::Right},
               {""}},
              console.window());
  for (std::size_t i = 0; i < server::kFreshAges.size(); ++i) {
    table.add({console.say({server::duration_words(server::kFreshAges[i], false),
                            server::duration_words(server::kFreshAges[i], true) + "内"}),
               grouped(fresh.within[i]), percent(fresh.within[i], fresh.values),
               Bar{fresh.within[i], fresh.values, kBarCells}});
  }
  console.out("\n" + table.text());
}

}  // namespace tagline::cli
