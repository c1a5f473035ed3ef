#include "server/ingest_queue.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <future>
#include <utility>

namespace tagline::server {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

IngestQueue::IngestQueue(storage::Store& store, FoldOptions folding)
    : folder_(store, std::move(folding)), applier_(store), thread_([this] { work(); }) {}

IngestQueue::~IngestQueue() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void IngestQueue::add(ingest::IngestBatch batch, Done done) {
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t operations = batch.operations.size();
    if (figures_.waiting == 0 || figures_.waiting + operations <= kWaitingMax) {
      figures_.waiting += operations;
      waiting_.push_back({std::move(batch), std::move(done), Clock::now()});
      changed_.notify_all();
      return;
    }
  }
  batch.outcome = failure(
      ErrorCode::Busy, {"too many operations wait to be committed", "等待提交的操作过多"},
      {"try again in some seconds, and send less at a time", "请数秒后重试，并减少每次的数量"});
  done(std::move(batch));
}

void IngestQueue::apply(ingest::IngestBatch& batch) {
  std::promise<ingest::IngestBatch> made;
  add(std::move(batch), [&](ingest::IngestBatch done) { made.set_value(std::move(done)); });
  batch = made.get_future().get();
}

void IngestQueue::work() {
  while (true) {
    std::vector<Waiting> some = take();
    if (some.empty()) {
      return;
    }
    commit(some);
    for (Waiting& each : some) {
      waits_.add(Clock::now() - each.came);
      each.done(std::move(each.batch));
    }
  }
}

std::vector<IngestQueue::Waiting> IngestQueue::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
  std::vector<Waiting> some;
  std::size_t operations = 0;
  while (some.size() < kBatchesTogether && !waiting_.empty() &&
         (some.empty() || operations < kTogether)) {
    operations += waiting_.front().batch.operations.size();
    some.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  figures_.waiting -= operations;
  return some;
}

void IngestQueue::commit(std::vector<Waiting>& some) noexcept {
  const auto began = Clock::now();
  const auto refuse = [&](const Error& why) {
    for (Waiting& each : some) {
      each.batch.outcome = tl::unexpected(why);
    }
  };
  try {
    if (const auto full = folder_.wait_for_room(began + kPatience); full.has_value()) {
      return refuse(*full);
    }
    std::vector<ingest::IngestBatch*> batches;
    for (Waiting& each : some) {
      batches.push_back(&each.batch);
    }
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
    applier_.apply(batches, now.count());
  } catch (const std::exception&) {  // those who wait must be told
    refuse(Error(ErrorCode::System, {"no memory is left", "内存不足"}));
  }
  folder_.note(applier_.unfolded());
  commit_times_.add(Clock::now() - began);
  const std::lock_guard lock(mutex_);
  ++figures_.commits;
  for (const Waiting& each : some) {
    figures_.operations += each.batch.outcome.has_value() ? each.batch.outcome->applied : 0;
  }
}

IngestQueue::Figures IngestQueue::figures() const {
  const std::lock_guard lock(mutex_);
  Figures now = figures_;
  now.folding = folder_.figures();
  return now;
}

}  // namespace tagline::server
