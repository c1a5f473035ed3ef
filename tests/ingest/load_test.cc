#include "ingest/limits.h"
#include "tests/ingest/scratch_folder.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tagline::ingest {
namespace {

using engine::TagKind;
using Content = Database::Content;

Schema make_schema(std::vector<Column> columns, const std::string& id = "id") {
  Schema schema;
  schema.id_column = id;
  schema.columns = std::move(columns);
  return schema;
}

TEST(Load, EveryKindFromCsv) {
  Database database;
  const LoadReport report = database.must_load(
      "id,city,vip,age,spend,signup,interest\n"
      "u1,上海,yes,30,12.50,2024-01-31,a|b\n"
      "u2,北京,no,-5,-0.05,1969-12-31,b\n"
      "u3,,no,,,,\n");
  EXPECT_EQ(report.rows, 3U);
  EXPECT_EQ(report.users_new, 3U);
  EXPECT_EQ(report.tags_new, 6U);
  EXPECT_EQ(report.rejected, 0U);
  EXPECT_EQ(database.content(), (Content{{"u1",
                                          {{"city", {"上海"}},
                                           {"vip", {"yes"}},
                                           {"age", {"30"}},
                                           {"spend", {"1250"}},
                                           {"signup", {"19753"}},
                                           {"interest", {"a", "b"}}}},
                                         {"u2",
                                          {{"city", {"北京"}},
                                           {"age", {"-5"}},
                                           {"spend", {"-5"}},
                                           {"signup", {"-1"}},
                                           {"interest", {"b"}}}},
                                         {"u3", {}}}));
  database.expect_clean();
}

TEST(Load, TwiceChangesNothing) {
  Database database;
  const std::string text = "id,city,vip,age\nu1,a,yes,1\nu2,b,no,2\nu3,,no,\n";
  database.must_load(text);
  const auto before = database.content();
  const auto tags = database.tags();
  const LoadReport again = database.must_load(text);
  EXPECT_EQ(again.users_new, 0U);
  EXPECT_EQ(again.users_known, 3U);
  EXPECT_EQ(again.tags_new, 0U);
  EXPECT_EQ(again.fragments_written, 0U);
  EXPECT_EQ(database.content(), before);
  EXPECT_EQ(database.tags(), tags);
  database.close();
  database.open();
  EXPECT_EQ(database.content(), before);
}

TEST(Load, UpsertMovesClearsAndKeeps) {
  Database database;
  database.must_load(
      "id,city,vip,age,seen\nu1,a,yes,30,2024-01-01\nu2,b,yes,40,2024-01-01\nu3,a,no,50,2024-01-"
      "01\n");
  const LoadReport report =
      database.must_load("id,age,city,vip\nu2,,a,no\nu1,-31,c,yes\nu4,1,a,yes\n");
  EXPECT_EQ(report.users_new, 1U);
  EXPECT_EQ(report.users_known, 2U);
  EXPECT_EQ(
      database.content(),
      (Content{{"u1", {{"city", {"c"}}, {"vip", {"yes"}}, {"age", {"-31"}}, {"seen", {"19723"}}}},
               {"u2", {{"city", {"a"}}, {"seen", {"19723"}}}},
               {"u3", {{"city", {"a"}}, {"age", {"50"}}, {"seen", {"19723"}}}},
               {"u4", {{"city", {"a"}}, {"vip", {"yes"}}, {"age", {"1"}}}}}));
  database.expect_clean();
}

TEST(Load, LastRowOfAUserWins) {
  Database database;
  const Schema schema = make_schema({column("city", TagKind::Category),
                                     column("age", TagKind::Number), column("vip", TagKind::Flag)});
  database.must_load("id,city,age,vip\nu1,a,255,yes\nu2,x,1,no\nu1,b,256,no\nu2,,,yes\n", schema);
  EXPECT_EQ(database.content(),
            (Content{{"u1", {{"city", {"b"}}, {"age", {"256"}}}}, {"u2", {{"vip", {"yes"}}}}}));
  database.expect_clean();
  // a and x were never anybody's value at the end: they are no values of the tag.
  const auto values = database.store().read([&](const storage::Snapshot& snapshot) {
    return snapshot.values(database.tag("city").field);
  });
  ASSERT_EQ(values->size(), 1U);
  EXPECT_EQ(values->front().name, "b");
}

TEST(Load, UpdatesOfUsersAreNotTakenForRowsWithoutIds) {
  Database database;
  database.must_load("id,city\nu1,a\nu2,b\nu3,b\n");
  // Half the rows are of one user: no key by itself, but they are users.
  database.must_load("id,city\nu1,b\nu1,c\n");
  const Content expected = {
      {"u1", {{"city", {"c"}}}}, {"u2", {{"city", {"b"}}}}, {"u3", {{"city", {"b"}}}}};
  EXPECT_EQ(database.content(), expected);
  // Nobody has heard of users 1 and 2.
  for (const char* text : {"city\na\nb\n", "id,city\nx1,a\nx1,b\n", "id,city\n,a\n"}) {
    const auto refused = database.load_text(text);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_EQ(refused.error().code(), ErrorCode::SchemaConflict);
    EXPECT_NE(refused.error().hint().en.find("--id"), std::string::npos);
  }
  EXPECT_EQ(database.content(), expected);
  database.expect_clean();
}

TEST(Load, RowNumbersAreLoadedAgainByWhoSaysSo) {
  Database database;
  database.must_load("city\na\nb\n");
  const auto refused = database.load_text("city\nb\nb\nc\n");
  ASSERT_FALSE(refused.has_value()) << "it may be about other people";
  EXPECT_EQ(refused.error().code(), ErrorCode::SchemaConflict);
  EXPECT_EQ(database.content(), (Content{{"1", {{"city", {"a"}}}}, {"2", {{"city", {"b"}}}}}));
  LoadOptions options;
  options.id_column = "#row";
  database.must_load("city\nb\nb\nc\n", std::nullopt, options);
  EXPECT_EQ(
      database.content(),
      (Content{{"1", {{"city", {"b"}}}}, {"2", {{"city", {"b"}}}}, {"3", {{"city", {"c"}}}}}));
}

TEST(Load, SetsReplaceOrAdd) {
  Database database;
  Column replace = column("likes", TagKind::Set);
  replace.separator = "|";
  Column add = column("bought", TagKind::Set);
  add.update = SetUpdate::Add;
  const Schema schema = make_schema({replace, add});
  database.must_load("id,likes,bought\nu1,a|b|a| ,x\nu1,c|a,y\nu2,b,\n", schema);
  EXPECT_EQ(database.content(), (Content{{"u1", {{"likes", {"a", "c"}}, {"bought", {"x", "y"}}}},
                                         {"u2", {{"likes", {"b"}}}}}));
  database.must_load("id,likes,bought\nu1,,z\nu2,d,x\nu2,d,x\n", schema);
  EXPECT_EQ(database.content(), (Content{{"u1", {{"bought", {"x", "y", "z"}}}},
                                         {"u2", {{"likes", {"d"}}, {"bought", {"x"}}}}}));
  database.expect_clean();
}

TEST(Load, NdjsonAbsentNullAndLists) {
  Database database;
  database.must_load(
      "{\"id\":1,\"city\":\"a\",\"spend\":12.50,\"vip\":true,\"tags\":[\"x\",\"y\"]}\n"
      "{\"id\":\"2\",\"city\":\"b\",\"spend\":1,\"vip\":false,\"tags\":[]}\n");
  EXPECT_EQ(
      database.content(),
      (Content{
          {"1", {{"city", {"a"}}, {"spend", {"1250"}}, {"vip", {"yes"}}, {"tags", {"x", "y"}}}},
          {"2", {{"city", {"b"}}, {"spend", {"100"}}}}}));
  LoadOptions options;
  options.id_column = "id";
  database.must_load(
      "{\"id\":\"1\",\"spend\":null}\n{\"id\":2,\"tags\":[\"z\"]}\n{\"id\":1,\"tags\":[\"y\"]}\n{"
      "\"id\":1,\"city\":\"c\"}\n",
      std::nullopt, options);
  EXPECT_EQ(database.content(),
            (Content{{"1", {{"city", {"c"}}, {"vip", {"yes"}}, {"tags", {"y"}}}},
                     {"2", {{"city", {"b"}}, {"spend", {"100"}}, {"tags", {"z"}}}}}));
  database.expect_clean();
}

TEST(Load, RowNumbersGoOnOverFiles) {
  Database database;
  const Schema schema = make_schema({column("v", TagKind::Number)}, "");
  const std::vector<std::string> files = {database.folder().write("a", "v\n10\n20\n"),
                                          database.folder().write("b", "v,w\n30,x\n")};
  const auto report = load(database.store(), schema, files, {});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(database.content(),
            (Content{{"1", {{"v", {"10"}}}}, {"2", {{"v", {"20"}}}}, {"3", {{"v", {"30"}}}}}));
  EXPECT_EQ(load(database.store(), schema, files, {}).value().users_new, 0U);
}

TEST(Load, FilesOfOneLoadShareAnInferredSchemaAndMayOrderColumnsDifferently) {
  Database database;
  int schemas = 0;
  LoadOptions options;
  options.on_schema = [&](const Schema& schema) {
    ++schemas;
    EXPECT_EQ(schema.id_column, "id");
  };
  const auto report = load(database.store(), std::nullopt,
                           {database.folder().write("a", "id,city,age\nu1,a,1\n"),
                            database.folder().write("b", "age,extra,id,city\n2,?,u2,b\n")},
                           options);
  ASSERT_TRUE(report.has_value()) << report.error().message().en;
  EXPECT_EQ(schemas, 1);
  EXPECT_EQ(database.content(), (Content{{"u1", {{"city", {"a"}}, {"age", {"1"}}}},
                                         {"u2", {{"city", {"b"}}, {"age", {"2"}}}}}));
}

TEST(Load, MissingColumnIsNamedWithItsNearest) {
  Database database;
  const auto report =
      database.load_text("id,citi\nu1,a\n", make_schema({column("city", TagKind::Category)}));
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), ErrorCode::BadSchema);
  EXPECT_NE(report.error().message().en.find("city"), std::string::npos);
  EXPECT_NE(report.error().message().en.find("id, citi"), std::string::npos);
  EXPECT_NE(report.error().hint().en.find("citi"), std::string::npos);
}

