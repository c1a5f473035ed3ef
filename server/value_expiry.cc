#include "server/value_expiry.h"

#include <exception>
#include <utility>

namespace tagline::server {
namespace {

// Between two steps others get the writer's lock, which is not given in order of asking.
constexpr std::chrono::milliseconds kPause{1};

}  // namespace

ValueExpiry::ValueExpiry(storage::Store& store, ExpiryOptions options)
    : store_(store), options_(std::move(options)), thread_([this] { work(); }) {}

ValueExpiry::~ValueExpiry() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ValueExpiry::finish() {
  std::unique_lock lock(mutex_);
  const std::uint64_t mine = ++wanted_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return closing_ || done_ >= mine; });
}

ValueExpiry::Figures ValueExpiry::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

void ValueExpiry::work() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    const std::uint64_t asked = wanted_;
    lock.unlock();
    const Status looked = look();
    if (!looked.has_value() && options_.report) {
      options_.report(looked.error());
    }
    const std::int64_t now = options_.now_s();
    lock.lock();
    if (looked.has_value()) {
      ++figures_.looks;
      figures_.looked_s = now;
    } else {
      ++figures_.failures;
    }
    done_ = asked;
    changed_.notify_all();
    changed_.wait_for(lock, options_.look, [&] { return closing_ || wanted_ != done_; });
  }
}

Status ValueExpiry::look() {
  for (bool more = true; more;) {
    if (options_.wait_for_room) {
      if (auto full = options_.wait_for_room(); full.has_value()) {
        return tl::unexpected(std::move(*full));
      }
    }
    TAGLINE_ASSIGN_OR_RETURN(const ingest::ExpiryStep done, step(options_.now_s()));
    if (done.values > 0 && options_.wrote) {
      options_.wrote(done.unfolded);
    }
    std::unique_lock lock(mutex_);
    figures_.values += done.values;
    figures_.steps += done.values > 0 ? 1 : 0;
    more = done.more && !changed_.wait_for(lock, kPause, [&] { return closing_; });
  }
  return {};
}

Result<ingest::ExpiryStep> ValueExpiry::step(std::int64_t now_s) {
  try {
    return ingest::expire_some(store_, now_s, options_.at_once);
  } catch (const std::exception&) {  // as any failure: it is tried again
    return failure(ErrorCode::System, {"no memory is left", "内存不足"});
  }
}

}  // namespace tagline::server
