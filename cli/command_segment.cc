#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/refusal.h"
#include "cli/table.h"
#include "server/day_text.h"
#include "server/segments.h"
#include "server/why_json.h"
#include "storage/time_zone.h"

#include <string>
#include <vector>

namespace tagline::cli {
namespace {

using server::Segments;
using server::SegmentSummary;

constexpr unsigned kRuleCells = 60;

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

std::string title_of(const storage::SegmentRecord& record, const Console& console) {
  const std::string& title = console.say(record.title);
  return title.empty() ? record.title.en + record.title.zh : title;
}

std::string count_text(const SegmentSummary& summary, const Console& console) {
  return summary.count.has_value() ? grouped(*summary.count) : console.say({"broken", "已失效"});
}

int save(const SegmentArguments& arguments, Segments& segments, Console& console) {
  const auto saved =
      segments.save(arguments.name, arguments.expression, arguments.card, arguments.as_of);
  if (!saved.has_value()) {
    return report_refusal(saved.error(), arguments.expression, arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::saved_json(*saved, arguments.expression) + "\n");
    return kFine;
  }
  const std::string& name = saved->record.name;
  const std::string people =
      grouped(saved->count) + " (" + percent(saved->count, saved->population) + ")";
  console.out(console.say(saved->created
                              ? Text{"saved @" + name + ": " + people + " people now\n",
                                     "已保存 @" + name + "：当前 " + people + " 人\n"}
                              : Text{"changed @" + name + ": " + people + " people now\n",
                                     "已更新 @" + name + "：当前 " + people + " 人\n"}));
  if (saved->rules_dropped > 0) {
    const std::string dropped = grouped(saved->rules_dropped);
    console.out(console.say({"no longer kept: its " + dropped + " oldest versions\n",
                             "不再保留：最早的 " + dropped + " 个版本\n"}));
  }
  console.report(saved->warnings, arguments.expression);
  return kFine;
}

int print_list(const server::Outcome<server::SegmentList>& list, const SegmentArguments& arguments,
               Console& console) {
  if (!list.has_value()) {
    return report_refusal(list.error(), "", arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::segments_json(*list) + "\n");
    return kFine;
  }
  Table table({{console.say({"segment", "人群"})},
               {console.say({"people", "人数"}), Align::Right},
               {console.say({"share", "占比"}), Align::Right},
               {""},
               {console.say({"rule", "规则"}), Align::Left, kRuleCells},
               {console.say({"title", "标题"}), Align::Left, kRuleCells / 2}});
  for (const SegmentSummary& summary : list->segments) {
    const std::uint64_t count = summary.count.value_or(0);
    table.add({summary.record.name, count_text(summary, console),
               summary.count.has_value() ? percent(count, list->population) : "-",
               bar(count, list->population, 12),
               summary.record.list != 0 ? console.say({"(list of ids)", "（静态名单）"})
                                        : summary.record.expression,
               title_of(summary.record, console)});
  }
  console.out(table.text());
  return kFine;
}

/// "who was in @buyers on 2026-01-31".
std::string origin_text(const storage::OriginRecord& origin, const Console& console) {
  const std::string day = server::day_text(std::chrono::sys_days(std::chrono::days(origin.as_of)));
  const std::string gone =
      origin.source_gone ? console.say({" (deleted since)", "（已删除）"}) : "";
  return console.say({"who was in @" + origin.source + gone + " on " + day,
                      day + " 在 @" + origin.source + gone + " 中的人"});
}

/// The day in the database's time zone.
std::string day_of(std::int64_t seconds, const std::string& zone) {
  const auto day = storage::day_in_zone(
      std::chrono::system_clock::time_point(std::chrono::seconds(seconds)), zone);
  return day.has_value() ? server::day_text(*day) : std::string("-");
}

int show(const SegmentArguments& arguments, Segments& segments, Console& console) {
  const auto summary = segments.show(arguments.name, arguments.as_of);
  if (!summary.has_value()) {
    return report_refusal(summary.error(), "", arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::segment_json(*summary) + "\n");
    return kFine;
  }
  const storage::SegmentRecord& record = summary->record;
  console.out("@" + record.name + "\n");
  Table table({{""}, {""}});
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
  line({"people", "人数"}, count_text(*summary, console));
  if (summary->origin.has_value()) {
    line({"snapshot of", "快照来源"}, origin_text(*summary->origin, console));
  }
  line({"uses", "引用"}, joined(summary->uses));
  line({"used by", "被引用"}, joined(summary->used_by));
  line({"updated", "更新于"}, day_of(record.updated_s, summary->time_zone));
  console.out(table.body(2));
  console.report(summary->faults, record.expression);
  console.report(summary->warnings, record.expression);
  return kFine;
}

int rename(const SegmentArguments& arguments, Segments& segments, Console& console) {
  const auto renamed = segments.rename(arguments.name, arguments.new_name);
  if (!renamed.has_value()) {
    return report_refusal(renamed.error(), "", arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::renamed_json(*renamed) + "\n");
    return kFine;
  }
  console.out(console.say(
      {"renamed to @" + renamed->record.name + "\n", "已更名为 @" + renamed->record.name + "\n"}));
  if (!renamed->rewritten.empty()) {
    console.out(console.say({"rules rewritten: " + joined(renamed->rewritten) + "\n",
                             "已同步改写的规则：" + joined(renamed->rewritten) + "\n"}));
  }
  return kFine;
}

int remove(const SegmentArguments& arguments, Segments& segments, Console& console) {
  const auto broken = segments.remove(arguments.name, arguments.force);
  if (!broken.has_value()) {
    return report_refusal(broken.error(), "", arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::removed_json(arguments.name, *broken) + "\n");
    return kFine;
  }
  console.out(
      console.say({"deleted @" + arguments.name + "\n", "已删除 @" + arguments.name + "\n"}));
  if (!broken->empty()) {
    console.out(console.say({"cannot be computed any more: " + joined(*broken) + "\n",
                             "以下人群已无法计算：" + joined(*broken) + "\n"}));
  }
  return kFine;
}

int dependents(const SegmentArguments& arguments, Segments& segments, Console& console) {
  const auto dependents = segments.dependents(arguments.name);
  if (!dependents.has_value()) {
    return console.report(dependents.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::dependents_json(arguments.name, *dependents) + "\n");
    return kFine;
  }
  for (const std::string& name : dependents->direct) {
    console.out(name + "\n");
  }
  for (const std::string& name : dependents->indirect) {
    console.out(name + console.say({"  (through others)\n", "（间接）\n"}));
  }
  if (dependents->direct.empty()) {
    console.err(console.say({"no segment uses it\n", "没有人群引用它\n"}));
  }
  return kFine;
}

int import_list(const SegmentArguments& arguments, Segments& segments, Console& console) {
  const auto imported = segments.import_list(arguments.name, arguments.file, arguments.card);
  if (!imported.has_value()) {
    return report_refusal(imported.error(), "", arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::imported_json(*imported) + "\n");
    return kFine;
  }
  const server::SavedSegment& saved = imported->saved;
  console.out(console.say({"@" + saved.record.name + " holds " + grouped(saved.count) + " of " +
                               grouped(imported->listed.lines) + " ids read; unknown " +
                               grouped(imported->listed.unknown) + ", repeated " +
                               grouped(imported->listed.repeated) + "\n",
                           "@" + saved.record.name + " 共 " + grouped(saved.count) + " 人（读入 " +
                               grouped(imported->listed.lines) + " 个编号，未知 " +
                               grouped(imported->listed.unknown) + "，重复 " +
                               grouped(imported->listed.repeated) + "）\n"}));
  if (!imported->listed.first_unknown.empty()) {
    console.err(console.say({"unknown ids: ", "未知编号："}) +
                printable(joined(imported->listed.first_unknown)) +
                (imported->listed.unknown > imported->listed.first_unknown.size() ? " …\n" : "\n"));
  }
  return kFine;
}

int versions(const SegmentArguments& arguments, Segments& segments, Console& console) {
  const auto versions = segments.versions(arguments.name, arguments.as_of);
  if (!versions.has_value()) {
    return report_refusal(versions.error(), "", arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::versions_json(*versions) + "\n");
    return kFine;
  }
  Table table({{console.say({"version", "版本"}), Align::Right},
               {console.say({"saved", "保存于"})},
               {console.say({"by", "保存人"})},
               {console.say({"people then", "当时人数"}), Align::Right},
               {console.say({"people now", "当前人数"}), Align::Right},
               {console.say({"rule", "规则"}), Align::Left, kRuleCells}});
  for (const server::RuleVersion& version : versions->versions) {
    const storage::RuleRecord& rule = version.record;
    table.add(
        {std::to_string(rule.number), day_of(rule.saved_s, versions->time_zone),
         rule.author.empty() ? "-" : rule.author,
         rule.count.has_value() ? grouped(*rule.count) : "-",
         version.count.has_value() ? grouped(*version.count) : console.say({"broken", "已失效"}),
         rule.expression});
  }
  console.out(table.text());
  if (versions->dropped > 0) {
    const std::string dropped = grouped(versions->dropped);
    console.out(console.say({"no longer kept: " + dropped + " older versions\n",
                             "不再保留：更早的 " + dropped + " 个版本\n"}));
  }
  return kFine;
}

int diff(const SegmentArguments& arguments, Segments& segments, Console& console) {
  const auto diff =
      segments.diff(arguments.name, {arguments.diff_from, arguments.diff_to, arguments.as_of});
  if (!diff.has_value()) {
    return report_refusal(diff.error(), "", arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::diff_json(*diff) + "\n");
    return kFine;
  }
  Table table({{""},
               {console.say({"people", "人数"}), Align::Right},
               {console.say({"expression", "表达式"}), Align::Left, 2 * kRuleCells}});
  const auto line = [&](const std::string& label, const server::SegmentDiff::Part& part) {
    table.add({label, grouped(part.count), part.expression});
  };
  const std::string& from = diff->from_name;
  const std::string& to = diff->to_name;
  line(from, diff->from);
  line(to, diff->to);
  line(console.say({"in both", "两者皆有"}), diff->both);
  line(console.say({"only in " + from, "仅在 " + from}), diff->only_from);
  line(console.say({"only in " + to, "仅在 " + to}), diff->only_to);
  console.out(table.text());
  return kFine;
}

int snapshot(const SegmentArguments& arguments, Segments& segments, Console& console) {
  server::FreezeRequest request;
  if (!arguments.new_name.empty()) {
    request.name = arguments.new_name;
  }
  request.card = arguments.card;
  request.as_of = arguments.as_of;
  const auto frozen = segments.freeze(arguments.name, request);
  if (!frozen.has_value()) {
    return report_refusal(frozen.error(), "", arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::frozen_json(*frozen) + "\n");
    return kFine;
  }
  const std::string& name = frozen->saved.record.name;
  const std::string people = grouped(frozen->saved.count);
  const std::string what = origin_text(frozen->origin, console);
  console.out(console.say({"@" + name + " holds " + people + " people: " + what + "\n",
                           "@" + name + " 共 " + people + " 人：" + what + "\n"}));
  return kFine;
}

}  // namespace

int run(const SegmentArguments& arguments, Console& console) {
  const bool reads =
      arguments.action == SegmentAction::List || arguments.action == SegmentAction::Show ||
      arguments.action == SegmentAction::Dependents ||
      arguments.action == SegmentAction::Versions || arguments.action == SegmentAction::Diff ||
      arguments.action == SegmentAction::Snapshots;
  const auto service = open_service(
      arguments.db, reads ? storage::OpenMode::Read : storage::OpenMode::Write, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  Segments segments(service->store());
  switch (arguments.action) {
    case SegmentAction::Save:
      return save(arguments, segments, console);
    case SegmentAction::List:
      return print_list(segments.list(arguments.as_of), arguments, console);
    case SegmentAction::Show:
      return show(arguments, segments, console);
    case SegmentAction::Rename:
      return rename(arguments, segments, console);
    case SegmentAction::Delete:
      return remove(arguments, segments, console);
    case SegmentAction::Dependents:
      return dependents(arguments, segments, console);
    case SegmentAction::Import:
      return import_list(arguments, segments, console);
    case SegmentAction::Versions:
      return versions(arguments, segments, console);
    case SegmentAction::Diff:
      return diff(arguments, segments, console);
    case SegmentAction::Snapshot:
      return snapshot(arguments, segments, console);
    case SegmentAction::Snapshots:
      return print_list(segments.frozen(arguments.name), arguments, console);
  }
  return kUsage;
}

}  // namespace tagline::cli
