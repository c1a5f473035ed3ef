// Event files nobody should send: bad rows are rejects with a reason in both languages, and nothing
// overflows.
#include "ingest/field_plan.h"
#include "tests/ingest/event_database.h"

#include <string>
#include <vector>

namespace tagline::ingest {
namespace {

using namespace std::string_literals;

Schema hostile_events() {
  EventColumns columns = shop_columns();
  columns.event_column = "e";
  columns.count_column = "n";
  return events_schema(columns);
}

TEST(HostileEvents, BadRowsAreRejectedWithTheirReason) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {",2024-01-01,k,1,buy,1", "id is blank"},
      {std::string(257, 'x') + ",2024-01-01,k,1,buy,1", "256 bytes"},
      {"u1,,k,1,buy,1", "time is missing"},
      {"u1,2024-02-30,k,1,buy,1", "not a time"},
      {"u1,2024-01-01 10:00,k,1,buy,1", "not a time"},
      {"u1,2024-01-01,k,1,,1", "event is missing"},
      {"u1,2024-01-01,k,1," + std::string(385, 'x') + ",1", "384 bytes"},
      {"u1,2024-01-01," + std::string(385, 'x') + ",1,buy,1", "384 bytes"},
      {"u1,2024-01-01,k,1.234,buy,1", "2 decimals"},
      {"u1,2024-01-01,k,12x,buy,1", "not a number"},
      {"u1,2024-01-01,k,90071992547409.92,buy,1", "too large"},
      {"u1,2024-01-01,k,-90071992547409.92,buy,1", "too large"},
      {"u1,2024-01-01,k,99999999999999999999,buy,1", "too large"},
      {"u1,2024-01-01,k,1,buy,", "whole number"},
      {"u1,2024-01-01,k,1,buy,0", "whole number"},
      {"u1,2024-01-01,k,1,buy,-1", "whole number"},
      {"u1,2024-01-01,k,1,buy,1.5", "whole number"},
      {"u1,2024-01-01,k,1,buy,4294967296", "whole number"},
      {"u1,2024-01-01,k,1,buy", "5 columns"},
      {"u1,2024-01-01,k\0,1,buy,1"s, "NUL"},
      {"u1,2024-01-01,\xC3\x28,1,buy,1", "UTF-8"},
  };
  for (const auto& [row, word] : rows) {
    EventDatabase database;
    const LoadReport report = database.must_load(
        "u,t,k,a,e,n\ngood,2024-01-01,k,1,buy,1\n" + row + "\n", hostile_events(), all_bad_rows());
    ASSERT_EQ(report.first_rejects.size(), 1U) << row;
    EXPECT_EQ(report.first_rejects[0].line, 3U);
    EXPECT_NE(report.first_rejects[0].reason.en.find(word), std::string::npos)
        << report.first_rejects[0].reason.en;
    EXPECT_FALSE(report.first_rejects[0].reason.zh.empty());
    EXPECT_EQ(database.content().size(), 2U) << row;
    EXPECT_EQ(database.user_limit(), 1U) << row;
  }
}

TEST(HostileEvents, ListsAndObjectsAreNoCells) {
  EventDatabase database;
  Schema schema = shop_events();
  schema.format = FileFormat::Ndjson;
  const LoadReport report = database.must_load(
      "{\"u\":[1],\"t\":\"2024-01-01\"}\n{\"u\":1,\"t\":{}}\n{\"u\":1,\"t\":\"2024-01-01\",\"k\":["
      "\"a\"]}\n{\"u\":1,\"t\":\"2024-01-01\",\"a\":[1]}\n{\"u\":1,\"t\":\"2024-01-01\"}\n",
      schema, all_bad_rows());
  EXPECT_EQ(report.rejected, 4U);
  EXPECT_EQ(database.content().size(), 1U);
}

