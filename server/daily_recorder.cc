#include "server/daily_recorder.h"

#include "server/segment_history.h"
#include "server/segment_names.h"
#include "server/tag_spread.h"
#include "storage/time_zone.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

using std::chrono::seconds;

// What was written in the last second of a day is then committed.
constexpr seconds kAfterMidnight{5};
constexpr seconds kPatience{600};
constexpr std::int64_t kDayS = 86'400;

/// Told of a segment that cannot be computed.
Error fault_of(const DayRecorded::Failure& failure) {
  const std::string name = segment_reference(failure.segment);
  const Text cause = failure.refusal.error.has_value() ? failure.refusal.error->message()
                     : failure.refusal.diagnostics.empty()
                         ? Text{}
                         : failure.refusal.diagnostics.front().message;
  return Error(ErrorCode::NotFound,
               {"no point of the history of " + name + " was taken: " + cause.en,
                "未能记录 " + name + " 的历史：" + cause.zh},
               {"correct its rule, or delete it", "请修正其规则，或删除该人群"});
}

}  // namespace

DailyRecorder::DailyRecorder(storage::Store& store, DailyOptions options)
    : store_(store), options_(std::move(options)), thread_([this] { work(); }) {}

DailyRecorder::~DailyRecorder() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  budget_.cancelled = true;
  changed_.notify_all();
  thread_.join();
}

DailyRecorder::Figures DailyRecorder::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

void DailyRecorder::look() {
  std::unique_lock lock(mutex_);
  const std::uint64_t mine = ++asked_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return closing_ || looked_ >= mine; });
}

seconds DailyRecorder::until_next_day() const {
  const std::int64_t now = std::chrono::floor<seconds>(options_.now()).time_since_epoch().count();
  std::int64_t offset = 0;
  static_cast<void>(store_.read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const auto period, storage::period_at(now, snapshot.time_zone()));
    offset = period.offset_s;
    return {};
  }));
  // Where clocks change in between, the day has not begun then, or has for an hour: it is looked at
  // again, or taken late.
  const std::int64_t into = ((now + offset) % kDayS + kDayS) % kDayS;
  return seconds(kDayS - into) + kAfterMidnight;
}

bool DailyRecorder::take() {
  const auto begun = std::chrono::steady_clock::now();
  engine::ExecuteOptions execute;
  execute.threads = options_.threads;
  execute.budget = &budget_;
  const auto now = options_.now();
  const auto recorded = SegmentHistories(store_, execute).record_day(now, options_.keep_days);
  auto spread = recorded.has_value() ? record_spreads(store_, execute, now, options_.keep_days)
                                     : Result<std::uint64_t>(0);
  const bool done = recorded.has_value() && spread.has_value();
  bool news = false;  // once a day, however often the clock is looked at
  {
    const std::lock_guard lock(mutex_);
    figures_.time += std::chrono::steady_clock::now() - begun;
    if (closing_) {
      return true;
    }
    if (done) {
      news = figures_.day != recorded->day;
      figures_.failures += news ? recorded->failures.size() : 0;
      figures_.day = recorded->day;
      figures_.points += recorded->recorded;
      figures_.spreads += *spread;
    } else {
      ++figures_.failures;
    }
  }
  if (!options_.report) {
    return done;
  }
  if (!done) {
    options_.report(recorded.has_value() ? spread.error() : recorded.error());
  } else if (news) {
    for (const DayRecorded::Failure& failure : recorded->failures) {
      options_.report(fault_of(failure));
    }
  }
  return done;
}

void DailyRecorder::work() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    const std::uint64_t answering = asked_;
    lock.unlock();
    const bool done = take();
    const seconds wait = done ? until_next_day() : kPatience;
    lock.lock();
    looked_ = std::max(looked_, answering);
    changed_.notify_all();
    changed_.wait_for(lock, wait, [&] { return closing_ || asked_ != looked_; });
  }
}

}  // namespace tagline::server
