#include "server/api/audit_record.h"

#include "server/api/gate.h"

namespace tagline::server {
namespace {

// As long as an expression may be. What comes in a longer body is no expression.
constexpr std::size_t kExpressionBytesMax = std::size_t{256} << 10U;

}  // namespace

AuditRecord::AuditRecord(Gate* gate, const HttpRequest& request, const Caller& caller)
    : gate_(gate) {
  if (gate_ == nullptr) {
    return;
  }
  entry_.request_id = request.id;
  entry_.key_id = caller.key_id;
  entry_.key_name = caller.name;
  entry_.role = name_of(caller.role);
  entry_.peer = request.peer;
  entry_.method = request.method;
  entry_.path = request.target;
}

AuditRecord::~AuditRecord() {
  end(bytes_, false);
}

Status AuditRecord::begin(AuditKind kind, std::string_view expression) {
  const std::lock_guard lock(mutex_);
  if (gate_ == nullptr) {
    return {};
  }
  expression = expression.substr(0, kExpressionBytesMax);
  if (!name_.empty()) {
    expression_ = expression;
    return {};
  }
  entry_.kind = kind;
  entry_.expression = expression;
  auto begun = gate_->audit().begin(entry_);
  if (!begun.has_value()) {
    gate_->report(begun.error());
    return tl::unexpected(begun.error());
  }
  name_ = std::move(*begun);
  return {};
}

void AuditRecord::end(std::uint64_t bytes, bool complete) {
  const std::lock_guard lock(mutex_);
  if (name_.empty() || ended_) {
    return;
  }
  ended_ = true;
  const Status logged = gate_->audit().end(name_, {status_, ids_, bytes, complete, expression_});
  if (!logged.has_value()) {
    gate_->report(logged.error());
  }
}

}  // namespace tagline::server
