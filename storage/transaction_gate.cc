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
    ++gate.passes_;
  }
  held_here().push_back(gate_);
}

TransactionGate::Pass::Pass(TransactionGate& gate, std::unique_lock<std::mutex> locked)
    : gate_(&gate) {
  ++gate.passes_;
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
  --gate_->passes_;
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
  ++loners_;
  // The lock is kept while fn runs, so loners take turns and nobody enters.
  moved_.wait(lock, [&] { return passes_ == 0; });
  fn();
  --loners_;
  moved_.notify_all();
}

}  // namespace tagline::storage
