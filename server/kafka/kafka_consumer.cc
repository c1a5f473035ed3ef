#include "server/kafka/kafka_consumer.h"

#include "server/kafka/kafka_loop.h"

#include <utility>
#include <vector>

namespace tagline::server {

KafkaConsumer::KafkaConsumer() = default;

Result<std::unique_ptr<KafkaConsumer>> KafkaConsumer::start(const KafkaConfig& config,
                                                            storage::Store& store,
                                                            IngestQueue& queue, KafkaHooks hooks) {
  std::vector<TopicSource> sources;
  for (const KafkaTopic& topic : config.topics) {
    TopicSource source{topic, std::nullopt};
    if (topic.schema.has_value()) {
      TAGLINE_ASSIGN_OR_RETURN(source.rows, ingest::RowOperations::make(*topic.schema));
      TAGLINE_RETURN_IF_ERROR(source.rows->add_names(store));
    }
    sources.push_back(std::move(source));
  }
  std::unique_ptr<KafkaConsumer> made(new KafkaConsumer());
  made->board_ = std::make_shared<KafkaBoard>(config.group);
  auto ending = [consumer = made.get(), asked = hooks.ending] {
    return consumer->ending_ || (asked && asked());
  };
  made->loop_ = std::make_unique<KafkaLoop>(config, std::move(sources), store, queue, made->board_,
                                            std::move(hooks));
  TAGLINE_RETURN_IF_ERROR(made->loop_->open());
  made->thread_ = std::thread(
      [consumer = made.get(), ending = std::move(ending)] { consumer->loop_->run(ending); });
  return made;
}

KafkaConsumer::~KafkaConsumer() {
  end();
}

void KafkaConsumer::end() {
  ending_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
}

KafkaFigures KafkaConsumer::figures() const {
  return board_->figures();
}

}  // namespace tagline::server
