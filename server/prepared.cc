#include "server/prepared.h"

#include "dsl/lower.h"
#include "dsl/names.h"
#include "engine/lookalike.h"
#include "server/as_of.h"
#include "server/vocabulary.h"

#include <string>
#include <utility>

namespace tagline::server {

Outcome<Prepared> prepare(const QueryRequest& request, const storage::Snapshot& snapshot) {
  Prepared prepared;
  TAGLINE_ASSIGN_OR_RETURN(prepared.catalogue, vocabulary_of(snapshot));
  TAGLINE_ASSIGN_OR_RETURN(prepared.answer.as_of, as_of_day(request.as_of, snapshot));
  dsl::CheckOptions options;
  options.as_of = prepared.answer.as_of;
  prepared.checked = dsl::check(request.expression, prepared.catalogue, options);
  if (!prepared.checked.ok) {
    return tl::unexpected(Refusal(std::move(prepared.checked.errors)));
  }
  prepared.root = dsl::lower(prepared.checked.bound, prepared.plan);
  prepared.answer.expression = prepared.checked.canonical;
  for (const std::string_view method : engine::methods_of(prepared.plan)) {
    prepared.answer.methods.emplace_back(method);
  }
  prepared.answer.warnings = prepared.checked.warnings;
  prepared.answer.time_zone = snapshot.time_zone();
  prepared.answer.version = snapshot.version();
  TAGLINE_ASSIGN_OR_RETURN(prepared.answer.population, snapshot.population());
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
    return failure(
        ErrorCode::NotFound, {typed + " is an event, not a tag", typed + " 是行为，不是标签"},
        {"\"tagline tags --db DIR\" lists the tags", "用 \"tagline tags --db DIR\" 查看所有标签"});
  }
  std::string near;
  for (const std::string& tag : names.near_tags(name)) {
    near += (near.empty() ? "" : ", ") + tag;
  }
  const Text hint = near.empty() ? Text{"\"tagline tags --db DIR\" lists the tags",
                                        "用 \"tagline tags --db DIR\" 查看所有标签"}
                                 : Text{"closest: " + near, "最接近的：" + near};
  return failure(ErrorCode::NotFound, {"there is no tag " + typed, "没有标签 " + typed}, hint);
}

}  // namespace tagline::server