TEST(Load, NormalFormsAreOneValue) {
  Database database;
  database.must_load("id,caf\xC3\xA9\nu1,e\xCC\x81\nu2,\xC3\xA9\nu3,e\xCC\x81\n");
  EXPECT_EQ(database.content(), (Content{{"u1", {{"caf\xC3\xA9", {"\xC3\xA9"}}}},
                                         {"u2", {{"caf\xC3\xA9", {"\xC3\xA9"}}}},
                                         {"u3", {{"caf\xC3\xA9", {"\xC3\xA9"}}}}}));
}

TEST(Load, CatalogueTextsComeFromTheSchema) {
  Database database;
  Column city = column("city", TagKind::Category);
  city.tag = "town";
  city.aliases = {"城市", "town"};
  city.value_aliases = {{"a", {"甲", "first"}}, {"nobody", {"x"}}};
  city.title = {"Town", "城市"};
  city.layer = "base/place";
  city.owner = "crm";
  Column age = column("age", TagKind::Number);
  age.unit = "years";
  age.min = 0;
  age.max = 120;
  database.must_load("id,city,age\nu1,a,5\nu2,b,6\n", make_schema({city, age}));
  const storage::TagRecord town = database.tag("town");
  EXPECT_EQ(town.aliases, std::vector<std::string>{"城市"});
  EXPECT_EQ(town.title.zh, "城市");
  EXPECT_EQ(town.layer, "base/place");
  EXPECT_GT(town.created_s, 0);
  EXPECT_EQ(database.tag("age").max, 120);
  const auto values =
      database.store()
          .read([&](const storage::Snapshot& snapshot) { return snapshot.values(town.field); })
          .value();
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0].aliases, (std::vector<std::string>{"甲", "first"}));
  // A later load that says less takes nothing away.
  Column plain = column("city", TagKind::Category);
  plain.tag = "town";
  plain.aliases = {"place"};
  database.must_load("id,city\nu1,b\n", make_schema({plain}));
  EXPECT_EQ(database.tag("town").aliases, (std::vector<std::string>{"城市", "place"}));
  EXPECT_EQ(database.tag("town").owner, "crm");
}

