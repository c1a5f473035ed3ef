// Gate: who is let in, how often, and from which pages. Routes ask it before anything else.
//
// It says who asks (keys), not what that caller may do: routes have roles (server/api/route.h).
#pragma once

#include "engine/result.h"
#include "server/access/access_options.h"
#include "server/access/audit_log.h"
#include "server/access/key_ring.h"
#include "server/access/rate_limiter.h"
#include "server/api/caller.h"
#include "server/api/cors.h"
#include "server/http/http_message.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tagline::server {

/// Thread-safe.
class Gate {
 public:
  /// Told what is wrong with files the server needs, once each time it gets wrong. Called on any
  /// thread.
  using Report = std::function<void(const Error&)>;

  /// Refuses (Forbidden, in words) where the address is not loopback and there is no live key:
  /// everybody could ask, or nobody. BadInput and the like when the file of keys is broken, and the
  /// errors of AuditLog::open; ReadOnly is reported only where the audit log may be missing.
  [[nodiscard]] static Result<std::unique_ptr<Gate>> open(const AccessOptions& options,
                                                          Report report);

  struct Entry {
    std::optional<HttpReply> refused;  ///< 401, 403, 421, 429 or 503
    Caller caller;
    std::vector<HttpField> fields;  ///< RateLimit-Limit, -Remaining and -Reset, for the reply
  };
  /// Takes a token of the caller's rate.
  [[nodiscard]] Entry enter(const HttpRequest& request);
  /// What enter() would give, but no token is taken. Costs microseconds, so that who is not let in
  /// takes no worker's time. A wrong key is counted here; do not call enter() then.
  [[nodiscard]] Entry look(const HttpRequest& request);

  [[nodiscard]] const Cors& cors() const { return cors_; }
  [[nodiscard]] AuditLog& audit() { return *audit_; }
  void report(const Error& error) const;

 private:
  enum class Taking : bool { No, Yes };
  Gate(const AccessOptions& options, std::unique_ptr<AuditLog> audit, Report report);
  [[nodiscard]] Entry decide(const HttpRequest& request, Taking taking);
  [[nodiscard]] Entry without_key(const HttpRequest& request, Taking taking);
  [[nodiscard]] HttpReply unknown(const HttpRequest& request, const Text& message, bool given);
  void limit(const HttpRequest& request, const std::string& caller, const Rate& rate, Taking taking,
             Entry& entry);
  void report_fault(const KeySet& keys);

  const AccessOptions options_;
  const Cors cors_;
  const Report report_;
  const std::unique_ptr<AuditLog> audit_;
  KeyRing ring_;
  RateLimiter limiter_;
  RateLimiter failures_;  ///< of addresses
  std::mutex mutex_;      // guards all below
  std::string reported_;  ///< the fault of the keys that was told last
};

}  // namespace tagline::server
