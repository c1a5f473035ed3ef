#include "cli/events_text.h"

#include "cli/names_text.h"
#include "cli/table.h"
#include "server/day_text.h"

#include <string>

namespace tagline::cli {
namespace {

constexpr unsigned kKeysCells = 48;

}  // namespace

void print(const server::EventList& list, Console& console) {
  if (list.events.empty()) {
    console.tell(
        console.say({"no events are stored; grammar-docs/schema.md says how to load them\n",
                     "没有行为数据；装入方法见 grammar-docs/schema.md\n"}));
    return;
  }
  Table table({{console.say({"event", "行为"}), Align::Left, 0, Fit::Wrap},
               {console.say({"people", "人数"}), Align::Right},
               {console.say({"share", "占比"}), Align::Right, 0, Fit::Cut, true},
               {console.say({"days", "天数"}), Align::Right, 0, Fit::Cut, true},
               {console.say({"from", "起"})},
               {console.say({"to", "止"})},
               {console.say({"amount", "金额"}), Align::Left, 0, Fit::Cut, true},
               {console.say({"keys", "分类"}), Align::Left, kKeysCells, Fit::Wrap}},
              console.window());
  for (const server::EventSummary& event : list.events) {
    std::string keys;
    for (const server::KeySummary& key : event.keys) {
      const std::string names = names_text(key.name, key.aliases, console.language());
      keys += (keys.empty() ? "" : ", ") + names.substr(0, names.find(" ("));
    }
    const auto day = [](const auto& value) {
      return value.has_value() ? server::day_text(*value) : std::string("-");
    };
    const std::string amount =
        event.record.unit.empty() ? console.say({"yes", "有"}) : event.record.unit;
    table.add({names_text(event.record.name, event.record.aliases, console.language()),
               grouped(event.people), percent(event.people, list.population), grouped(event.days),
               day(event.first), day(event.last), event.record.has_amount ? amount : "-", keys});
  }
  console.out(table.text());
}

}  // namespace tagline::cli