TEST(Load, ConflictsNameBothKinds) {
  Database database;
  database.must_load("id,age,city\nu1,1.5,a\n");
  const auto kind =
      database.load_text("id,age\nu1,x\n", make_schema({column("age", TagKind::Category)}));
  ASSERT_FALSE(kind.has_value());
  EXPECT_EQ(kind.error().code(), ErrorCode::SchemaConflict);
  EXPECT_NE(kind.error().message().en.find("a number"), std::string::npos);
  EXPECT_NE(kind.error().message().en.find("a category"), std::string::npos);
  Column fine = column("age", TagKind::Number);
  fine.scale = 2;
  EXPECT_EQ(database.load_text("id,age\nu1,1\n", make_schema({fine})).error().code(),
            ErrorCode::SchemaConflict);
  fine.scale = 0;  // a smaller scale takes the tag's
  database.must_load("id,age\nu1,7\n", make_schema({fine}));
  EXPECT_EQ(database.content()["u1"]["age"], std::set<std::string>{"70"});
}

TEST(Load, BadSchemas) {
  Database database;
  const auto code = [&](Schema schema) {
    const auto report = database.load_text("id,a,b\nu1,1,2\n", schema);
    return report.has_value() ? ErrorCode::Internal : report.error().code();
  };
  Column bad = column("a", TagKind::Date);
  bad.date_format = "%j";
  EXPECT_EQ(code(make_schema({bad})), ErrorCode::BadSchema);
  bad = column("a", TagKind::Number);
  bad.scale = kScaleMax + 1;
  EXPECT_EQ(code(make_schema({bad})), ErrorCode::BadSchema);
  bad = column("a", TagKind::Category);
  bad.tag = " ";
  EXPECT_EQ(code(make_schema({bad})), ErrorCode::BadSchema);
  bad.tag = std::string(storage::kNameBytesMax + 1, 'x');
  EXPECT_EQ(code(make_schema({bad})), ErrorCode::BadSchema);
  bad = column("a", TagKind::Flag);
  bad.true_words = {"1"};
  bad.false_words = {"1"};
  EXPECT_EQ(code(make_schema({bad})), ErrorCode::BadSchema);
  Column twin = column("b", TagKind::Category);
  twin.tag = "a";
  EXPECT_EQ(code(make_schema({column("a", TagKind::Category), twin})), ErrorCode::BadSchema);
  Schema delimiter = make_schema({column("a", TagKind::Category)});
  delimiter.delimiter = '"';
  EXPECT_EQ(code(delimiter), ErrorCode::BadSchema);
  Schema headless = make_schema({column("a", TagKind::Category)});
  headless.header = false;
  EXPECT_EQ(code(headless), ErrorCode::BadSchema);
  EXPECT_TRUE(database.tags().empty());
}

