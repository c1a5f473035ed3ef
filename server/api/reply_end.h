// end_with: what ends when a reply has been given. Included by server/api/*.cc only.
#pragma once

#include "server/api/audit_record.h"
#include "server/api/running_queries.h"
#include "server/http/http_message.h"

#include <memory>

namespace tagline::server {

/// Has the record, and the place among the running queries, end with the reply, which for one that
/// is streamed or comes in pieces is later. `head`: nothing of the body is sent.
void end_with(HttpReply& reply, bool head, std::shared_ptr<AuditRecord> audit,
              std::shared_ptr<RunningQueries::Place> place);

}  // namespace tagline::server
