#include "server/user_segments.h"

#include "dsl/lower.h"
#include "dsl/print.h"
#include "engine/computed_rows.h"
#include "engine/counts.h"
#include "engine/decide.h"
#include "engine/plan.h"
#include "server/known_user.h"
#include "server/one_user.h"
#include "server/prepared.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tagline::server {
namespace {

Status in_budget(const QueryRequest& how) {
  return how.budget == nullptr ? Status() : how.budget->check();
}

/// The segments as nodes of one plan, to be asked about the user together.
class SegmentQuestions {
 public:
  SegmentQuestions(const storage::Snapshot& snapshot, engine::UserIndex user, const Ground& ground,
                   const QueryRequest& how, UserSegments& found)
      : snapshot_(snapshot),
        user_(user),
        ground_(ground),
        how_(how),
        options_(execute_options(how)),
        found_(found) {}

  Status add(const storage::SegmentRecord& record) {
    TAGLINE_RETURN_IF_ERROR(in_budget(how_));
    const std::string text =
        record.list != 0 ? "@" + dsl::write_name(record.name) : record.expression;
    dsl::Checked checked = dsl::check(text, *ground_.catalogue, ground_.options);
    if (!checked.ok) {
      found_.broken.push_back({record.name, text, Refusal(std::move(checked.errors))});
      return {};
    }
    // What is decided over all users at once is decided now; the rest needs the user's shard only.
    const engine::NodeId rule = dsl::lower(checked.bound, plan_);
    const auto decided = engine::decide(plan_, rule, snapshot_, options_, rows_, nullptr);
    if (!decided.has_value()) {
      return broken(record.name, text, decided.error());
    }
    roots_.push_back(plan_.all_of(std::array{plan_.row(OneUser::kRow), *decided}));
    asked_.push_back({{record.name, record.title, record.list != 0}, text});
    return {};
  }

  Status answer() {
    const OneUser user(snapshot_, user_, OneUser::Shards::Own);
    const engine::ComputedSource source(user, rows_);
    const auto users = engine::counts_of_nodes(plan_, roots_, source, options_);
    for (std::size_t i = 0; i < users.size(); ++i) {
      if (!users[i].has_value()) {
        TAGLINE_RETURN_IF_ERROR(broken(asked_[i].segment.name, asked_[i].text, users[i].error()));
        continue;
      }
      ++found_.asked;
      if (*users[i] != 0) {
        found_.segments.push_back(std::move(asked_[i].segment));
      }
    }
    return {};
  }

 private:
  struct Asked {
    HeldSegment segment;
    std::string text;
  };

  /// Of one segment, unless the time is up for all of them.
  Status broken(const std::string& name, const std::string& text, const Error& error) {
    TAGLINE_RETURN_IF_ERROR(in_budget(how_));
    if (error.code() == ErrorCode::DeadlineExceeded || error.code() == ErrorCode::Cancelled) {
      return tl::unexpected(error);
    }
    found_.broken.push_back({name, text, Refusal(error)});
    return {};
  }

  const storage::Snapshot& snapshot_;
  const engine::UserIndex user_;
  const Ground& ground_;
  const QueryRequest& how_;
  const engine::ExecuteOptions options_;
  UserSegments& found_;
  engine::Plan plan_;
  engine::ComputedRows rows_;
  std::vector<engine::NodeId> roots_;
  std::vector<Asked> asked_;
};

}  // namespace

Result<UserSegments> segments_of_user(const storage::Snapshot& snapshot,
                                      std::string_view external_id, const QueryRequest& how) {
  UserSegments found;
  TAGLINE_ASSIGN_OR_RETURN(const engine::UserIndex user, known_user(snapshot, external_id));
  TAGLINE_ASSIGN_OR_RETURN(const Ground named, ground(snapshot, how.as_of, how.names));
  TAGLINE_ASSIGN_OR_RETURN(const auto records, snapshot.segments());
  TAGLINE_ASSIGN_OR_RETURN(found.id, snapshot.external_id(user));
  found.as_of = named.options.as_of;
  found.version = snapshot.version();
  SegmentQuestions questions(snapshot, user, named, how, found);
  for (const storage::SegmentRecord& record : records) {
    TAGLINE_RETURN_IF_ERROR(questions.add(record));
  }
  TAGLINE_RETURN_IF_ERROR(questions.answer());
  std::sort(found.broken.begin(), found.broken.end(),
            [](const BrokenSegment& a, const BrokenSegment& b) { return a.name < b.name; });
  return found;
}

}  // namespace tagline::server
