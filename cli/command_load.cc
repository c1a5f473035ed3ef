#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/load_interrupt.h"
#include "cli/progress.h"
#include "cli/read_file.h"
#include "cli/rows.h"
#include "cli/schema_text.h"
#include "ingest/day.h"
#include "server/answer_json.h"
#include "server/day_text.h"
#include "server/schema_json.h"
#include "server/service.h"
#include "storage/time_zone.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace tagline::cli {
namespace {

void show_schema(const ingest::Schema& schema, Console& console) {
  console.err(console.say({"inferred schema (edit it with: tagline infer FILE > schema.json):\n",
                           "推断出的 schema（如需修改：tagline infer FILE > schema.json）：\n"}) +
              schema_text(schema, console));
}

void show_rejects(const ingest::LoadReport& report, const std::string& rejects_file,
                  Console& console) {
  if (report.rejected == 0) {
    return;
  }
  for (const ingest::Reject& reject : report.first_rejects) {
    const std::string line = std::to_string(reject.line);
    console.err(console.say({reject.file + ", line " + line + ": ",
                             reject.file + " 第 " + line + " 行："}) +
                printable(console.say(reject.reason)) + "\n");
  }
  const std::uint64_t more = report.rejected - report.first_rejects.size();
  if (more > 0) {
    console.err(
        console.say({"... and " + grouped(more) + " more", "……另有 " + grouped(more) + " 行"}) +
        "\n");
  }
  if (!rejects_file.empty()) {
    console.err(console.say({"all rejected rows are in " + rejects_file,
                             "全部坏行已写入 " + rejects_file}) +
                "\n");
  }
}

std::string range_text(const std::optional<engine::DayWindow>& days) {
  if (!days.has_value()) {
    return "";
  }
  const std::string first = ingest::day_text(days->first);
  return days->first == days->last ? first : first + ".." + ingest::day_text(days->last);
}

void show_skipped(const ingest::LoadReport& report, const std::string& zone, bool own_id,
                  Console& console) {
  for (const ingest::SkippedFile& skipped : report.skipped) {
    const storage::LoadRecord& added = skipped.added;
    const auto day = storage::day_in_zone(
        std::chrono::system_clock::time_point(std::chrono::seconds(added.loaded_s)), zone);
    const std::string date = day.has_value() ? server::day_text(*day) : "?";
    const bool other = added.file != skipped.file;
    // Without one given the file has an id of its own.
    const Text again =
        own_id ? Text{"--load-id", "用 --load-id"} : Text{"another --load-id", "换一个 --load-id"};
    const std::string count = grouped(added.events);
    console.err(console.say(
        {skipped.file + ": already loaded" + (report.event.empty() ? "" : " as " + report.event) +
             " on " + date + (other ? " from " + added.file : "") + " (" + count +
             " events); nothing added; use " + again.en + " to add it again\n",
         skipped.file + "：已于 " + date + (other ? " 从 " + added.file : "") +
             (report.event.empty() ? " 装入" : " 作为 " + report.event + " 装入") + "（" + count +
             " 条行为）；未再累加；如确需再次累加，请" + again.zh + "\n"}));
  }
}

/// What came of columns of identities; empty when there was nothing to link.
std::string links_summary(const ingest::LinkCounts& links, const Console& console) {
  if (links.identities_new + links.merges + links.refused == 0) {
    return {};
  }
  return console.say(
      {grouped(links.identities_new) + " identities linked, " + grouped(links.merges) +
           " merges, " + grouped(links.refused) + " users whose identities were refused\n",
       "关联 " + grouped(links.identities_new) + " 个身份标识，合并 " + grouped(links.merges) +
           " 次，" + grouped(links.refused) + " 个用户的身份标识被拒绝\n"});
}

void show_refused(const ingest::LinkCounts& links, Console& console) {
  for (const auto& each : links.first_refused) {
    const std::string user = printable(each.user);
    console.err(console.say({"user " + user + ": ", "用户 " + user + "："}) +
                printable(console.say(each.reason)) + "\n");
  }
}

std::string events_summary(const ingest::LoadReport& report, const Console& console) {
  if (report.rows == 0 && !report.skipped.empty()) {
    return "";  // the lines about the skipped files have said it
  }
  const std::string days = range_text(report.days);
  return console.say(
      {"loaded " + grouped(report.events) + " events" + (days.empty() ? "" : " of " + days) +
           " from " + grouped(report.rows) + " rows in " + duration_text(report.seconds) + ": " +
           grouped(report.users_new) + " new users, " + grouped(report.users_known) +
           " known users, " + grouped(report.event_names_new) + " new event names, " +
           grouped(report.keys_new) + " new keys, " + grouped(report.rejected) + " rows rejected\n",
       "装入 " + grouped(report.events) + " 条行为" + (days.empty() ? "" : "（" + days + "）") +
           "，共 " + grouped(report.rows) + " 行，用时 " + duration_text(report.seconds) +
           "：新用户 " + grouped(report.users_new) + "，已有用户 " + grouped(report.users_known) +
           "，新行为 " + grouped(report.event_names_new) + " 种，新键 " + grouped(report.keys_new) +
           " 个，拒绝 " + grouped(report.rejected) + " 行\n"});
}

std::string summary(const ingest::LoadReport& report, const Console& console) {
  if (report.of_events) {
    return events_summary(report, console);
  }
  const double seconds = report.seconds > 0 ? report.seconds : 1e-9;
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(report.rows) / seconds);
  return console.say(
      {"loaded " + grouped(report.rows) + " rows in " + duration_text(report.seconds) + " (" +
           grouped(rate) + " rows/s): " + grouped(report.users_new) + " new users, " +
           grouped(report.users_known) + " known users, " + grouped(report.tags_new) +
           " new tags, " + grouped(report.rejected) + " rows rejected\n",
       "装入 " + grouped(report.rows) + " 行，用时 " + duration_text(report.seconds) + "（每秒 " +
           grouped(rate) + " 行）：新用户 " + grouped(report.users_new) + "，已有用户 " +
           grouped(report.users_known) + "，新标签 " + grouped(report.tags_new) + "，拒绝 " +
           grouped(report.rejected) + " 行\n"});
}

