#include "server/kafka/kafka_config.h"

#include "engine/system_reason.h"
#include "ingest/row_operations.h"
#include "server/json_reader.h"
#include "server/kafka/kafka_handle.h"
#include "server/schema_json.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

namespace tagline::server {
namespace {

constexpr unsigned kMessagesMax = 50'000;
constexpr unsigned kLingerMax_ms = 60'000;
constexpr unsigned kAheadMax_s = 366 * 24 * 60 * 60;
constexpr std::size_t kTopicsMax = 1'000;

std::string in_quotes(const std::string& text) {
  return "\"" + text + "\"";
}

/// As Kafka names topics. One that begins with ^ would be a pattern for librdkafka.
bool is_topic(const std::string& name) {
  return !name.empty() && name.size() <= storage::kTopicBytesMax && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

const Text kTopicForm{"the name of a topic: 1 to 249 letters, digits, \".\", \"_\" and \"-\"",
                      "主题名称：1 到 249 个字母、数字、“.”、“_”或“-”"};

/// Which properties the program sets itself, and where that is said instead.
const char* own_property(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, const char*>, 8> kOwn{{
      {"bootstrap.servers", "brokers"},
      {"metadata.broker.list", "brokers"},
      {"group.id", "group"},
      {"auto.offset.reset", "start"},
      {"enable.auto.commit", ""},
      {"enable.auto.offset.store", ""},
      {"auto.commit.enable", ""},
      {"enable.partition.eof", ""},
  }};
  const auto* found =
      std::find_if(kOwn.begin(), kOwn.end(), [&](const auto& each) { return each.first == name; });
  return found == kOwn.end() ? nullptr : found->second;
}

Result<std::string> file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  if (!file || folder) {
    const Text cause = system_reason(folder ? EISDIR : errno);
    return failure(ErrorCode::NotFound, {"cannot read " + path.string() + ": " + cause.en,
                                         "无法读取 " + path.string() + "：" + cause.zh});
  }
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

/// One document on its way to a KafkaConfig.
class Reading {
 public:
  Reading(const Json& document, const std::filesystem::path& folder, const SavedSchemas& schemas,
          std::optional<Error>& fault)
      : reader_(document, "", fault), folder_(folder), schemas_(schemas), fault_(fault) {}

  KafkaConfig read() {
    reader_.only({"brokers", "group", "start", "lost_position", "batch", "dead_letter",
                  "properties", "topics", "comment"});
    std::vector<std::string> brokers;
    reader_.read("brokers", brokers);
    for (const std::string& broker : brokers) {
      config_.brokers += (config_.brokers.empty() ? "" : ",") + broker;
    }
    if (config_.brokers.empty()) {
      reader_.fail("brokers", "nothing",
                   {"addresses such as [\"localhost:9092\"]", "地址，例如 [\"localhost:9092\"]"});
    }
    read_group();
    read_start();
    read_batch();
    reader_.read("dead_letter", config_.dead_letter);
    if (reader_.has("dead_letter") && !is_topic(config_.dead_letter)) {
      reader_.fail("dead_letter", in_quotes(config_.dead_letter), kTopicForm);
    }
    read_properties();
    read_topics();
    return std::move(config_);
  }

 private:
  void read_group() {
    reader_.read("group", config_.group);
    if (config_.group.empty() || config_.group.size() > storage::kGroupBytesMax ||
        config_.group.find('\0') != std::string::npos) {
      const std::string most = std::to_string(storage::kGroupBytesMax);
      reader_.fail("group", config_.group.empty() ? "nothing" : in_quotes(config_.group),
                   {"the name of a consumer group of this database alone, 1 to " + most + " bytes",
                    "仅供此数据库使用的消费组名称，1 到 " + most + " 字节"});
    }
  }

  void read_start() {
    std::string start = "earliest";
    reader_.read("start", start);
    if (start != "earliest" && start != "latest") {
      reader_.fail("start", in_quotes(start), {"earliest or latest", " earliest 或 latest"});
    }
    config_.start = start == "latest" ? KafkaStart::Latest : KafkaStart::Earliest;
    std::string lost = "stop";
    reader_.read("lost_position", lost);
    if (lost != "stop" && lost != "earliest" && lost != "latest") {
      reader_.fail("lost_position", in_quotes(lost),
                   {"stop, earliest or latest", " stop、earliest 或 latest"});
    }
    if (lost != "stop") {
      config_.lost_position = lost == "latest" ? KafkaStart::Latest : KafkaStart::Earliest;
    }
  }

  void read_batch() {
    const Json* object = reader_.object("batch");
    if (object == nullptr) {
      return;
    }
    JsonReader batch(*object, "batch", fault_);
    batch.only({"messages", "linger_ms"});
    auto messages = static_cast<unsigned>(config_.messages);
    auto linger = static_cast<unsigned>(config_.linger.count());
    batch.read("messages", messages, kMessagesMax);
    batch.read("linger_ms", linger, kLingerMax_ms);
    if (messages == 0) {
      const std::string most = std::to_string(kMessagesMax);
      batch.fail("messages", "0",
                 {"a whole number from 1 to " + most, " 1 到 " + most + " 的整数"});
    }
    config_.messages = messages;
    config_.linger = std::chrono::milliseconds(linger);
  }

  void read_properties() {
    const Json* object = reader_.object("properties");
    if (object == nullptr) {
      return;
    }
    if (!object->is_object()) {
      reader_.fail("properties", "no object",
                   {"an object {\"name\": value}", "对象 {\"名称\": 值}"});
      return;
    }
    for (const auto& [name, value] : object->items()) {
      if (reader_.failed()) {
        return;
      }
      const std::string place = "properties." + name;
      if (const char* own = own_property(name); own != nullptr) {
        const std::string instead = own;
        reader_.fail(place, "property that Tagline sets itself",
                     instead.empty() ? Text{"no such property: positions are kept in the database",
                                            "不写该属性：读取位置保存在数据库中"}
                                     : Text{"\"" + instead + "\" beside \"properties\" instead",
                                            "与 \"properties\" 并列的 \"" + instead + "\""});
        return;
      }
      read_property(name, place, value);
    }
  }

  void read_property(const std::string& name, const std::string& place, const Json& value) {
    KafkaProperty property{name, {}};
    if (value.is_string()) {
      property.value = value.get<std::string>();
    } else if (value.is_number() || value.is_boolean()) {
      property.value = value.dump();
    } else if (value.is_object()) {
      property.value = secret(place, value);
    } else {
      reader_.fail(place, value.is_null() ? "null" : "a list",
                   {"a text, a number, true, false, {\"env\": NAME} or {\"file\": PATH}",
                    "文本、数字、true、false、{\"env\": 变量名} 或 {\"file\": 路径}"});
    }
    if (reader_.failed()) {
      return;
    }
    if (const auto why = property_fault(property); why.has_value()) {
      reader_.fail(place, "what librdkafka refuses (" + *why + ")",
                   {"a property of librdkafka's CONFIGURATION.md and a value it may have",
                    " librdkafka 的 CONFIGURATION.md 所列的属性和取值"});
    }
    config_.properties.push_back(std::move(property));
  }

  /// {"env": "KAFKA_PASSWORD"}, {"file": "/run/secrets/kafka"}.
  std::string secret(const std::string& place, const Json& object) {
    JsonReader reader(object, place, fault_);
    reader.only({"env", "file"});
    std::string variable;
    std::string file;
    reader.read("env", variable);
    reader.read("file", file);
    if (reader.failed()) {
      return {};
    }
    if (variable.empty() == file.empty()) {
      reader_.fail(
          place, object.dump(),
          {"{\"env\": NAME} or {\"file\": PATH}", "{\"env\": 变量名} 或 {\"file\": 路径}"});
      return {};
    }
    if (!variable.empty()) {
      const char* value = std::getenv(variable.c_str());
      if (value == nullptr) {
        reader.fail("env", variable + ", which is not set",
                    {"a variable of the environment", "环境变量"});
      }
      return value == nullptr ? std::string() : value;
    }
    auto text = file_text(folder_ / file);
    if (!text.has_value()) {
      reader.fail("file", text.error().message().en, {"a file that can be read", "可读的文件"});
      return {};
    }
    text->erase(text->find_last_not_of("\r\n") + 1);
    return std::move(*text);
  }

  void read_topics() {
    const Json* list = reader_.array("topics");
    if (list == nullptr || list->empty() || list->size() > kTopicsMax) {
      const std::string most = std::to_string(kTopicsMax);
      reader_.fail("topics", list == nullptr ? "nothing" : std::to_string(list->size()) + " topics",
                   {"a list of 1 to " + most +
                        " topics, e.g. [{\"topic\": \"changes\", \"as\": \"operations\"}]",
                    "1 到 " + most +
                        " 个主题的列表，例如 [{\"topic\": \"changes\", \"as\": \"operations\"}]"});
      return;
    }
    for (std::size_t i = 0; i < list->size() && !reader_.failed(); ++i) {
      JsonReader topic = reader_.element("topics", i, (*list)[i]);
      if (!topic.failed()) {
        config_.topics.push_back(read_topic(topic, (*list)[i]));
      }
    }
  }

  KafkaTopic read_topic(JsonReader& reader, const Json& object) {
    KafkaTopic topic;
    reader.only({"topic", "as", "schema", "users", "tags", "values", "ahead_s", "comment"});
    reader.read("topic", topic.name);
    if (!is_topic(topic.name)) {
      reader.fail("topic", topic.name.empty() ? "nothing" : in_quotes(topic.name), kTopicForm);
    } else if (topic.name == config_.dead_letter) {
      reader.fail("topic", "the dead-letter topic " + in_quotes(topic.name),
                  {"another topic: refused messages would be refused again and again",
                   "其他主题：被拒绝的消息会反复被拒绝"});
    } else if (std::any_of(config_.topics.begin(), config_.topics.end(),
                           [&](const KafkaTopic& other) { return other.name == topic.name; })) {
      reader.fail("topic", in_quotes(topic.name) + " a second time",
                  {"each topic once", "每个主题只写一次"});
    }
    std::string form;
    reader.read("as", form);
    if (form == "users") {
      topic.form = MessageForm::Users;
    } else if (form == "events") {
      topic.form = MessageForm::Events;
    } else if (form != "operations") {
      reader.fail("as", form.empty() ? "nothing" : in_quotes(form),
                  {"operations, users or events", " operations、users 或 events"});
    }
    const auto schema = object.find("schema");
    read_schema(reader, schema == object.end() || schema->is_null() ? nullptr : &*schema, topic);
    const auto policy = [&](const char* key, ingest::Unknown& into) {
      std::string word = into == ingest::Unknown::Create ? "create" : "refuse";
      reader.read(key, word);
      if (word != "create" && word != "refuse") {
        reader.fail(key, in_quotes(word), {"create or refuse", " create 或 refuse"});
      }
      into = word == "create" ? ingest::Unknown::Create : ingest::Unknown::Refuse;
    };
    policy("users", topic.options.users);
    policy("tags", topic.options.tags);
    policy("values", topic.options.values);
    auto ahead = static_cast<unsigned>(topic.options.ahead_s);
    reader.read("ahead_s", ahead, kAheadMax_s);
    topic.options.ahead_s = ahead;
    return topic;
  }

  void read_schema(JsonReader& reader, const Json* given, KafkaTopic& topic) {
    const bool rows = topic.form != MessageForm::Operations;
    if (reader.failed() || (given == nullptr && !rows)) {
      return;
    }
    if (given == nullptr || !rows) {
      reader.fail("schema", rows ? "nothing" : "key beside \"as\": \"operations\"",
                  rows
                      ? Text{"a schema, the file of one (rows.schema.json), or the name of a saved "
                             "one",
                             "模式、模式文件（rows.schema.json）或已保存模式的名称"}
                      : Text{"\"as\": \"users\" or \"events\" beside a schema",
                             "与模式同用的 \"as\": \"users\" 或 \"events\""});
      return;
    }
    auto schema = schema_of(*given);
    if (schema.has_value() && schema->events.has_value() != (topic.form == MessageForm::Events)) {
      const bool events = schema->events.has_value();
      reader.fail("schema", events ? "a schema of events" : "a schema of users",
                  events ? Text{"a schema of users, or \"as\": \"events\"",
                                "用户的模式，或 \"as\": \"events\""}
                         : Text{"a schema of events, or \"as\": \"users\"",
                                "行为的模式，或 \"as\": \"users\""});
      return;
    }
    Status fits = schema.has_value() ? Status() : Status(tl::unexpected(schema.error()));
    if (fits.has_value()) {
      fits = ingest::RowOperations::make(*schema).map([](const ingest::RowOperations&) {});
    }
    if (!fits.has_value()) {
      const Error& why = fits.error();
      const std::string place = reader.place_of("schema");
      fault_ = Error(why.code(), {place + ": " + why.message().en, place + "：" + why.message().zh},
                     why.faced_hint());
      return;
    }
    topic.schema = std::move(*schema);
  }

  Result<ingest::Schema> schema_of(const Json& given) {
    if (given.is_object()) {
      return schema_from_json(given.dump());
    }
    if (!given.is_string()) {
      return failure(ErrorCode::BadSchema,
                     {"neither an object nor a text", "既不是对象，也不是文本"},
                     {"write the schema itself, its file (rows.schema.json) or the name of a saved "
                      "one",
                      "请写模式本身、模式文件（rows.schema.json）或已保存模式的名称"});
    }
    const auto name = given.get<std::string>();
    // Saved ones have names without these.
    if (name.find_first_of("./") == std::string::npos) {
      return schemas_.get(name);
    }
    TAGLINE_ASSIGN_OR_RETURN(const std::string text, file_text(folder_ / name));
    return schema_from_json(text);
  }

  JsonReader reader_;
  const std::filesystem::path& folder_;
  const SavedSchemas& schemas_;
  std::optional<Error>& fault_;
  KafkaConfig config_;
};

}  // namespace

Result<KafkaConfig> kafka_config_from_json(std::string_view json,
                                           const std::filesystem::path& folder,
                                           const SavedSchemas& schemas) {
  std::optional<Error> fault;
  const auto document = parse_json(json, fault);
  KafkaConfig config;
  if (document.has_value()) {
    config = Reading(*document, folder, schemas, fault).read();
  }
  if (fault.has_value()) {
    return tl::unexpected(std::move(*fault));
  }
  return config;
}

}  // namespace tagline::server
