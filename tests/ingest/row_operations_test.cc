// Rows that arrive one by one do what a load of the same rows does.
#include "ingest/row_operations.h"

#include "ingest/apply.h"
#include "tests/ingest/event_database.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::ingest {
namespace {

using engine::TagKind;

constexpr std::int64_t kNow = 2'000'000'000;  // later than any event here

/// Applies what the rows come to; how many were refused.
std::uint64_t stream(EventDatabase& database, const Schema& schema, const std::string& lines) {
  auto rows = RowOperations::make(schema);
  EXPECT_TRUE(rows.has_value()) << (rows.has_value() ? "" : rows.error().message().en);
  EXPECT_TRUE(rows->add_names(database.store()).has_value());
  auto converted = rows->convert(lines);
  EXPECT_TRUE(converted.has_value());
  IngestBatch batch;
  batch.options.each = true;
  batch.options.tags = Unknown::Create;
  std::uint64_t refused = 0;
  for (RowOperations::Line& line : *converted) {
    if (line.reason.has_value()) {
      ++refused;
    } else {
      batch.operations.push_back(std::move(line.operation));
    }
  }
  Applier applier(database.store());
  IngestBatch* const batches[] = {&batch};
  applier.apply(batches, kNow);
  EXPECT_TRUE(batch.outcome.has_value());
  return refused + batch.outcome->refused;
}

Schema users_schema() {
  Schema schema;
  schema.format = FileFormat::Ndjson;
  schema.id_column = "id";
  Column vip = column("vip", TagKind::Flag);
  vip.true_words = {"Yes"};
  vip.false_words = {"no"};
  Column city = column("city", TagKind::Category);
  city.missing = {"-"};
  city.value_aliases["a"] = {"alpha"};
  Column likes = column("likes", TagKind::Set);
  likes.separator = "|";
  likes.value_aliases["x"] = {"ex"};
  Column seen = column("seen", TagKind::Set);
  seen.update = SetUpdate::Add;
  Column spend = column("spend", TagKind::Number);
  spend.scale = 2;
  Column born = column("born", TagKind::Date);
  born.date_format = "%d/%m/%Y";
  Column skipped = column("skipped", TagKind::Category);
  skipped.skip = true;
  schema.columns = {vip, skipped, city, likes, seen, spend, born};
  return schema;
}

TEST(RowOperations, RowsOfUsersDoWhatALoadOfThemDoes) {
  const std::vector<std::string> cells[] = {
      {R"("vip": "yes")", R"("vip": "NO ")", R"("vip": true)", R"("vip": false)", R"("vip": null)",
       R"("vip": "perhaps")", R"("vip": "")", R"("vip": [1])"},
      {R"("city": "a")", R"("city": " alpha ")", R"("city": "b")", R"("city": "-")",
       R"("city": null)", R"("city": 7)", R"("city": {"x": 1})", R"("skipped": {"x": 1})"},
      {R"("likes": "x|y")", R"("likes": ["ex", "z"])", R"("likes": [])", R"("likes": "")",
       R"("likes": null)", R"("likes": "|x|")"},
      {R"("seen": "p")", R"("seen": ["q", "r"])", R"("seen": null)", R"("seen": "")"},
      {R"("spend": 12.5)", R"("spend": "-3")", R"("spend": 1e2)", R"("spend": 0.123)",
       R"("spend": "")", R"("spend": null)", R"("spend": "much")"},
      {R"("born": "31/01/2001")", R"("born": "2001-01-31")", R"("born": "")", R"("born": null)"},
  };
  std::minstd_rand random(11);
  std::string lines;
  for (int i = 0; i < 2'000; ++i) {
    lines +=
        "{\"id\": " + (random() % 40 == 0 ? std::string("\"\"") : std::to_string(random() % 50));
    for (const auto& column : cells) {
      if (random() % 3 == 0) {
        lines += ", " + column[random() % column.size()];
      }
    }
    lines += random() % 100 == 0 ? "\n" : "}\n";  // some are no JSON
  }
  EventDatabase streamed;
  EventDatabase loaded;
  const std::uint64_t refused = stream(streamed, users_schema(), lines);
  const LoadReport report = loaded.must_load(lines, users_schema(), all_bad_rows());
  EXPECT_GT(refused, 100U);
  EXPECT_EQ(refused, report.rejected);
  EXPECT_EQ(streamed.Database::content(), loaded.Database::content());
  EXPECT_GT(loaded.Database::content().size(), 40U);
  ASSERT_EQ(streamed.tags().size(), loaded.tags().size());
  for (const storage::TagRecord& tag : loaded.tags()) {
    EXPECT_EQ(streamed.tag(tag.name).kind, tag.kind) << tag.name;
    EXPECT_EQ(streamed.tag(tag.name).scale, tag.scale) << tag.name;
  }
  streamed.expect_clean();
}

TEST(RowOperations, RowsOfEventsDoWhatALoadOfThemDoes) {
  EventColumns columns;
  columns.user_column = "u";
  columns.event_column = "e";
  columns.names["B"].name = "buy";
  columns.key_column = "k";
  columns.key_missing = {"-"};
  columns.key_aliases["shoes"] = {"shoe"};
  columns.time_column = "t";
  columns.time_format = "%Y-%m-%d %H:%M:%S";
  columns.amount = AmountColumn{"a", "n", 2, "", {"none"}};
  columns.count_column = "c";
  const std::vector<std::string> cells[] = {
      {R"("e": "B")", R"("e": "view")", R"("e": " view ")", R"("e": "")", R"("e": ["B"])"},
      {R"("k": "shoe")", R"("k": "shoes")", R"("k": "hats")", R"("k": "-")", R"("k": null)"},
      {R"("t": "2026-01-31 23:30:00")", R"("t": "2026-02-01 00:30:59")",
       R"("t": "2026-03-29 02:30:00")", R"("t": "soon")", R"("t": "2026-01-31")"},
      {R"("a": "12.50", "n": 2)", R"("a": 0.125, "n": 8)", R"("a": 0.125, "n": 1)",
       R"("a": "none", "n": 1)", R"("a": -4, "n": "")", R"("a": "x", "n": 1)"},
      {R"("c": 1)", R"("c": 3)", R"("c": 0)", R"("c": "")", R"("c": 1.5)"},
  };
  for (const char* zone : {"", "Asia/Shanghai", "-08:00", "Europe/London"}) {
    columns.time_zone = zone;
    Schema schema = events_schema(columns);
    schema.format = FileFormat::Ndjson;
    std::minstd_rand random(5);
    std::string lines;
    for (int i = 0; i < 600; ++i) {
      lines += "{\"u\": \"u" + std::to_string(random() % 9) + "\"";
      for (const auto& column : cells) {
        // Mostly the first few, or few rows would be good.
        const std::size_t few = random() % 4 == 0 ? column.size() : 2;
        lines += ", " + column[random() % few];
      }
      lines += "}\n";
    }
    EventDatabase streamed;
    EventDatabase loaded;
    const std::uint64_t refused = stream(streamed, schema, lines);
    const LoadReport report = loaded.must_load(lines, schema, all_bad_rows());
    EXPECT_GT(refused, 50U);
    EXPECT_LT(refused, 550U);
    EXPECT_EQ(refused, report.rejected) << zone;
    EXPECT_EQ(streamed.content(), loaded.content()) << zone;
    EXPECT_GT(loaded.content().size(), 20U);
    streamed.expect_clean();
  }
}

TEST(RowOperations, WhatOnlyFilesHaveIsRefused) {
  Schema rows = users_schema();
  rows.id_column = "";
  EXPECT_EQ(RowOperations::make(rows).error().message().en, "id: messages have no row number");
  Schema linked = users_schema();
  linked.links = {{"mail", "email"}};
  EXPECT_EQ(RowOperations::make(linked).error().code(), ErrorCode::BadSchema);
  Schema twice = users_schema();
  twice.columns.push_back(column("vip", TagKind::Category));
  EXPECT_EQ(RowOperations::make(twice).error().code(), ErrorCode::BadSchema);
}

TEST(RowOperations, NamesThatAreThereAsAnotherKindAreAConflict) {
  EventDatabase database;
  Schema other;
  other.format = FileFormat::Ndjson;
  other.id_column = "id";
  other.columns = {column("vip", TagKind::Category)};
  database.must_load("{\"id\": \"u1\", \"vip\": \"gold\"}\n", other);
  const auto rows = RowOperations::make(users_schema());
  const Status added = rows->add_names(database.store());
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code(), ErrorCode::SchemaConflict);
  EXPECT_EQ(database.tags().size(), 1U);
}

