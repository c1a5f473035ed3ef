#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/exit_status.h"
#include "cli/history_text.h"
#include "cli/progress.h"
#include "cli/refusal.h"
#include "cli/rows.h"
#include "cli/segment_text.h"
#include "server/day_text.h"
#include "server/segment_history.h"
#include "server/segments.h"
#include "server/why_json.h"

#include <string>

namespace tagline::cli {
namespace {

using server::JsonValue;
using server::Segments;

const Text kCounting{"counting ...", "正在计算……"};
const std::vector<std::string> kPointColumns{"day",     "taken_s", "count",       "population",
                                             "entered", "left",    "rule_version"};

/// What has the name stays, unless it is asked to go.
server::Edit edit_of(const SegmentArguments& arguments) {
  server::Edit edit;
  edit.only_new = !arguments.replace;
  return edit;
}

/// The day that counts are asked of; "": today.
std::string asked_day(const SegmentArguments& arguments) {
  return arguments.as_of.has_value() ? server::day_text(*arguments.as_of) : std::string();
}

int save(const SegmentArguments& arguments, Segments& segments, Console& console) {
  const auto saved = [&] {
    const ProgressTicker ticker(console, kCounting);
    return segments.save(arguments.name, arguments.expression, arguments.card, arguments.as_of,
                         edit_of(arguments));
  }();
  if (!saved.has_value()) {
    return report_refusal(saved.error(), arguments.expression, arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::saved_json(*saved, arguments.expression) + "\n");
    return kFine;
  }
  print(*saved, {arguments.expression, "", asked_day(arguments)}, console);
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
  if (arguments.format != Format::Table) {
    console.out(rows_text(JsonValue::parse(server::segments_json(*list))["segments"],
                          {"name", "count", "expression", "owner"}, arguments.format));
    return kFine;
  }
  print(*list, asked_day(arguments), console);
  return kFine;
}

server::Outcome<server::SegmentList> list_of(const SegmentArguments& arguments, Segments& segments,
                                             Console& console) {
  const ProgressTicker ticker(console, kCounting);
  return segments.list(arguments.as_of);
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
  if (arguments.format == Format::Csv) {
    console.out(csv_row(JsonValue::parse(server::segment_json(*summary)),
                        {"name", "count", "expression", "owner"}));
    return kFine;
  }
  print(*summary, asked_day(arguments), console);
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
  if (arguments.format == Format::Csv) {
    std::string rows = "name,direct\n";
    for (const std::string& name : dependents->direct) {
      rows += csv_field(name) + ",true\n";
    }
    for (const std::string& name : dependents->indirect) {
      rows += csv_field(name) + ",false\n";
    }
    console.out(rows);
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
  const auto imported = [&] {
    ProgressLine line(console);
    return segments.import_list(
        arguments.name, arguments.file, arguments.card, edit_of(arguments),
        [&](std::uint64_t read, std::uint64_t whole) {
          if (line.is_due()) {
            line.show(grouped(read >> 20U) + console.say({" MiB of ids", " MiB 编号"}), read,
                      whole);
          }
        });
  }();
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
  const auto versions = [&] {
    const ProgressTicker ticker(console, kCounting);
    return segments.versions(arguments.name, arguments.as_of);
  }();
  if (!versions.has_value()) {
    return report_refusal(versions.error(), "", arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::versions_json(*versions) + "\n");
    return kFine;
  }
  if (arguments.format != Format::Table) {
    console.out(
        rows_text(JsonValue::parse(server::versions_json(*versions))["versions"],
                  {"rule_version", "saved_s", "author", "count_then", "count", "expression"},
                  arguments.format));
    return kFine;
  }
  print(*versions, asked_day(arguments), console);
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
  if (arguments.format == Format::Csv) {
    console.out(diff_csv(JsonValue::parse(server::diff_json(*diff))));
    return kFine;
  }
  print(*diff, console);
  return kFine;
}

int snapshot(const SegmentArguments& arguments, Segments& segments, Console& console) {
  server::FreezeRequest request;
  if (!arguments.new_name.empty()) {
    request.name = arguments.new_name;
  }
  request.card = arguments.card;
  request.as_of = arguments.as_of;
  request.recorded = arguments.recorded;
  const auto frozen = [&] {
    const ProgressTicker ticker(console, kCounting);
    return segments.freeze(arguments.name, request);
  }();
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
  console.out(console.say(
      {"@" + name + " holds " + people_counted(frozen->saved.count) + ": " + what + "\n",
       "@" + name + " 共 " + people + " 人：" + what + "\n"}));
  return kFine;
}

int history(const SegmentArguments& arguments, server::SegmentHistories& histories,
            Console& console) {
  const auto shown = [&] {
    const ProgressTicker ticker(console, kCounting);
    return histories.show(arguments.name, {arguments.days, arguments.since});
  }();
  if (!shown.has_value()) {
    return report_refusal(shown.error(), "", arguments.format, console);
  }
  if (arguments.format == Format::Json) {
    console.out(server::history_json(*shown) + "\n");
    return kFine;
  }
  if (arguments.format != Format::Table) {
    console.out(rows_text(JsonValue::parse(server::history_json(*shown))["points"], kPointColumns,
                          arguments.format));
    return kFine;
  }
  print(*shown, console);
  return kFine;
}

/// One that cannot be taken does not keep others from it.
int record(const SegmentArguments& arguments, server::Service& service, Console& console) {
  std::vector<std::string> names = arguments.names;
  if (names.empty()) {
    const Status read = service.store().read([&](const storage::Snapshot& snapshot) -> Status {
      TAGLINE_ASSIGN_OR_RETURN(const auto segments, snapshot.segments());
      for (const storage::SegmentRecord& segment : segments) {
        names.push_back(segment.name);
      }
      return {};
    });
    if (!read.has_value()) {
      return console.report(read.error());
    }
  }
  server::SegmentHistories histories(service.store());
  int status = kFine;
  std::vector<std::string> points;
  const ProgressTicker ticker(console, kCounting);
  for (const std::string& name : names) {
    const auto point = histories.record(name);
    if (!point.has_value()) {
      status = report_refusal(point.error(), "", Format::Table, console);
    } else if (arguments.format == Format::Table) {
      print(name, *point, console);
    } else {
      points.push_back(server::history_point_json(name, *point));
    }
  }
  if (arguments.format != Format::Table) {
    std::string list = "[";
    for (const std::string& point : points) {
      list += (list.size() > 1 ? "," : "") + point;
    }
    list += "]";
    std::vector<std::string> columns = kPointColumns;
    columns.insert(columns.begin(), "name");
    console.out(arguments.format == Format::Json
                    ? list + "\n"
                    : rows_text(JsonValue::parse(list), columns, arguments.format));
  }
  return status;
}

}  // namespace

int run(const SegmentArguments& arguments, Console& console) {
  const bool reads =
      arguments.action == SegmentAction::List || arguments.action == SegmentAction::Show ||
      arguments.action == SegmentAction::Dependents ||
      arguments.action == SegmentAction::Versions || arguments.action == SegmentAction::Diff ||
      arguments.action == SegmentAction::Snapshots || arguments.action == SegmentAction::History;
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
      return print_list(list_of(arguments, segments, console), arguments, console);
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
    case SegmentAction::History: {
      server::SegmentHistories histories(service->store());
      return history(arguments, histories, console);
    }
    case SegmentAction::Record:
      return record(arguments, *service, console);
  }
  return kUsage;
}

}  // namespace tagline::cli
