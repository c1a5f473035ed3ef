#include "server/schema_json.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

constexpr const char* kWhole = R"({
  "format": "csv", "delimiter": ";", "header": true, "id": {"column": "customer_id"},
  "columns": [
    {"column": "city", "kind": "category", "also": ["城市"], "values": {"tier1": ["一线"], "tier2": "二线"}, "missing": ["?"]},
    {"column": "spend", "kind": "number", "scale": 2, "min": 0, "max": "100.50", "unit": "元", "why": "decimals"},
    {"column": "signup", "kind": "date", "date_format": "%d/%m/%Y"},
    {"column": "vip", "kind": "flag", "true": ["yes"], "false": ["no"], "title": {"en": "VIP", "zh-CN": "贵宾"}},
    {"column": "likes", "tag": "interest", "kind": "set", "separator": "|", "update": "add", "layer": "interest"},
    {"column": "note", "kind": "skip", "why": {"en": "free text", "zh-CN": "自由文本"}}
  ]})";

TEST(SchemaJson, ReadsEverything) {
  const auto schema = schema_from_json(kWhole);
  ASSERT_TRUE(schema.has_value()) << schema.error().message().en;
  EXPECT_EQ(schema->delimiter, ';');
  EXPECT_EQ(schema->id_column, "customer_id");
  ASSERT_EQ(schema->columns.size(), 6U);
  EXPECT_EQ(schema->columns[0].value_aliases.at("tier2"), std::vector<std::string>{"二线"});
  EXPECT_EQ(schema->columns[1].max, 10050);
  EXPECT_EQ(schema->columns[2].date_format, "%d/%m/%Y");
  EXPECT_EQ(schema->columns[3].title.zh, "贵宾");
  EXPECT_EQ(schema->columns[4].tag, "interest");
  EXPECT_EQ(schema->columns[4].update, ingest::SetUpdate::Add);
  EXPECT_TRUE(schema->columns[5].skip);
}

TEST(SchemaJson, WritingAndReadingGivesTheSame) {
  const auto schema = schema_from_json(kWhole);
  ASSERT_TRUE(schema.has_value());
  const std::string once = schema_to_json(*schema);
  const auto again = schema_from_json(once);
  ASSERT_TRUE(again.has_value()) << again.error().message().en;
  EXPECT_EQ(schema_to_json(*again), once);
}

TEST(SchemaJson, AnEmptyTagStaysEmpty) {
  // Load refuses it; written and read, it must not turn into the column's name.
  const auto schema = schema_from_json(
      R"({"id": {"row_number": true}, "columns": [{"column": "a", "tag": "", "kind": "category"}]})");
  ASSERT_TRUE(schema.has_value()) << schema.error().message().en;
  const auto again = schema_from_json(schema_to_json(*schema));
  ASSERT_TRUE(again.has_value()) << again.error().message().en;
  EXPECT_EQ(again->columns.front().tag, "");
}

constexpr const char* kEvents = R"({
  "format": "csv", "delimiter": "blanks", "header": false,
  "events": {
    "user": "#1",
    "event": {"column": "#2", "names": {"B": {"name": "buy", "also": ["购买"], "title": "Bought", "description": "d"}}},
    "key": {"column": "#3", "missing": ["-"], "values": {"beauty": ["美妆"]}},
    "time": {"column": "#4", "format": "%Y-%m-%d %H:%M:%S", "zone": "UTC"},
    "amount": {"column": "#5", "times": "#6", "scale": 2, "unit": "元", "missing": "?"},
    "count": "#7"
  }})";

TEST(SchemaJson, ReadsEvents) {
  const auto schema = schema_from_json(kEvents);
  ASSERT_TRUE(schema.has_value()) << schema.error().message().en;
  EXPECT_EQ(schema->delimiter, ingest::kBlanksDelimiter);
  ASSERT_TRUE(schema->events.has_value());
  const ingest::EventColumns& events = *schema->events;
  EXPECT_EQ(events.user_column, "#1");
  EXPECT_EQ(events.event_column, "#2");
  EXPECT_EQ(events.names.at("B").aliases, std::vector<std::string>{"购买"});
  EXPECT_EQ(events.key_aliases.at("beauty"), std::vector<std::string>{"美妆"});
  EXPECT_EQ(events.time_zone, "UTC");
  EXPECT_EQ(events.amount->times, "#6");
  EXPECT_EQ(events.amount->scale, 2U);
  EXPECT_EQ(events.count_column, "#7");
  const auto again = schema_from_json(schema_to_json(*schema));
  ASSERT_TRUE(again.has_value()) << again.error().message().en;
  EXPECT_EQ(again->events, schema->events);
  EXPECT_EQ(again->delimiter, schema->delimiter);
}

TEST(SchemaJson, FixedEventAndPlainKey) {
  const auto schema = schema_from_json(
      R"({"events": {"user": "u", "event": {"name": "buy"}, "key": "k", "time": {"column": "t", "format": "%s"}}})");
  ASSERT_TRUE(schema.has_value()) << schema.error().message().en;
  EXPECT_EQ(schema->events->event.name, "buy");
  EXPECT_EQ(schema->events->key_column, "k");
  EXPECT_FALSE(schema->events->amount.has_value());
  EXPECT_EQ(schema_from_json(schema_to_json(*schema))->events, schema->events);
}

