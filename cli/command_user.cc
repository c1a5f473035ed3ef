#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/refusal.h"
#include "cli/rows.h"
#include "cli/table.h"
#include "server/answer_json.h"
#include "server/day_text.h"
#include "server/schema_json.h"
#include "server/service.h"

namespace tagline::cli {
namespace {

void print_events(const server::UserProfile& profile, Console& console) {
  if (!profile.events.empty()) {
    Table table({{console.say({"event", "行为"})},
                 {console.say({"times", "次数"}), Align::Right},
                 {console.say({"days", "天数"}), Align::Right},
                 {console.say({"first", "首次"})},
                 {console.say({"last", "最近"})},
                 {console.say({"amount", "金额"}), Align::Right}});
    for (const server::UserEvent& event : profile.events) {
      table.add({event.name, grouped(event.count), grouped(event.days),
                 server::day_text(event.first), server::day_text(event.last),
                 event.amount.value_or("")});
    }
    console.out("\n" + table.text(2));
  }
  for (const std::string& list : profile.lists) {
    console.out(console.say({"\n  on the list @", "\n  在名单 @"}) + list + "\n");
  }
}

std::string field(const char* name, const std::string& value) {
  return server::quoted_json(name) + ":" + server::quoted_json(value);
}

/// A row a tag, event and list: what it is, its name, and what is known.
std::string rows_of(const server::UserProfile& profile, Format format) {
  std::string rows;
  const auto add = [&rows](const std::string& row) {
    rows += (rows.empty() ? "{" : ",{") + row + "}";
  };
  for (const server::UserTag& tag : profile.tags) {
    std::string values;
    for (const std::string& value : tag.values) {
      values += (values.empty() ? "" : "|") + value;
    }
    const bool is_flag = tag.kind == engine::TagKind::Flag;
    add(field("kind", std::string(server::kind_name(tag.kind))) + "," + field("name", tag.name) +
        "," + field("value", is_flag ? "true" : values));
  }
  for (const server::UserEvent& event : profile.events) {
    add(field("kind", "event") + "," + field("name", event.name) +
        ",\"count\":" + std::to_string(event.count) + ",\"days\":" + std::to_string(event.days) +
        "," + field("first", server::day_text(event.first)) + "," +
        field("last", server::day_text(event.last)) +
        (event.amount.has_value() ? "," + field("amount", *event.amount) : ""));
  }
  for (const std::string& list : profile.lists) {
    add(field("kind", "list") + "," + field("name", list));
  }
  return rows_text(server::JsonValue::parse("[" + rows + "]"),
                   {"kind", "name", "value", "count", "days", "first", "last", "amount"}, format);
}

}  // namespace

int run(const UserArguments& arguments, Console& console) {
  const auto service = open_service(arguments.db, storage::OpenMode::Read, console);
  if (service == nullptr) {
    return kSystemAtFault;
  }
  const auto profile = service->user(arguments.id);
  if (!profile.has_value()) {
    return console.report(profile.error());
  }
  if (arguments.format == Format::Json) {
    console.out(server::profile_json(*profile) + "\n");
    return kFine;
  }
  if (arguments.format != Format::Table) {
    console.out(rows_of(*profile, arguments.format));
    return kFine;
  }
  console.out(console.say({"user ", "用户 "}) + printable(profile->id) + "\n");
  Table table({{console.say({"tag", "标签"})},
               {console.say({"kind", "类型"})},
               {console.say({"value", "取值"})}});
  for (const server::UserTag& tag : profile->tags) {
    std::string values;
    for (const std::string& value : tag.values) {
      values += (values.empty() ? "" : ", ") + value;
    }
    if (tag.kind == engine::TagKind::Flag) {
      values = console.say({"yes", "是"});
    }
    table.add({tag.name, std::string(server::kind_name(tag.kind)), values});
  }
  console.out(table.text(2));
  print_events(*profile, console);
  return kFine;
}

}  // namespace tagline::cli