TEST(Load, BadCellsRefuseTheWholeRow) {
  Database database;
  Column spend = column("spend", TagKind::Number);
  spend.scale = 1;
  Column seen = column("seen", TagKind::Date);
  seen.date_format = "%Y-%m-%d";
  Column likes = column("likes", TagKind::Set);
  likes.separator = "|";
  Schema schema = make_schema(
      {spend, seen, column("vip", TagKind::Flag), column("city", TagKind::Category), likes});
  LoadOptions options;
  options.max_errors_share = 1;
  options.rejects_path = (database.folder().path() / "rejects.csv").string();
  const LoadReport report = database.must_load(
      "id,spend,seen,vip,city,likes\n"
      "u1,1.5,2024-01-01,yes,a,x|y\n"
      "u2,1.55,2024-01-01,yes,b,x\n"
      "u3,1,2024-02-30,yes,c,x\n"
      "u4,1,2024-01-01,maybe,d,x\n"
      "u5,9999999999999999999,2024-01-01,yes,e,x\n"
      "u6,\"1,5\",,no,f,z\n"
      "u1,oops,2024-01-02,no,g,\n"
      "u7,1.0,,no,a,\n",
      schema, options);
  EXPECT_EQ(report.rows, 8U);
  EXPECT_EQ(report.rejected, 6U);
  EXPECT_EQ(report.users_new, 2U);
  ASSERT_EQ(report.first_rejects.size(), 6U);
  EXPECT_EQ(report.first_rejects[0].line, 3U);
  EXPECT_EQ(report.first_rejects[5].line, 8U);
  EXPECT_EQ(database.content(), (Content{{"u1",
                                          {{"spend", {"15"}},
                                           {"seen", {"19723"}},
                                           {"vip", {"yes"}},
                                           {"city", {"a"}},
                                           {"likes", {"x", "y"}}}},
                                         {"u7", {{"spend", {"10"}}, {"city", {"a"}}}}}));
  database.expect_clean();
  const std::string rejects = database.folder().read("rejects.csv");
  EXPECT_EQ(rejects.substr(0, rejects.find('\n')), "file,line,reason,row");
  EXPECT_NE(rejects.find(",7,"), std::string::npos);
  EXPECT_NE(rejects.find("\"u6,\"\"1,5\"\",,no,f,z\""), std::string::npos) << rejects;
}