TEST(SchemaJson, EventFaultsNameTheirPlace) {
  const std::string time = R"("time": {"column": "t", "format": "%s"})";
  const std::string whole = R"("user": "u", "event": {"name": "buy"}, )" + time;
  const std::vector<std::pair<std::string, std::string>> faults = {
      {R"({"events": []})", "events"},
      {R"({"events": {}})", "events.user"},
      {R"({"events": {"user": 1}})", "events.user"},
      {R"({"events": {"user": "u", )" + time + "}}", "events.event"},
      {R"({"events": {"user": "u", "event": "buy", )" + time + "}}", "events.event"},
      {R"({"events": {"user": "u", "event": {}, )" + time + "}}", "events.event"},
      {R"({"events": {"user": "u", "event": {"name": "a", "column": "b"}, )" + time + "}}",
       "events.event"},
      {R"({"events": {"user": "u", "event": {"name": "a", "names": {}}, )" + time + "}}",
       "events.event.names"},
      {R"({"events": {"user": "u", "event": {"column": "e", "names": {"B": {"also": "b"}}}, )" +
           time + "}}",
       "events.event.names.B.name"},
      {R"({"events": {"user": "u", "event": {"name": "buy"}}})", "events.time"},
      {R"({"events": {"user": "u", "event": {"name": "buy"}, "time": {"column": "t"}}})",
       "events.time.format"},
      {R"({"events": {)" + whole + R"(, "amount": {"scale": 2}}})", "events.amount.column"},
      {R"({"events": {)" + whole + R"(, "amount": {"column": "a", "scale": 10}}})",
       "events.amount.scale"},
      {R"({"events": {)" + whole + R"(, "amount": {"column": "a", "times": ""}}})",
       "events.amount.times"},
      {R"({"events": {)" + whole + R"(, "count": ""}})", "events.count"},
      {R"({"events": {)" + whole + R"(, "keys": "k"}})", "events.keys"},
      {R"({"events": {)" + whole + R"(, "key": {"column": "k", "values": {"a": 1}}}})",
       "events.key.values.a"},
      {R"({"columns": [], "events": {)" + whole + "}}", "columns"},
      {R"({"id": {"column": "u"}, "events": {)" + whole + "}}", "id"},
      {R"({"delimiter": " ", "events": {)" + whole + "}}", "delimiter"},
  };
  for (const auto& [text, place] : faults) {
    const auto schema = schema_from_json(text);
    ASSERT_FALSE(schema.has_value()) << text;
    EXPECT_EQ(schema.error().code(), ErrorCode::BadSchema);
    EXPECT_EQ(schema.error().message().en.substr(0, place.size() + 1), place + ":")
        << text << "\n"
        << schema.error().message().en;
    EXPECT_FALSE(schema.error().message().zh.empty());
  }
}

TEST(SchemaJson, FaultsNameTheirPlace) {
  const std::vector<std::pair<std::string, std::string>> faults = {
      {R"({"columns": []})", "id"},
      {R"({"id": {"row_number": true}})", "columns"},
      {R"({"id": {"row_number": true}, "colums": []})", "colums"},
      {R"({"id": {"row_number": true, "column": "a"}, "columns": []})", "id"},
      {R"({"id": {"row_number": true}, "columns": [{"column": "a", "kind": "numbr"}]})",
       "columns[0].kind"},
      {R"({"id": {"row_number": true}, "columns": [{"kind": "flag"}]})", "columns[0].column"},
      {R"({"id": {"row_number": true}, "columns": [{"column": "a", "kind": "flag"}]})",
       "columns[0].true"},
      {R"({"id": {"row_number": true}, "columns": [{"column": "a", "kind": "date"}]})",
       "columns[0].date_format"},
      {R"({"id": {"row_number": true}, "columns": [{"column": "a", "kind": "category", "scale": 2}]})",
       "columns[0].scale"},
      {R"({"id": {"row_number": true}, "columns": [{"column": "a", "kind": "number", "scale": 99}]})",
       "columns[0].scale"},
      {R"({"id": {"row_number": true}, "columns": [{"column": "a", "kind": "number", "min": 0.5}]})",
       "columns[0].min"},
      {R"({"id": {"row_number": true}, "columns": [{"column": "a", "kind": "number", "also": 5}]})",
       "columns[0].also"},
      {R"({"id": {"row_number": true}, "columns": [{"column": "a", "kind": "number", "min": 5, "max": -3}]})",
       "columns[0].min"},
      {R"({"id": {"row_number": true}, "delimiter": "::", "columns": []})", "delimiter"},
      {R"({"id": {"row_number": true}, "columns": [5]})", "columns[0]"},
      {"{\n  \"id\": ]", "line 2, column 9"},
      {"[]", "document"},
      {"", "JSON"},
  };
  for (const auto& [json, place] : faults) {
    const auto schema = schema_from_json(json);
    ASSERT_FALSE(schema.has_value()) << json;
    EXPECT_EQ(schema.error().code(), ErrorCode::BadSchema);
    EXPECT_NE(schema.error().message().en.find(place), std::string::npos)
        << json << "\n"
        << schema.error().message().en;
    EXPECT_FALSE(schema.error().message().zh.empty());
  }
}

TEST(SchemaJson, DeepNestingIsRefusedNotRecursedInto) {
  const std::string deep(100'000, '[');
  EXPECT_FALSE(schema_from_json(deep).has_value());
  EXPECT_FALSE(schema_from_json("{\"id\":" + deep).has_value());
}

}  // namespace
}  // namespace tagline::server
