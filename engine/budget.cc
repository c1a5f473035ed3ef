#include "engine/budget.h"

#include <string>

namespace tagline::engine {

Status Budget::check() const {
  if (cancelled.load(std::memory_order_relaxed)) {
    return failure(ErrorCode::Cancelled, {"the query was cancelled", "查询已被取消"});
  }
  if (deadline.has_value() && std::chrono::steady_clock::now() >= *deadline) {
    return failure(ErrorCode::DeadlineExceeded,
                   {"the query did not finish within its time limit", "查询未能在时限内完成"},
                   {"narrow the expression or allow more time", "请缩小表达式的范围，或放宽时限"});
  }
  if (memory.has_value() && held() > *memory) {
    const std::string most = std::to_string(*memory);
    return failure(
        ErrorCode::TooLarge,
        {"the query needs " + std::to_string(held()) + " bytes of memory, it may have " + most,
         "查询需要 " + std::to_string(held()) + " 字节内存，限额为 " + most + " 字节"},
        {"ask for fewer things at a time, or allow more memory",
         "请减少一次查询的内容，或放宽内存限额"});
  }
  return {};
}

void MemoryShare::set(std::uint64_t bytes) {
  if (budget_ == nullptr || bytes == held_) {
    return;
  }
  // The difference wraps around where it is negative, and so does the sum: right in the end.
  const std::uint64_t now =
      budget_->held_.fetch_add(bytes - held_, std::memory_order_relaxed) + (bytes - held_);
  held_ = bytes;
  std::uint64_t most = budget_->most_.load(std::memory_order_relaxed);
  while (now > most &&
         !budget_->most_.compare_exchange_weak(most, now, std::memory_order_relaxed)) {
  }
}

}  // namespace tagline::engine
