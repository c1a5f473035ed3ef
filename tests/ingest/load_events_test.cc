#include "tests/ingest/event_database.h"

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tagline::ingest {
namespace {

TEST(LoadEvents, AddsUpWithinADayAndWithWhatIsThere) {
  EventDatabase database;
  database.must_load("u,t,k,a\nu1,2024-02-29,x,1.50\nu1,2024-02-29,,2\nu2,2024-03-01,x,-0.25\n",
                     shop_events());
  database.must_load("u,t,k,a\nu1,2024-02-29,x,-4.00\nu1,2024-03-01,y,\nu3,2024-03-01,x,0\n",
                     shop_events());
  EXPECT_EQ(database.content(), (EventContent{{{"buy", "", "u1", "2024-02-29"}, {3, -50}},
                                              {{"buy", "", "u1", "2024-03-01"}, {1, 0}},
                                              {{"buy", "", "u2", "2024-03-01"}, {1, -25}},
                                              {{"buy", "", "u3", "2024-03-01"}, {1, 0}},
                                              {{"buy", "x", "u1", "2024-02-29"}, {2, -250}},
                                              {{"buy", "x", "u2", "2024-03-01"}, {1, -25}},
                                              {{"buy", "x", "u3", "2024-03-01"}, {1, 0}},
                                              {{"buy", "y", "u1", "2024-03-01"}, {1, 0}}}));
  database.expect_clean();
}

/// A naive model: a map, and the same rows added one by one.
class Model {
 public:
  void add(const std::string& event, const std::string& key, const std::string& user,
           const std::string& day, std::uint64_t count, std::int64_t amount) {
    add_to({event, "", user, day}, count, amount);
    if (!key.empty()) {
      add_to({event, key, user, day}, count, amount);
    }
  }
  [[nodiscard]] const EventContent& content() const { return content_; }

 private:
  void add_to(const EventPlace& place, std::uint64_t count, std::int64_t amount) {
    content_[place].first += count;
    content_[place].second += amount;
  }
  EventContent content_;
};

std::string cents(std::int64_t amount) {
  const std::int64_t magnitude = amount < 0 ? -amount : amount;
  const std::string fraction = std::to_string(magnitude % 100);
  return (amount < 0 ? "-" : "") + std::to_string(magnitude / 100) + "." +
         (fraction.size() < 2 ? "0" : "") + fraction;
}

TEST(LoadEvents, AgreesWithAMapOverManyFiles) {
  std::mt19937 random(20240310);
  const auto below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
  for (int round = 0; round < 12; ++round) {
    EventDatabase database;
    Model model;
    EventColumns columns = shop_columns();
    columns.event_column = "e";
    columns.count_column = "n";
    const Schema schema = events_schema(columns);
    const unsigned users = 1 + below(60);
    for (int file = 0; file < 4; ++file) {
      std::string text = "u,t,k,a,e,n\n";
      for (unsigned row = below(400); row > 0; --row) {
        const std::string user = "u" + std::to_string(below(users));
        const std::string day = day_text(static_cast<std::int32_t>(19'779 + below(6)));  // 02-26 on
        const std::string key = below(3) == 0 ? "" : "k" + std::to_string(below(4));
        const std::string event = below(2) == 0 ? "buy" : "view";
        const std::uint64_t count = below(4) == 0 ? 1 + below(100'000) : 1;
        const bool blank = below(5) == 0;
        const std::int64_t amount =
            blank ? 0 : static_cast<std::int64_t>(below(2'000'000)) - 1'000'000;
        text += user + "," + day + "," + key + "," + (blank ? "" : cents(amount)) + "," + event +
                "," + std::to_string(count) + "\n";
        model.add(event, key, user, day, count, amount);
      }
      text += "u0,2024-02-26,,," + std::string("buy,") + std::to_string(file + 1) + "\n";
      model.add("buy", "", "u0", "2024-02-26", static_cast<std::uint64_t>(file) + 1, 0);
      database.must_load(text, schema);
      if (file == 1) {
        database.reopen();
      }
    }
    ASSERT_EQ(database.content(), model.content()) << "round " << round;
    database.expect_clean();
  }
}

TEST(LoadEvents, ManyUsersOfOneDay) {
  // Enough users in a block for the dense path of the slices.
  EventDatabase database;
  std::string text = "u,t,k,a\n";
  for (unsigned user = 0; user < 6000; ++user) {
    text +=
        "u" + std::to_string(user) + ",2024-01-01,," + cents(static_cast<int>(user) - 3000) + "\n";
  }
  database.must_load(text, shop_events());
  database.must_load(text + "x,2024-01-01,,\n", shop_events());
  const EventContent content = database.content();
  for (unsigned user = 0; user < 6000; ++user) {
    ASSERT_EQ(content.at({"buy", "", "u" + std::to_string(user), "2024-01-01"}),
              (Figures{2, 2 * (static_cast<int>(user) - 3000)}));
  }
  database.expect_clean();
}

TEST(LoadEvents, DaysAreThoseOfTheDatabase) {
  EventDatabase database;  // Asia/Shanghai
  EventColumns columns = shop_columns();
  columns.time_format = "%F %T";
  columns.time_zone = "UTC";
  database.must_load(
      "u,t,k,a\nu1,2024-03-10 15:59:59,,\nu1,2024-03-10 16:00:00,,\nu1,2024-02-28 16:00:00,,\n",
      events_schema(columns));
  EXPECT_EQ(database.content(), (EventContent{{{"buy", "", "u1", "2024-02-29"}, {1, 0}},
                                              {{"buy", "", "u1", "2024-03-10"}, {1, 0}},
                                              {{"buy", "", "u1", "2024-03-11"}, {1, 0}}}));
}

TEST(LoadEvents, ProductsAreExact) {
  EventDatabase database;
  EventColumns columns = shop_columns();
  columns.amount->times = "q";
  const LoadReport report = database.must_load(
      "u,t,k,a,q\nu1,2024-01-01,,2.55,6\nu2,2024-01-01,,0.005,-2\nu3,2024-01-01,,,3\nu4,2024-01-01,"
      ",2,\nu5,2024-01-01,,0.005,1\n",
      events_schema(columns), all_bad_rows());
  EXPECT_EQ(report.rejected, 1U);
  EXPECT_EQ(database.content(), (EventContent{{{"buy", "", "u1", "2024-01-01"}, {1, 1530}},
                                              {{"buy", "", "u2", "2024-01-01"}, {1, -1}},
                                              {{"buy", "", "u3", "2024-01-01"}, {1, 0}},
                                              {{"buy", "", "u4", "2024-01-01"}, {1, 0}}}));
}

TEST(LoadEvents, OtherSpellingsOfEventsAndKeys) {
  EventDatabase database;
  EventColumns columns = shop_columns();
  columns.event_column = "e";
  columns.names["B"] = EventTexts{"buy", {"购买"}, {"Bought", "买了"}, "what"};
  columns.key_aliases["beauty"] = {"美妆"};
  columns.key_missing = {"-"};
  database.must_load("u,t,k,a,e\nu1,2024-01-01,美妆,1,B\nu1,2024-01-01,beauty,1,buy\n",
                     events_schema(columns));
  // Aliases the catalogue has now, and an e with its accent in one code point or two.
  columns.names.clear();
  columns.key_aliases.clear();
  database.must_load(
      "u,t,k,a,e\nu1,2024-01-01, 美妆 "
      ",1,购买\nu1,2024-01-01,-,1,buy\nu1,2024-01-01,caf\xC3\xA9,,buy"
      "\nu1,2024-01-01,cafe\xCC\x81,,buy\n",
      events_schema(columns));
  EXPECT_EQ(database.content(),
            (EventContent{{{"buy", "", "u1", "2024-01-01"}, {6, 400}},
                          {{"buy", "beauty", "u1", "2024-01-01"}, {3, 300}},
                          {{"buy", "caf\xC3\xA9", "u1", "2024-01-01"}, {2, 0}}}));
  const auto events = database.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].aliases, std::vector<std::string>{"购买"});
  EXPECT_EQ(events[0].title.zh, "买了");
  EXPECT_TRUE(events[0].has_amount);
}

TEST(LoadEvents, AmountsMayComeLaterAndKeepTheirScale) {
  EventDatabase database;
  EventColumns plain = shop_columns();
  plain.amount.reset();
  database.must_load("u,t,k\nu1,2024-01-01,\n", events_schema(plain));
  EXPECT_FALSE(database.events().at(0).has_amount);
  database.must_load("u,t,k,a\nu1,2024-01-01,,1.25\n", shop_events());
  EXPECT_TRUE(database.events().at(0).has_amount);
  EventColumns coarse = shop_columns();
  coarse.amount->scale = 0;
  database.must_load("u,t,k,a\nu1,2024-01-01,,3\n", events_schema(coarse));
  EXPECT_EQ(database.content(), (EventContent{{{"buy", "", "u1", "2024-01-01"}, {3, 425}}}));
  EventColumns fine = shop_columns();
  fine.amount->scale = 3;
  const auto refused = database.load_text("u,t,k,a\nu1,2024-01-01,,4\n", events_schema(fine));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::SchemaConflict);
}

TEST(LoadEvents, AnEventNobodyCouldAskForIsNoEvent) {
  EventDatabase database;
  EventColumns columns = shop_columns();
  columns.event_column = "e";
  const LoadReport report =
      database.must_load("u,t,k,a,e\nu1,2024-01-01,,1,..\nu1,2024-01-01,,1,...\n",
                         events_schema(columns), all_bad_rows());
  EXPECT_EQ(report.rejected, 1U);
  ASSERT_EQ(database.events().size(), 1U);
  EXPECT_EQ(database.events()[0].name, "...");
}

TEST(LoadEvents, ATagsNameIsTaken) {
  EventDatabase database;
  database.must_load("id,buy\nu1,a\nu2,b\n");
  const auto refused = database.load_text("u,t,k,a\nu1,2024-01-01,,\n", shop_events());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::SchemaConflict);
}

TEST(LoadEvents, BlanksBetweenCells) {
  EventDatabase database;
  EventColumns columns = shop_columns();
  columns.user_column = "#1";
  columns.time_column = "#2";
  columns.key_column = "#3";
  columns.amount->column = "#4";
  columns.time_format = "%Y%m%d";
  Schema schema = events_schema(columns);
  schema.header = false;
  schema.delimiter = kBlanksDelimiter;
  database.must_load(" 00001 19970101  a   11.77\r\n\r\n\t00002\t19970112 \"b \"\" c\" 12.00  \r\n",
                     schema);
  EXPECT_EQ(database.content(),
            (EventContent{{{"buy", "", "00001", "1997-01-01"}, {1, 1177}},
                          {{"buy", "", "00002", "1997-01-12"}, {1, 1200}},
                          {{"buy", "a", "00001", "1997-01-01"}, {1, 1177}},
                          {{"buy", "b \" c", "00002", "1997-01-12"}, {1, 1200}}}));
}

TEST(LoadEvents, NdjsonWithNullsAndAbsentKeys) {
  EventDatabase database;
  Schema schema = shop_events();
  schema.format = FileFormat::Ndjson;
  database.must_load(
      "{\"u\":7,\"t\":\"2024-01-01\",\"a\":1.5}\n"
      "{\"u\":\"7\",\"t\":\"2024-01-01\",\"k\":null,\"a\":null}\n",
      schema);
  EXPECT_EQ(database.content(), (EventContent{{{"buy", "", "7", "2024-01-01"}, {2, 150}}}));
}

TEST(LoadEvents, MeetsUsersAndKeysThatOthersBringMeanwhile) {
  EventDatabase database;
  const auto load_file = [&](const std::string& name, const std::string& text,
                             const LoadOptions& options) {
    return load(database.store(), shop_events(), {database.folder().write(name, text)}, options);
  };
  ASSERT_TRUE(
      load_file("a.csv", "u,t,k,a\nu1,2024-01-01,x,1\nu2,2024-01-02,y,2\n", {}).has_value());
  const engine::FieldId buy = database.events().at(0).field;
  // Two users, one of whom the file has too, and two keys, one of which the file has too; the user
  // has bought already.
  bool edited = false;
  LoadOptions options;
  options.progress = [&](const Progress& progress) {
    if (!progress.committing || std::exchange(edited, true)) {
      return;
    }
    const Status written = database.store().write([&](storage::WriteTxn& txn) -> Status {
      const std::string_view ids[] = {"w", "u4"};
      TAGLINE_RETURN_IF_ERROR(txn.add_users(ids));
      TAGLINE_ASSIGN_OR_RETURN(const engine::FieldId z, txn.new_field());
      TAGLINE_ASSIGN_OR_RETURN(const engine::FieldId k, txn.new_field());
      const storage::ValueRecord keys[] = {{z, "z", {}, {}}, {k, "k", {}, {}}};
      TAGLINE_RETURN_IF_ERROR(txn.put_values(buy, keys));
      const engine::Day day = 19'725;  // 2024-01-03
      const engine::RowId first = engine::day_row(day, engine::kPresentPart);
      const engine::RowId plus = engine::day_row(day, engine::kPlusPart);
      using storage::CellShape;
      return txn.change({{buy, CellShape::Count, first, 3, 1},
                         {buy, CellShape::Amount, plus, 3, 500},
                         {z, CellShape::Count, first, 3, 1},
                         {z, CellShape::Amount, plus, 3, 500}});
    });
    EXPECT_TRUE(written.has_value()) << written.error().message().en;
  };
  const auto report = load_file(
      "b.csv",
      "u,t,k,a\nu5,2024-01-03,z,1\nu4,2024-01-03,z,2\nu4,2024-01-03,q,3\nu1,2024-01-03,x,4\n",
      options);
  ASSERT_TRUE(edited);
  ASSERT_TRUE(report.has_value()) << report.error().message().en;
  EXPECT_EQ(report->users_new, 1U);
  EXPECT_EQ(report->users_known, 2U);
  EXPECT_EQ(report->keys_new, 1U);
  const EventContent expected{
      {{"buy", "", "u1", "2024-01-01"}, {1, 100}},  {{"buy", "x", "u1", "2024-01-01"}, {1, 100}},
      {{"buy", "", "u2", "2024-01-02"}, {1, 200}},  {{"buy", "y", "u2", "2024-01-02"}, {1, 200}},
      {{"buy", "", "u1", "2024-01-03"}, {1, 400}},  {{"buy", "x", "u1", "2024-01-03"}, {1, 400}},
      {{"buy", "", "u4", "2024-01-03"}, {3, 1000}}, {{"buy", "z", "u4", "2024-01-03"}, {2, 700}},
      {{"buy", "q", "u4", "2024-01-03"}, {1, 300}}, {{"buy", "", "u5", "2024-01-03"}, {1, 100}},
      {{"buy", "z", "u5", "2024-01-03"}, {1, 100}}};
  EXPECT_EQ(database.content(), expected);
  database.expect_clean();
}

}  // namespace
}  // namespace tagline::ingest