TEST(Load, TooManyRejectsCommitNothing) {
  Database database;
  std::string text = "id,age\n";
  for (int i = 0; i < 100; ++i) {
    text += "u" + std::to_string(i) + (i < 2 ? ",x\n" : ",1\n");
  }
  const Schema schema = make_schema({column("age", TagKind::Number)});
  const auto report = database.load_text(text, schema);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), ErrorCode::TooManyRejects);
  EXPECT_NE(report.error().message().en.find("2 of 100"), std::string::npos);
  EXPECT_NE(report.error().hint().en.find(":2: "), std::string::npos);
  EXPECT_TRUE(database.content().empty());
  EXPECT_TRUE(database.tags().empty());
  LoadOptions options;
  options.max_errors_share = 0.02;
  EXPECT_EQ(database.must_load(text, schema, options).users_new, 98U);
}

TEST(Load, AHopelessFileIsGivenUpEarly) {
  Database database;
  std::string text = "id,age\n";
  for (int i = 0; i < 50'000; ++i) {
    text += "u" + std::to_string(i) + ",x\n";
  }
  const auto report = database.load_text(text, make_schema({column("age", TagKind::Number)}));
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), ErrorCode::TooManyRejects);
  EXPECT_EQ(report.error().message().en.find("50000 rows"), std::string::npos)
      << report.error().message().en;
}

TEST(Load, FlagWordsWithoutAListAreTheKnownOnes) {
  Database database;
  database.must_load("id,vip\nu1,YES\nu2,\nu3,否\nu4,是\nu5,0\n",
                     make_schema({column("vip", TagKind::Flag)}));
  EXPECT_EQ(database.content(), (Content{{"u1", {{"vip", {"yes"}}}},
                                         {"u2", {}},
                                         {"u3", {}},
                                         {"u4", {{"vip", {"yes"}}}},
                                         {"u5", {}}}));
}

TEST(Load, MissingWordsAndHeaderOnly) {
  Database database;
  Column age = column("age", TagKind::Number);
  age.missing = {"?", "NA"};
  Column city = column("city", TagKind::Category);
  city.missing = {"?"};
  database.must_load("id,age,city\nu1,?,?\nu2,NA,NA\nu3,3,a\n", make_schema({age, city}));
  EXPECT_EQ(
      database.content(),
      (Content{{"u1", {}}, {"u2", {{"city", {"NA"}}}}, {"u3", {{"age", {"3"}}, {"city", {"a"}}}}}));
  EXPECT_EQ(database.must_load("id,age,city\n", make_schema({age, city})).rows, 0U);
}

TEST(Load, MissingFilesAndFailuresBetweenFilesCommitNothing) {
  Database database;
  const std::string good = database.folder().write("good", "id,a\nu1,x\n");
  EXPECT_EQ(load(database.store(), std::nullopt, {good, "/nowhere/at/all"}, {}).error().code(),
            ErrorCode::NotFound);
  EXPECT_EQ(load(database.store(), std::nullopt,
                 {good, database.folder().write("bad", "id,a\nu2,\"y\n")}, {})
                .error()
                .code(),
            ErrorCode::BadInput);
  const auto named = load(database.store(), std::nullopt,
                          {good, database.folder().write("other", "id,b\nu2,y\n")}, {});
  ASSERT_FALSE(named.has_value());
  EXPECT_EQ(named.error().code(), ErrorCode::BadSchema);
  EXPECT_NE(named.error().message().en.find("other"), std::string::npos);
  EXPECT_EQ(load(database.store(), std::nullopt, {}, {}).error().code(), ErrorCode::BadInput);
  EXPECT_TRUE(database.content().empty());
}

