// Batch: the counts of many expressions over one snapshot, a dashboard, together: names are read
// once, and the expressions are answered in one sweep that computes what they share once.
#pragma once

#include "engine/answer_cache.h"
#include "server/service.h"
#include "storage/snapshot.h"

#include <cstddef>
#include <span>
#include <string>

namespace tagline::server {

/// So many expressions are answered together, so that memory does not grow with the batch.
inline constexpr std::size_t kTogetherMax = 512;

/// Answers all of them, `how` saying the rest of each request. What is wrong with one stops no
/// other. The time of an answer is that of those answered with it, which came together.
///
/// Expressions whose program would be too large together are answered in smaller groups.
///
/// `answers`: where answers are kept, or null (Service::batch knows). What is known there of the
/// snapshot's version is looked up, the others are answered together and then kept.
[[nodiscard]] Result<BatchStats> answer_batch(const storage::Snapshot& snapshot,
                                              std::span<const std::string> expressions,
                                              const QueryRequest& how, const BatchSink& sink,
                                              engine::AnswerCache* answers = nullptr);

}  // namespace tagline::server
