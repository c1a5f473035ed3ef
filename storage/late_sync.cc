#include "storage/late_sync.h"

#include "storage/fault_point.h"

namespace tagline::storage {

LateSync::LateSync(Database& database, std::chrono::milliseconds interval)
    : database_(database), interval_(interval), thread_([this] { work(); }) {}

LateSync::~LateSync() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LateSync::note() {
  const std::lock_guard lock(mutex_);
  waiting_ = true;
  changed_.notify_all();
}

Status LateSync::health() const {
  const std::lock_guard lock(mutex_);
  if (!failed_.has_value()) {
    return {};
  }
  return failure(ErrorCode::System,
                 {"an earlier commit could not be brought to the disk: " + failed_->message().en,
                  "此前的提交未能写入磁盘：" + failed_->message().zh},
                 {"check the disk, then start the program again; the newest changes may be missing "
                  "then",
                  "请检查磁盘后重新启动程序；最近的变更可能丢失"});
}

void LateSync::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return closing_ || waiting_; });
    if (waiting_) {
      changed_.wait_for(lock, interval_, [&] { return closing_; });
      waiting_ = false;
      lock.unlock();
      Status synced = fault_point("sync");
      if (synced.has_value()) {
        const TransactionGate::Pass pass = database_.gate.enter();  // the map must stay
        synced = database_.environment.sync();
      }
      lock.lock();
      if (!synced.has_value() && !failed_.has_value()) {
        failed_ = synced.error();
      }
    }
    if (closing_ && !waiting_) {
      return;
    }
  }
}

}  // namespace tagline::storage
