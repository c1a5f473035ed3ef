// What a server tells of the topics it consumes. Included by server/api/*.cc only.
#pragma once

#include "server/api/metrics.h"
#include "server/json.h"
#include "server/kafka/kafka_consumer.h"

namespace tagline::server {

/// The member "kafka" of /v1/status.
[[nodiscard]] Json kafka_json(const KafkaFigures& now);
/// The families tagline_kafka_* of /metrics.
void write_kafka(const KafkaFigures& now, MetricsText& text);

}  // namespace tagline::server
