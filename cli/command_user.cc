#include "cli/commands.h"
#include "cli/decimal_text.h"
#include "cli/exit_status.h"
#include "cli/names_text.h"
#include "cli/refusal.h"
#include "cli/rows.h"
#include "cli/table.h"
#include "dsl/display.h"
#include "server/answer_json.h"
#include "server/day_text.h"
#include "server/schema_json.h"
#include "server/service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace tagline::cli {
namespace {

/// Prints a profile with the names that readers of the console's language know.
class Profile {
 public:
  Profile(const server::UserProfile& profile, const dsl::Catalogue& catalogue, Console& console)
      : profile_(profile), catalogue_(catalogue), console_(console) {}

  void print() const {
    console_.out(console_.say({"user ", "用户 "}) + printable(profile_.id) + "\n");
    Table table({{console_.say({"tag", "标签"})},
                 {console_.say({"kind", "类型"})},
                 {console_.say({"value", "取值"}), Align::Left, 0, Fit::Wrap}},
                console_.window());
    for (const server::UserTag& each : profile_.tags) {
      const dsl::Tag* tag = named(catalogue_.tags, each.name);
      table.add({tag == nullptr ? each.name : name_of(*tag),
                 kind_text(each.kind, console_.language()), values_of(each, tag)});
    }
    console_.out(table.text(2));
    print_events();
    for (const std::string& list : profile_.lists) {
      console_.out(console_.say({"\n  on the list @", "\n  在名单 @"}) + list + "\n");
    }
  }

 private:
  template <class Entry>
  static const Entry* named(const std::vector<Entry>& among, const std::string& name) {
    const auto found = std::find_if(among.begin(), among.end(),
                                    [&](const Entry& each) { return each.name == name; });
    return found == among.end() ? nullptr : &*found;
  }
  template <class Entry>
  [[nodiscard]] std::string name_of(const Entry& entry) const {
    return std::string(dsl::name_in(entry, console_.language()));
  }

  [[nodiscard]] std::string values_of(const server::UserTag& each, const dsl::Tag* tag) const {
    if (each.kind == engine::TagKind::Flag) {
      return console_.say({"yes", "是"});
    }
    std::string values;
    for (const std::string& value : each.values) {
      const dsl::Value* known = tag == nullptr ? nullptr : named(tag->values, value);
      values += (values.empty() ? "" : console_.say({", ", "、"})) +
                (known == nullptr ? grouped_decimal(value) : name_of(*known));
    }
    const bool has_unit = tag != nullptr && !tag->unit.empty();
    return values + (has_unit ? " " + tag->unit : "");
  }

  void print_events() const {
    if (profile_.events.empty()) {
      return;
    }
    Table table({{console_.say({"event", "行为"})},
                 {console_.say({"times", "次数"}), Align::Right},
                 {console_.say({"days", "天数"}), Align::Right},
                 {console_.say({"first", "首次"})},
                 {console_.say({"last", "最近"})},
                 {console_.say({"amount", "金额"}), Align::Right}},
                console_.window());
    for (const server::UserEvent& each : profile_.events) {
      const dsl::Event* event = named(catalogue_.events, each.name);
      table.add({event == nullptr ? each.name : name_of(*event), grouped(each.count),
                 grouped(each.days), server::day_text(each.first), server::day_text(each.last),
                 grouped_decimal(each.amount.value_or(""))});
    }
    console_.out("\n" + table.text(2));
  }

  const server::UserProfile& profile_;
  const dsl::Catalogue& catalogue_;
  Console& console_;
};

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
  const auto printed = service->with_catalogue(
      std::nullopt, [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions&) {
        Profile(*profile, catalogue, console).print();
      });
  return printed.has_value() ? kFine : console.report(printed.error());
}

}  // namespace tagline::cli
