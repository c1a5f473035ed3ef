#include "server/ingest_queue.h"

#include <algorithm>
#include <chrono>
#include <exception>

namespace tagline::server {

void IngestQueue::apply(ingest::IngestBatch& batch) {
  Waiting mine{&batch};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&mine);
  done_.wait(lock, [&] { return mine.done || !at_work_; });
  if (mine.done) {
    return;
  }
  std::vector<Waiting*> some;
  std::vector<ingest::IngestBatch*> batches;
  some.reserve(kBatchesTogether);  // nothing may fail from here on: others wait for this caller
  batches.reserve(kBatchesTogether);
  at_work_ = true;
  // Those before mine, and mine among them sooner or later.
  while (!mine.done) {
    some.clear();
    batches.clear();
    std::size_t operations = 0;
    while (some.size() < std::min(waiting_.size(), kBatchesTogether) &&
           (some.empty() || operations < kTogether)) {
      some.push_back(waiting_[some.size()]);
      batches.push_back(some.back()->batch);
      operations += batches.back()->operations.size();
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(some.size()));
    lock.unlock();
    commit(batches);
    lock.lock();
    for (Waiting* each : some) {
      each->done = true;
    }
    done_.notify_all();
  }
  at_work_ = false;
  done_.notify_all();
}

void IngestQueue::commit(const std::vector<ingest::IngestBatch*>& batches) noexcept {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  bool folded = false;
  try {
    applier_.apply(batches, now.count());
  } catch (const std::exception&) {  // those who wait must be told
    for (ingest::IngestBatch* batch : batches) {
      batch->outcome = failure(ErrorCode::System, {"no memory is left", "内存不足"});
    }
  }
  try {
    const bool many =
        applier_.unfolded() > kUnfoldedMax || applier_.unfolded_records() > kRecordsMax;
    folded = many && applier_.fold().has_value();
  } catch (const std::exception&) {  // as after an error: the next commit tries again
  }
  const std::lock_guard lock(mutex_);
  ++figures_.commits;
  figures_.folds += folded ? 1 : 0;
  figures_.unfolded = applier_.unfolded();
  for (const ingest::IngestBatch* batch : batches) {
    figures_.operations += batch->outcome.has_value() ? batch->outcome->applied : 0;
  }
}

IngestQueue::Figures IngestQueue::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

}  // namespace tagline::server