/// Lines of a batch are wholes, and positions are stored with what the batch did or not at all.
TEST(ByLine, ARefusedLineHoldsUpAllAndPositionsWithIt) {
  EventDatabase database;
  database.must_load("{\"id\": \"u1\", \"n\": 1}\n", [] {
    Schema schema;
    schema.format = FileFormat::Ndjson;
    schema.id_column = "id";
    schema.columns = {column("n", TagKind::Number)};
    return schema;
  }());
  const auto add = [](std::uint64_t line, const std::string& user, const std::string& amount) {
    Operation operation;
    operation.line = line;
    operation.user = user;
    operation.add = {{"n", {amount}, false}};
    return operation;
  };
  const auto position = [&] {
    return database.store()
        .read([](const storage::Snapshot& snapshot) { return snapshot.positions("g"); })
        .value();
  };
  IngestBatch batch;
  batch.by_line = true;
  batch.operations = {add(1, "u1", "10"),  add(2, "u2", "5"),   add(2, "u1", "many"),
                      add(3, "u1", "100"), add(4, "u1", "few"), add(4, "u3", "1")};
  batch.positions = {{"g", "t", 0, 5, 0}};
  Applier applier(database.store());
  IngestBatch* const batches[] = {&batch};
  applier.apply(batches, kNow);
  ASSERT_TRUE(batch.outcome.has_value());
  EXPECT_EQ(batch.outcome->applied, 0U);
  EXPECT_EQ(batch.outcome->refused, 2U);
  ASSERT_EQ(batch.refused_lines.size(), 2U);
  EXPECT_EQ(batch.refused_lines[0].line, 2U);
  EXPECT_EQ(batch.refused_lines[1].line, 4U);
  EXPECT_EQ(batch.refused_lines[0].reason.en, "n: \"many\", expected a number such as 12.5");
  EXPECT_EQ(database.Database::content(), (Database::Content{{"u1", {{"n", {"1"}}}}}));
  EXPECT_TRUE(position().empty());

  std::erase_if(batch.operations, [](const Operation& each) { return each.line % 2 == 0; });
  applier.apply(batches, kNow);
  EXPECT_TRUE(batch.refused_lines.empty());
  EXPECT_EQ(batch.outcome->applied, 2U);
  EXPECT_EQ(database.Database::content(), (Database::Content{{"u1", {{"n", {"111"}}}}}));
  ASSERT_EQ(position().size(), 1U);
  EXPECT_EQ(position().front(), (storage::PositionRecord{"g", "t", 0, 5, kNow}));

  // Nothing to do but to go past something: no other version for readers.
  const std::uint64_t version = database.version();
  batch.operations.clear();
  batch.positions.front().next = 6;
  applier.apply(batches, kNow);
  EXPECT_EQ(position().front().next, 6);
  EXPECT_EQ(database.version(), version);
  EXPECT_EQ(batch.outcome->version, version);
}

}  // namespace
}  // namespace tagline::ingest