TEST(Load, ProgressEndsWithTheCommit) {
  Database database;
  std::vector<Progress> seen;
  LoadOptions options;
  options.progress = [&](const Progress& progress) { seen.push_back(progress); };
  database.must_load("id,a\nu1,x\n", std::nullopt, options);
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(seen.back().committing);
  EXPECT_EQ(seen.back().rows, 1U);
  EXPECT_EQ(seen.back().bytes_total, 10U);
  EXPECT_EQ(seen.back().bytes_read, 10U);
}

// Of a compressed file the compressed bytes count, all along.
TEST(Load, ProgressOfACompressedFileIsOfItsBytesOnDisk) {
  const std::filesystem::path file =
      std::filesystem::path(TAGLINE_SOURCE_DIR) / "examples/shop/events.csv.gz";
  std::string rows;
  {
    const auto input = Input::open(file.string()).value();
    std::vector<char> piece(1U << 16U);
    for (std::size_t size = 1; size > 0;) {
      size = input->read(piece).value();
      rows.append(piece.data(), size);
    }
  }
  ASSERT_GT(rows.size(), std::filesystem::file_size(file));
  Database database;
  std::vector<Progress> seen;
  LoadOptions options;
  options.id_column = std::string(kRowNumber);
  options.progress = [&](const Progress& progress) { seen.push_back(progress); };
  const auto report = load(database.store(), std::nullopt, {file.string()}, options);
  ASSERT_TRUE(report.has_value()) << report.error().message().en;
  ASSERT_FALSE(seen.empty());
  for (const Progress& each : seen) {
    EXPECT_EQ(each.bytes_total, std::filesystem::file_size(file));
    EXPECT_LE(each.bytes_read, each.bytes_total);
  }
  EXPECT_EQ(seen.back().bytes_read, seen.back().bytes_total);
}

TEST(Load, ProgressOfAFileThatGrowsHasNoWhole) {
  Database database;
  const std::string text = "id,a\nu1,x\n";
  const std::string file = database.folder().write("grows.csv", text);
  const auto schema = [&] {
    std::optional<Schema> used;
    LoadOptions options;
    options.on_schema = [&](const Schema& inferred) { used = inferred; };
    EXPECT_TRUE(load(database.store(), std::nullopt, {file}, options).has_value());
    return used;
  }();
  std::vector<Progress> seen;
  LoadOptions options;
  options.on_schema = [&](const Schema&) {
    std::ofstream(file, std::ios::app) << "u2,y\nu3,z\n";  // when its size has been looked at
  };
  options.progress = [&](const Progress& progress) { seen.push_back(progress); };
  ASSERT_TRUE(load(database.store(), schema, {file}, options).has_value());
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back().rows, 3U);
  EXPECT_GT(seen.back().bytes_read, text.size());
  EXPECT_EQ(seen.back().bytes_total, 0U);
}

/// Loads, and has `edit` run between the reading of the file and its being written.
Result<LoadReport> load_with_edit(Database& database, const std::string& text,
                                  const std::function<Status(storage::WriteTxn&)>& edit) {
  LoadOptions options;
  bool edited = false;
  options.progress = [&](const Progress& progress) {
    if (progress.committing && !std::exchange(edited, true)) {
      EXPECT_TRUE(database.store().write(edit).has_value());
    }
  };
  auto report = database.load_text(text, std::nullopt, options);
  EXPECT_TRUE(edited);
  return report;
}

TEST(Load, DoesNotUndoWhatPeopleEditMeanwhile) {
  Database database;
  database.must_load("id,city,age\nu1,a,1\nu2,b,2\n");
  const auto edit = [&](storage::WriteTxn& txn) -> Status {
    storage::TagRecord record = database.tag("city");
    record.title.en = "City";
    record.aliases = {"town"};
    TAGLINE_RETURN_IF_ERROR(txn.put_tag(std::move(record)));
    TAGLINE_ASSIGN_OR_RETURN(auto values, txn.values(database.tag("city").field));
    values[0].title.en = "A-town";
    return txn.put_values(database.tag("city").field, values);
  };
  ASSERT_TRUE(load_with_edit(database, "id,city,age\nu1,b,3\nu3,c,4\n", edit).has_value());
  EXPECT_EQ(database.tag("city").title.en, "City");
  EXPECT_EQ(database.tag("city").aliases, std::vector<std::string>{"town"});
  EXPECT_EQ(database.content()["u1"]["city"], std::set<std::string>{"b"});
  EXPECT_EQ(database.content()["u3"]["city"], std::set<std::string>{"c"});
  const auto values = database.store()
                          .read([&](const storage::Snapshot& snapshot) {
                            return snapshot.values(database.tag("city").field);
                          })
                          .value();
  EXPECT_EQ(values[0].title.en, "A-town");
  database.expect_clean();
}

