#include "cli/segment_text.h"

#include "cli/counted.h"
#include "cli/table.h"
#include "dsl/print.h"
#include "server/day_text.h"
#include "storage/time_zone.h"

#include <chrono>
#include <cstdint>

namespace tagline::cli {
namespace {

using server::SegmentSummary;

constexpr unsigned kRuleCells = 60;
constexpr unsigned kBarCells = 12;

std::string title_of(const storage::SegmentRecord& record, const Console& console) {
  const std::string& title = console.say(record.title);
  return title.empty() ? record.title.en + record.title.zh : title;
}

std::string count_text(const SegmentSummary& summary, const Console& console) {
  return summary.count.has_value() ? grouped(*summary.count) : console.say({"broken", "已失效"});
}

/// The day in the database's time zone.
std::string day_of(std::int64_t seconds, const std::string& zone) {
  const auto day = storage::day_in_zone(
      std::chrono::system_clock::time_point(std::chrono::seconds(seconds)), zone);
  return day.has_value() ? server::day_text(*day) : std::string("-");
}

}  // namespace

std::string diff_csv(const server::JsonValue& diff) {
  std::string csv = "part,count,expression\n";
  for (const char* part : {"from", "to", "both", "only_from", "only_to"}) {
    csv += std::string(part) + "," + diff[part]["count"].text() + "," +
           csv_field(diff[part]["expression"].text()) + "\n";
  }
  return csv;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

std::string origin_text(const storage::OriginRecord& origin, const Console& console) {
  const std::string day = server::day_text(std::chrono::sys_days(std::chrono::days(origin.as_of)));
  const std::string gone =
      origin.source_gone ? console.say({" (deleted since)", "（已删除）"}) : "";
  return console.say({"who was in @" + origin.source + gone + " on " + day,
                      day + " 在 @" + origin.source + gone + " 中的人"});
}

void print(const server::SavedSegment& saved, const SaveContext& context, Console& console) {
  const std::string name = "@" + dsl::write_name(saved.record.name);
  const std::string share = "（" + percent(saved.count, saved.population) + "）";
  const bool today = context.as_of.empty();
  const Text done = saved.created ? Text{"saved ", "已保存 "} : Text{"changed ", "已更新 "};
  const Text when =
      today ? Text{" now", "当前 "} : Text{" on " + context.as_of, context.as_of + " 有 "};
  console.out(
      console.say({done.en + name + ": " + people_counted(saved.count) + " (" +
                       percent(saved.count, saved.population) + ")" + when.en + "\n",
                   done.zh + name + "：" + when.zh + grouped(saved.count) + " 人" + share + "\n"}));
  if (!context.title.empty()) {
    const std::string title = printable(context.title);
    console.out(console.say({"its title: " + title + "\n", "标题：" + title + "\n"}));
  }
  if (name.starts_with("@\"")) {
    console.out(console.say({"with quotes, that is how it is written in expressions\n",
                             "在表达式中请连同引号一起写\n"}));
  }
  if (saved.rules_dropped > 0) {
    const std::string dropped = grouped(saved.rules_dropped);
    console.out(console.say({"no longer kept: its " + dropped + " oldest versions\n",
                             "不再保留：最早的 " + dropped + " 个版本\n"}));
  }
  console.report(saved.warnings, context.expression);
}

namespace {

/// What a count is called that is of a day, or of now.
Text counted_on(const std::string& as_of, const Text& now) {
  return as_of.empty() ? now : Text{"people on " + as_of, as_of + " 的人数"};
}

}  // namespace

void print(const server::SegmentList& list, const std::string& as_of, Console& console) {
  Table table({{console.say({"segment", "人群"})},
               {console.say(counted_on(as_of, {"people", "人数"})), Align::Right},
               {console.say({"share", "占比"}), Align::Right},
               {""},
               {console.say({"rule", "规则"}), Align::Left, kRuleCells, Fit::WrapExpression},
               {console.say({"title", "标题"}), Align::Left, kRuleCells / 2}},
              console.window());
  for (const SegmentSummary& summary : list.segments) {
    const std::uint64_t count = summary.count.value_or(0);
    table.add({dsl::write_name(summary.record.name), count_text(summary, console),
               summary.count.has_value() ? percent(count, list.population) : "-",
               Bar{count, list.population, kBarCells},
               summary.record.list != 0 ? console.say({"(list of ids)", "（静态名单）"})
                                        : summary.record.expression,
               title_of(summary.record, console)});
  }
  console.out(table.text());
}

void print(const SegmentSummary& summary, const std::string& as_of, Console& console) {
  const storage::SegmentRecord& record = summary.record;
  console.out("@" + dsl::write_name(record.name) + "\n");
  // A rule is shown whole.
  Table table({{""}, {"", Align::Left, 0, Fit::WrapExpression}}, console.window());
  const auto line = [&](const Text& label, const std::string& value) {
    if (!value.empty()) {
      table.add({console.say(label), value});
    }
  };
  line({"title", "标题"}, title_of(record, console));
  line({"description", "说明"}, record.description);
  line({"owner", "负责人"}, record.owner);
  line({"labels", "标记"}, joined(record.labels));
  line({"rule", "规则"},
       record.list != 0 ? console.say({"(list of ids)", "（静态名单）"}) : record.expression);
  line(counted_on(as_of, {"people", "人数"}), count_text(summary, console));
  if (summary.origin.has_value()) {
    line({"snapshot of", "快照来源"}, origin_text(*summary.origin, console));
  }
  line({"uses", "引用"}, joined(summary.uses));
  line({"used by", "被引用"}, joined(summary.used_by));
  line({"updated", "更新于"}, day_of(record.updated_s, summary.time_zone));
  console.out(table.body(2));
  console.report(summary.faults, record.expression);
  console.report(summary.warnings, record.expression);
}

void print(const server::SegmentVersions& versions, const std::string& as_of, Console& console) {
  Table table({{console.say({"version", "版本"}), Align::Right},
               {console.say({"saved", "保存于"})},
               {console.say({"by", "保存人"})},
               {console.say({"people then", "当时人数"}), Align::Right},
               {console.say(counted_on(as_of, {"people now", "当前人数"})), Align::Right},
               {console.say({"rule", "规则"}), Align::Left, kRuleCells, Fit::WrapExpression}},
              console.window());
  for (const server::RuleVersion& version : versions.versions) {
    const storage::RuleRecord& rule = version.record;
    table.add(
        {std::to_string(rule.number), day_of(rule.saved_s, versions.time_zone),
         rule.author.empty() ? "-" : rule.author,
         rule.count.has_value() ? grouped(*rule.count) : "-",
         version.count.has_value() ? grouped(*version.count) : console.say({"broken", "已失效"}),
         rule.expression});
  }
  console.out(table.text());
  if (versions.dropped > 0) {
    const std::string dropped = grouped(versions.dropped);
    console.out(console.say({"no longer kept: " + dropped + " older versions\n",
                             "不再保留：更早的 " + dropped + " 个版本\n"}));
  }
}

void print(const server::SegmentDiff& diff, Console& console) {
  Table table(
      {{""},
       {console.say({"people", "人数"}), Align::Right},
       {console.say({"expression", "表达式"}), Align::Left, 2 * kRuleCells, Fit::WrapExpression}},
      console.window());
  const auto line = [&](const std::string& label, const server::SegmentDiff::Part& part) {
    table.add({label, grouped(part.count), part.expression});
  };
  const std::string& from = diff.from_name;
  const std::string& to = diff.to_name;
  line(from, diff.from);
  line(to, diff.to);
  line(console.say({"in both", "两者皆有"}), diff.both);
  line(console.say({"only in " + from, "仅在 " + from}), diff.only_from);
  line(console.say({"only in " + to, "仅在 " + to}), diff.only_to);
  console.out(table.text());
}

}  // namespace tagline::cli
