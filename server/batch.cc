#include "server/batch.h"

#include "engine/cached_count.h"
#include "engine/computed_rows.h"
#include "engine/counts.h"
#include "server/prepared.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tagline::server {
namespace {

std::vector<Outcome<Answer>> answer_together(const storage::Snapshot& snapshot,
                                             std::span<const std::string> expressions,
                                             const Ground& ground, const QueryRequest& how,
                                             engine::AnswerCache* kept, BatchStats& batch) {
  const auto start = Clock::now();
  engine::Plan plan;
  std::vector<Outcome<Answer>> answers;
  std::vector<engine::NodeId> roots;
  std::vector<std::size_t> places;  // of the roots' answers
  for (const std::string& expression : expressions) {
    // Hundreds of expressions take a while to be understood.
    if (const Status in_budget = how.budget == nullptr ? Status() : how.budget->check();
        !in_budget.has_value()) {
      answers.emplace_back(tl::unexpected(Refusal(in_budget.error())));
      continue;
    }
    auto understood = understand(expression, ground, snapshot, plan);
    if (!understood.has_value()) {
      answers.emplace_back(tl::unexpected(std::move(understood).error()));
      continue;
    }
    roots.push_back(understood->root);
    places.push_back(answers.size());
    answers.emplace_back(std::move(understood->answer));
  }
  engine::ComputedRows decided;
  engine::ExecuteOptions options = execute_options(how);
  options.computed = &decided;
  engine::CachedCounts counted;
  if (kept == nullptr) {
    counted.users = engine::counts_of_nodes(plan, roots, snapshot, options, &batch.stats);
    counted.run = roots.size();
  } else {
    counted = engine::cached_counts(*kept, snapshot.data_version(), plan, roots, snapshot, options,
                                    &batch.stats);
  }
  batch.whole += counted.whole;
  batch.run += counted.run;
  const auto& counts = counted.users;
  const auto elapsed = since(start);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    Outcome<Answer>& answer = answers[places[i]];
    if (counts[i].has_value()) {
      answer->count = *counts[i];
      answer->elapsed = elapsed;
    } else {
      answer = tl::unexpected(Refusal(counts[i].error()));
    }
  }
  return answers;
}

}  // namespace

Result<BatchStats> answer_batch(const storage::Snapshot& snapshot,
                                std::span<const std::string> expressions, const QueryRequest& how,
                                const BatchSink& sink, engine::AnswerCache* answers) {
  BatchStats batch;
  TAGLINE_ASSIGN_OR_RETURN(const Ground named, ground(snapshot, how.as_of, how.names));
  batch.as_of = named.options.as_of;
  batch.version = snapshot.version();
  batch.time_zone = snapshot.time_zone();
  TAGLINE_ASSIGN_OR_RETURN(batch.population, snapshot.population());
  for (std::size_t first = 0; first < expressions.size(); first += kTogetherMax) {
    const std::size_t size = std::min(kTogetherMax, expressions.size() - first);
    auto together =
        answer_together(snapshot, expressions.subspan(first, size), named, how, answers, batch);
    for (std::size_t i = 0; i < size; ++i) {
      sink(first + i, std::move(together[i]));
    }
  }
  if (answers != nullptr) {
    batch.cache = answers->usage();
  }
  return batch;
}

}  // namespace tagline::server