TEST(Load, MeetsUsersAndValuesThatOthersBringMeanwhile) {
  Database database;
  database.must_load("id,city,likes,age\nu1,a,x|y,1\nu2,b,y,2\n");
  const engine::FieldId city = database.tag("city").field;
  const engine::FieldId likes = database.tag("likes").field;
  const engine::FieldId age = database.tag("age").field;
  // Two users, one of whom the file has too, and values, one of which the file has too.
  const auto edit = [&](storage::WriteTxn& txn) -> Status {
    const std::string_view ids[] = {"w", "u4"};
    TAGLINE_RETURN_IF_ERROR(txn.add_users(ids));
    const storage::ValueRecord cities[] = {{3, "z", {}, {}}, {4, "c", {}, {}}};
    TAGLINE_RETURN_IF_ERROR(txn.put_values(city, cities));
    const storage::ValueRecord liked[] = {{3, "k", {}, {}}};
    TAGLINE_RETURN_IF_ERROR(txn.put_values(likes, liked));
    using storage::CellShape;
    return txn.change({{city, CellShape::Choice, 0, 0, 3},  // u1: z
                       {city, CellShape::Choice, 0, 2, 4},  // w: c
                       {city, CellShape::Choice, 0, 3, 3},  // u4: z
                       {likes, CellShape::Bit, 0, 3, 1},
                       {likes, CellShape::Bit, 3, 3, 1},
                       {likes, CellShape::Bit, 0, 2, 1},
                       {likes, CellShape::Bit, 3, 2, 1},
                       {age, CellShape::Number, 0, 2, 70},
                       {age, CellShape::Number, 0, 3, 80}});
  };
  const auto report = load_with_edit(
      database, "id,city,likes,age\nu1,c,x,5\nu3,d,m,6\nu4,b,x|m,7\nu5,c,y,8\n", edit);
  ASSERT_TRUE(report.has_value()) << report.error().message().en;
  EXPECT_EQ(report->users_new, 2U);
  EXPECT_EQ(report->users_known, 2U);
  auto content = database.content();
  using Values = std::set<std::string>;
  EXPECT_EQ(content.size(), 6U);
  EXPECT_EQ(content["u1"]["city"], Values{"c"});
  EXPECT_EQ(content["u2"]["city"], Values{"b"});
  EXPECT_EQ(content["w"]["city"], Values{"c"});
  EXPECT_EQ(content["u3"]["city"], Values{"d"});
  EXPECT_EQ(content["u4"]["city"], Values{"b"}) << "the file states it later";
  EXPECT_EQ(content["u5"]["city"], Values{"c"});
  EXPECT_EQ(content["w"]["likes"], Values{"k"});
  EXPECT_EQ(content["u4"]["likes"], (Values{"x", "m"}));
  EXPECT_EQ(content["u3"]["likes"], Values{"m"});
  EXPECT_EQ(content["w"]["age"], Values{"70"});
  EXPECT_EQ(content["u4"]["age"], Values{"7"});
  EXPECT_EQ(content["u5"]["age"], Values{"8"});
  database.expect_clean();
}

TEST(Load, IsGivenUpWhenCellsWouldBeReadOtherwise) {
  Database database;
  database.must_load("id,city\nu1,a\nu2,b\n");
  const auto edit = [&](storage::WriteTxn& txn) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(auto values, txn.values(database.tag("city").field));
    values[0].aliases = {"c"};
    return txn.put_values(database.tag("city").field, values);
  };
  const auto before = database.content();
  const auto report = load_with_edit(database, "id,city\nu1,c\n", edit);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), ErrorCode::Busy);
  EXPECT_EQ(database.content(), before);
  // Again, it is read as it is spelt now.
  database.must_load("id,city\nu2,c\n");
  EXPECT_EQ(database.content()["u2"]["city"], std::set<std::string>{"a"});
}

}  // namespace
}  // namespace tagline::ingest