void expect_too_large(const std::string& first, const std::string& second, const Schema& schema) {
  EventDatabase database;
  database.must_load(first, schema);
  const EventContent before = database.content();
  const auto refused = database.load_text(second, schema);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::TooLarge) << refused.error().message().en;
  EXPECT_NE(refused.error().message().en.find("user u1 on 2024-01-01"), std::string::npos)
      << refused.error().message().en;
  EXPECT_EQ(database.content(), before);
  database.expect_clean();
}

TEST(HostileEvents, SumsOutOfBoundsAreRefused) {
  const std::string amounts = "u,t,k,a\n";
  const std::string large = "u1,2024-01-01,,90071992547409.91\n";
  expect_too_large(amounts + large, amounts + "u1,2024-01-01,,0.01\n", shop_events());
  expect_too_large(amounts + "u0,2024-01-01,,1\n", amounts + large + large, shop_events());
  const std::string counts = "u,t,k,a,e,n\n";
  expect_too_large(counts + "u1,2024-01-01,,,buy,4294967295\nu1,2024-01-01,,,buy,1\n",
                   counts + "u1,2024-01-01,,,buy,1\n", hostile_events());
  std::string many = amounts;
  for (int i = 0; i < 1100; ++i) {  // the sum itself would pass 63 bits
    many += large;
  }
  expect_too_large(amounts + "u0,2024-01-01,,1\n", many, shop_events());
}

TEST(HostileEvents, TheLimitItselfIsFine) {
  EventDatabase database;
  database.must_load(
      "u,t,k,a,e,n\nu1,2024-01-01,,90071992547409.91,buy,4294967295\nu1,2024-01-01,,0,buy,1\n",
      hostile_events());
  database.must_load(
      "u,t,k,a,e,n\nu1,9999-12-31,,-90071992547409.91,buy,1\nu1,0001-01-01,,,buy,1\n",
      hostile_events());
  EXPECT_EQ(database.content(),
            (EventContent{{{"buy", "", "u1", "0001-01-01"}, {1, 0}},
                          {{"buy", "", "u1", "2024-01-01"}, {4'294'967'296, 9'007'199'254'740'991}},
                          {{"buy", "", "u1", "9999-12-31"}, {1, -9'007'199'254'740'991}}}));
  database.expect_clean();
}

TEST(HostileEvents, TooManyEventNames) {
  EventDatabase database;
  std::string text = "u,t,k,a,e,n\n";
  for (int i = 0; i <= 1000; ++i) {
    text += "u1,2024-01-01,,,e" + std::to_string(i) + ",1\n";
  }
  const auto refused = database.load_text(text, hostile_events());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::TooLarge);
}

TEST(HostileEvents, SchemasAreChecked) {
  const auto refused = [](EventColumns columns) {
    const Status status = check_schema(events_schema(std::move(columns)));
    return !status.has_value() && status.error().code() == ErrorCode::BadSchema;
  };
  EXPECT_FALSE(refused(shop_columns()));
  EventColumns columns = shop_columns();
  columns.time_format = "%d.%m";
  EXPECT_TRUE(refused(columns));
  columns = shop_columns();
  columns.time_zone = "UTC";  // of dates
  EXPECT_TRUE(refused(columns));
  columns.time_format = "%F %T%z";  // of instants
  EXPECT_TRUE(refused(columns));
  columns.time_format = "%F %T";
  EXPECT_FALSE(refused(columns));
  columns.time_zone = "Mars/Olympus";
  EXPECT_TRUE(refused(columns));
  columns = shop_columns();
  columns.event.name = "  ";
  EXPECT_TRUE(refused(columns));
  columns = shop_columns();
  columns.event.name = std::string(385, 'x');
  EXPECT_TRUE(refused(columns));
  columns = shop_columns();
  columns.amount->scale = 10;
  EXPECT_TRUE(refused(columns));
}

TEST(HostileEvents, AColumnThatIsNotThere) {
  EventDatabase database;
  const auto refused = database.load_text("u,time,k,a\nu1,2024-01-01,,\n", shop_events());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::BadSchema);
}

}  // namespace
}  // namespace tagline::ingest
