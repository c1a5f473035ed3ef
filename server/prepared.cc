#include "server/prepared.h"

#include "dsl/lower.h"
#include "dsl/names.h"
#include "engine/lookalike.h"
#include "server/as_of.h"
#include "server/cursor.h"
#include "server/vocabulary.h"

#include <string>
#include <utility>

namespace tagline::server {
namespace {

const Hint kTagsAreListed{{"`tagline tags` lists the tags", "用 `tagline tags` 可查看所有标签"},
                          {"GET /v1/tags lists the tags", "GET /v1/tags 可查看所有标签"},
                          {"\\tags lists the tags", "\\tags 可列出所有标签"}};

}  // namespace

Result<Ground> ground(const storage::Snapshot& snapshot, std::optional<std::chrono::sys_days> as_of,
                      KeptCatalogue* kept) {
  KeptCatalogue for_now;
  Ground ground;
  TAGLINE_ASSIGN_OR_RETURN(ground.catalogue, (kept != nullptr ? *kept : for_now).of(snapshot));
  TAGLINE_ASSIGN_OR_RETURN(ground.options.as_of, as_of_day(as_of, snapshot));
  ground.options.people = people_of(snapshot);
  ground.options.newest = newest_of(snapshot);
  return ground;
}

Outcome<Understood> understand(std::string_view expression, const Ground& ground,
                               const storage::Snapshot& snapshot, engine::Plan& plan) {
  Understood found;
  found.checked = dsl::check(expression, *ground.catalogue, ground.options);
  if (!found.checked.ok) {
    return tl::unexpected(Refusal(std::move(found.checked.errors)));
  }
  found.root = dsl::lower(found.checked.bound, plan);
  found.answer.expression = found.checked.canonical;
  found.answer.as_of = ground.options.as_of;
  for (const std::string_view method : engine::methods_of(plan, found.root)) {
    found.answer.methods.emplace_back(method);
  }
  found.answer.warnings = found.checked.warnings;
  found.answer.time_zone = snapshot.time_zone();
  found.answer.version = snapshot.version();
  found.answer.database = key_of(snapshot.seed());
  TAGLINE_ASSIGN_OR_RETURN(found.answer.population, snapshot.population());
  return found;
}

Outcome<Prepared> prepare(const QueryRequest& request, const storage::Snapshot& snapshot) {
  TAGLINE_ASSIGN_OR_RETURN(const Ground named, ground(snapshot, request.as_of, request.names));
  Prepared prepared(named.catalogue);
  auto understood = understand(request.expression, named, snapshot, prepared.plan);
  if (!understood.has_value()) {
    return tl::unexpected(std::move(understood).error());
  }
  prepared.checked = std::move(understood->checked);
  prepared.root = understood->root;
  prepared.answer = std::move(understood->answer);
  return prepared;
}

engine::ExecuteOptions execute_options(const QueryRequest& request) {
  engine::ExecuteOptions options;
  options.threads = request.threads;
  options.budget = request.budget;
  return options;
}

std::chrono::microseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
}

Result<const dsl::Tag*> tag_called(const dsl::Catalogue& catalogue, std::string_view name) {
  dsl::Names names(catalogue);
  if (const dsl::Tag* tag = names.tag(name); tag != nullptr) {
    return tag;
  }
  const std::string typed(name);
  if (names.event(name) != nullptr) {
    return failure(ErrorCode::NotFound,
                   {typed + " is an event, not a tag", typed + " 是行为，不是标签"},
                   kTagsAreListed);
  }
  std::string near;
  for (const std::string& tag : names.near_tags(name)) {
    near += (near.empty() ? "" : ", ") + tag;
  }
  const Hint hint =
      near.empty() ? kTagsAreListed : Hint(Text{"closest: " + near, "最接近的：" + near});
  return failure(ErrorCode::NotFound, {"there is no tag " + typed, "没有标签 " + typed}, hint);
}

}  // namespace tagline::server
