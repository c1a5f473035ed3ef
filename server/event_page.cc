// Tags: one event and its keys.
#include "engine/plan.h"
#include "server/tags.h"
#include "server/text_search.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

using storage::Snapshot;
using storage::ValueRecord;

Result<std::uint64_t> people_of(engine::FieldId series, const Snapshot& snapshot,
                                const engine::ExecuteOptions& execute) {
  engine::Plan plan;
  engine::Node node;
  node.op = engine::Op::Did;
  node.steps = {{series}};
  const engine::NodeId root = plan.add(std::move(node));
  return engine::count(plan, root, snapshot, execute);
}

bool called(const EventSummary& event, const std::string& name) {
  const auto& also = event.record.aliases;
  return event.record.name == name || std::find(also.begin(), also.end(), name) != also.end();
}

Status add_keys(const Snapshot& snapshot, const ValueSearch& wanted,
                const engine::ExecuteOptions& execute, EventPage& page) {
  TAGLINE_ASSIGN_OR_RETURN(auto keys, snapshot.values(page.event.record.field));
  page.keys_total = keys.size();
  const TextSearch search(wanted.text);
  std::vector<std::pair<std::uint64_t, ValueRecord*>> found;
  for (ValueRecord& key : keys) {
    std::vector<TextSearch::Place> places = {{key.name, 0}, {key.title.en, 1}, {key.title.zh, 1}};
    for (const std::string& alias : key.aliases) {
      places.push_back({alias, 0});
    }
    if (const auto rank = search.rank(places); rank.has_value()) {
      found.emplace_back(*rank, &key);
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  page.keys_found = found.size();
  const std::size_t begin = std::min<std::uint64_t>(wanted.offset, found.size());
  const std::size_t end = begin + std::min<std::uint64_t>(wanted.limit, found.size() - begin);
  for (std::size_t at = begin; at < end; ++at) {
    EventKey key;
    TAGLINE_ASSIGN_OR_RETURN(key.people, people_of(found[at].second->row, snapshot, execute));
    key.record = std::move(*found[at].second);
    page.keys.push_back(std::move(key));
  }
  return {};
}

}  // namespace

Result<EventPage> Tags::event(const std::string& name, const ValueSearch& keys) {
  TAGLINE_ASSIGN_OR_RETURN(EventList list, service_.events());
  const auto found = std::find_if(list.events.begin(), list.events.end(),
                                  [&](const EventSummary& each) { return called(each, name); });
  if (found == list.events.end()) {
    std::string known;
    for (const EventSummary& each : list.events) {
      known += (known.empty() ? "" : ", ") + each.record.name;
    }
    return failure(ErrorCode::NotFound, {"there is no event " + name, "没有行为 " + name},
                   known.empty() ? Text{"no events are stored", "没有行为数据"}
                                 : Text{"there are " + known, "现有：" + known});
  }
  EventPage page;
  page.event = std::move(*found);
  page.population = list.population;
  const Status added = service_.store().read([&](const Snapshot& snapshot) {
    page.version = snapshot.version();
    return add_keys(snapshot, keys, execute_, page);
  });
  TAGLINE_RETURN_IF_ERROR(added);
  return page;
}

}  // namespace tagline::server
