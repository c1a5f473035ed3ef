#include "server/change_folder.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace tagline::server {
namespace {

using Clock = std::chrono::steady_clock;

// Between two steps others get the writer's lock, which is not given in order of asking.
constexpr std::chrono::milliseconds kPauseLeast{1};

}  // namespace

ChangeFolder::ChangeFolder(storage::Store& store, FoldOptions options)
    : store_(store),
      options_(std::move(options)),
      patience_(options_.patience),
      thread_([this] { work(); }) {}

ChangeFolder::~ChangeFolder() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ChangeFolder::note(const storage::Unfolded& now) {
  const std::lock_guard lock(mutex_);
  figures_.unfolded = now;
  if (!folding_ && options_.begin.is_over(now)) {
    changed_.notify_all();
  }
}

std::optional<Error> ChangeFolder::wait_for_room(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  const bool room = changed_.wait_until(
      lock, until, [&] { return closing_ || !options_.most.is_over(figures_.unfolded); });
  if (room) {
    return std::nullopt;
  }
  const Text cause = failed_.has_value()
                         ? Text{": " + failed_->message().en, "：" + failed_->message().zh}
                         : Text{};
  return Error(ErrorCode::Busy,
               {"as many changes wait to be written into fragments as may" + cause.en,
                "等待合并的变更已达上限" + cause.zh},
               {failed_.has_value() ? "put right what hinders it, and try again"
                                    : "try again in some seconds",
                failed_.has_value() ? "请先排除原因，再重试" : "请数秒后重试"});
}

void ChangeFolder::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return closing_ || failed_.has_value() ||
           (!folding_ && !options_.begin.is_over(figures_.unfolded));
  });
}

ChangeFolder::Figures ChangeFolder::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

void ChangeFolder::work() {
  // What earlier programs have left.
  static_cast<void>(store_.write([&](storage::WriteTxn& txn) -> Status {
    note(txn.unfolded());
    return {};
  }));
  storage::FoldMark mark;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return closing_ || options_.begin.is_over(figures_.unfolded); });
    mark = {};
    folding_ = true;
    while (!closing_ && !mark.done) {
      lock.unlock();
      const auto pause = step(mark);
      lock.lock();
      changed_.notify_all();
      // Writers that wait for room want it soon.
      if (failed_.has_value() || !options_.most.is_over(figures_.unfolded)) {
        changed_.wait_for(lock, pause, [&] { return closing_; });
      }
    }
    folding_ = false;
    changed_.notify_all();
    if (closing_) {
      return;
    }
  }
}

std::chrono::nanoseconds ChangeFolder::step(storage::FoldMark& mark) {
  const auto began = Clock::now();
  storage::FoldMark next;
  storage::Unfolded left;
  Status done;
  try {
    done = store_.write([&](storage::WriteTxn& txn) -> Status {
      TAGLINE_ASSIGN_OR_RETURN(next, txn.fold_step(mark, options_.step));
      left = txn.unfolded();
      return {};
    });
  } catch (const std::exception&) {  // as any failure: it is tried again
    done = failure(ErrorCode::System, {"no memory is left", "内存不足"});
  }
  const auto took = Clock::now() - began;
  if (!done.has_value() && options_.report) {
    options_.report(done.error());
  }
  const std::lock_guard lock(mutex_);
  figures_.time += took;
  if (!done.has_value()) {
    ++figures_.failures;
    failed_ = done.error();
    return std::exchange(patience_, std::min(patience_ * 2, options_.patience_most));
  }
  mark = next;
  failed_.reset();
  patience_ = options_.patience;
  ++figures_.steps;
  figures_.folds += mark.done ? 1 : 0;
  figures_.longest = std::max<std::chrono::nanoseconds>(figures_.longest, took);
  figures_.unfolded = left;
  return std::max<std::chrono::nanoseconds>(took, kPauseLeast);
}

}  // namespace tagline::server