Result<std::optional<ingest::Schema>> given_schema(const LoadArguments& arguments) {
  if (arguments.schema_file.empty()) {
    return std::optional<ingest::Schema>();
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::string text, read_file(arguments.schema_file));
  auto schema = server::schema_from_json(text);
  if (!schema.has_value()) {
    const Error& fault = schema.error();
    const Text& said = fault.message();
    return failure(fault.code(),
                   {arguments.schema_file + ": " + said.en, arguments.schema_file + "：" + said.zh},
                   fault.faced_hint());
  }
  return std::optional<ingest::Schema>(*std::move(schema));
}

/// `--time-zone` for a database that exists with another zone is a mistake worth stopping for.
Status check_zone(const LoadArguments& arguments, server::Service& service) {
  if (arguments.time_zone.empty()) {
    return {};
  }
  return service.store().read([&](const storage::Snapshot& snapshot) -> Status {
    if (snapshot.time_zone() == arguments.time_zone) {
      return {};
    }
    const std::string& zone = snapshot.time_zone();
    return failure(ErrorCode::SchemaConflict,
                   {"this database is in the time zone " + zone + ", not " + arguments.time_zone,
                    "该数据库的时区是 " + zone + "，不是 " + arguments.time_zone},
                   {"leave --time-zone out, or load into a new database",
                    "请去掉 --time-zone，或装入新的数据库"});
  });
}

}  // namespace

int run(const LoadArguments& arguments, Console& console) {
  const auto schema = given_schema(arguments);
  if (!schema.has_value()) {
    return console.report(schema.error());
  }
  storage::OpenOptions open;
  open.mode = storage::OpenMode::Create;
  if (!arguments.time_zone.empty()) {
    open.time_zone = arguments.time_zone;
    open.rezone_unused = true;
    if (const auto known = storage::check_time_zone(open.time_zone); !known.has_value()) {
      return console.report(known.error());
    }
  }
  const auto service = server::Service::open(arguments.db, open);
  if (!service.has_value()) {
    static_cast<void>(console.report(service.error()));
    return kSystemAtFault;  // whatever the reason: it is the database that could not be opened
  }
  if (const auto zone = check_zone(arguments, **service); !zone.has_value()) {
    return console.report(zone.error());
  }

  ingest::LoadOptions options;
  options.id_column = arguments.id_column;
  options.max_errors_share = arguments.max_errors_percent / 100.0;
  options.rejects_path = arguments.rejects_file;
  options.schema_path = arguments.schema_file;
  options.load_id = arguments.load_id;
  if (!schema->has_value()) {
    options.on_schema = [&](const ingest::Schema& used) { show_schema(used, console); };
  }
  auto progress = std::make_unique<ProgressLine>(console);
  auto interrupt = std::make_unique<LoadInterrupt>(arguments.files, console);
  options.progress = [&](const ingest::Progress& now) {
    const auto held = interrupt->hold();
    if (now.committing) {
      interrupt->begin_writing();
      progress->show(console.say({"writing ...", "写入中……"}), 0, 0);
      return;
    }
    const double seconds = progress->seconds();
    const auto rate =
        static_cast<std::uint64_t>(seconds > 0 ? static_cast<double>(now.rows) / seconds : 0.0);
    progress->show(grouped(now.rows) + console.say({" rows, ", " 行，每秒 "}) + grouped(rate) +
                       console.say({" rows/s", " 行"}),
                   now.bytes_read, now.bytes_total);
  };
  const auto report = (*service)->load(*schema, arguments.files, options);
  interrupt.reset();
  progress.reset();
  if (!report.has_value()) {
    return console.report(report.error());
  }
  if (!report->skipped.empty()) {
    const auto zone =
        (*service)->store().read([](const storage::Snapshot& snapshot) -> Result<std::string> {
          return snapshot.time_zone();
        });
    show_skipped(*report, zone.value_or("UTC"), arguments.load_id.empty(), console);
  }
  show_rejects(*report, arguments.rejects_file, console);
  show_refused(report->links, console);
  const std::string json = server::load_json(*report);
  console.out(arguments.format == Format::Json ? json + "\n"
              : arguments.format == Format::Csv
                  ? csv_row(server::JsonValue::parse(json),
                            {"rows", "rejected", "users_new", "users_known", "tags_new", "events",
                             "fragments_written", "elapsed_s"})
                  : summary(*report, console) + links_summary(report->links, console));
  return kFine;
}

}  // namespace tagline::cli
