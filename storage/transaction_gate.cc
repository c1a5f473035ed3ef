#include "storage/transaction_gate.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tagline::storage {

namespace {

/// The gates this thread holds passes of, once a pass.
std::vector<const TransactionGate*>& held_here() {
  thread_local std::vector<const TransactionGate*> held;
  return held;
}

}  // namespace

TransactionGate::Pass::Pass(TransactionGate& gate) : gate_(&gate) {
  const bool nested = gate.inside();
  {
    std::unique_lock lock(gate.mutex_);
    gate.moved_.wait(lock, [&] { return nested || gate.loners_ == 0; });
    began_ = gate.passes_.insert(gate.passes_.end(), Clock::now());
  }
  held_here().push_back(gate_);
}

TransactionGate::Pass::Pass(TransactionGate& gate, std::unique_lock<std::mutex> locked)
    : gate_(&gate) {
  began_ = gate.passes_.insert(gate.passes_.end(), Clock::now());
  locked.unlock();
  held_here().push_back(gate_);
}

TransactionGate::Pass::~Pass() {
  if (gate_ == nullptr) {
    return;
  }
  auto& held = held_here();
  held.erase(std::find(held.begin(), held.end(), gate_));
  const std::lock_guard lock(gate_->mutex_);
  gate_->passes_.erase(began_);
  // Under the lock: the gate may be gone as soon as the last pass is.
  gate_->moved_.notify_all();
}

std::optional<TransactionGate::Pass> TransactionGate::try_enter() {
  std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || (loners_ != 0 && !inside())) {
    return std::nullopt;
  }
  return Pass(*this, std::move(lock));
}

bool TransactionGate::inside() const {
  const auto& held = held_here();
  return std::find(held.begin(), held.end(), this) != held.end();
}

void TransactionGate::alone(const std::function<void()>& fn) {
  std::unique_lock lock(mutex_);
  const auto all_gone = [this] { return passes_.empty(); };
  while (!all_gone()) {
    const auto ends = Clock::now() + kShutMost;
    if (passes_.front() + kShutMost > Clock::now()) {
      // Others may be alone meanwhile, and then it is their turn.
      ++loners_;
      moved_.wait_until(lock, ends, all_gone);
      --loners_;
      moved_.notify_all();
    } else {
      // Nobody is kept out while the old one stays.
      moved_.wait_until(lock, ends);
    }
  }
  // The lock is kept while fn runs, so loners take turns and nobody enters.
  fn();
}

}  // namespace tagline::storage
