#include "engine/budget.h"

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
  return {};
}

}  // namespace tagline::engine
