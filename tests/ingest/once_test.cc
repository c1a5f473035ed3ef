// Files of events are added once: by digest, through pipes, within a command, across restarts.
#include "tests/ingest/event_database.h"

#include <span>
#include <string>
#include <vector>

namespace tagline::ingest {
namespace {

const std::string kText = "u,t,k,a\nu1,2024-01-01,x,1\nu2,2024-01-02,y,2\n";

/// A path through which a file is read as a pipe is: not a regular file.
class Pipe {
 public:
  explicit Pipe(const std::string& content) {
    int ends[2] = {};
    EXPECT_EQ(::pipe(ends), 0);
    EXPECT_EQ(::write(ends[1], content.data(), content.size()),
              static_cast<::ssize_t>(content.size()));
    ::close(ends[1]);
    read_end_ = ends[0];
  }
  ~Pipe() { ::close(read_end_); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  [[nodiscard]] std::string path() const { return "/dev/fd/" + std::to_string(read_end_); }

 private:
  int read_end_ = -1;
};

LoadReport must(const Result<LoadReport>& report) {
  EXPECT_TRUE(report.has_value()) << (report.has_value() ? "" : report.error().message().en);
  return report.value_or(LoadReport{});
}

TEST(Once, TheSameFileAgainChangesNothing) {
  EventDatabase database;
  const std::string file = database.folder().write("a.csv", kText);
  must(load(database.store(), shop_events(), {file}, {}));
  const EventContent before = database.content();
  const std::uint64_t version = database.version();
  database.reopen();
  const LoadReport again = must(load(database.store(), shop_events(), {file}, {}));
  EXPECT_EQ(again.rows, 0U);
  EXPECT_EQ(again.events, 0U);
  ASSERT_EQ(again.skipped.size(), 1U);
  EXPECT_EQ(again.skipped[0].file, file);
  EXPECT_EQ(again.skipped[0].added.events, 2U);
  EXPECT_EQ(again.event, "buy");
  EXPECT_EQ(database.content(), before);
  EXPECT_EQ(database.version(), version);
}

TEST(Once, BytesThatLieInNoFileAreAFileAsWell) {
  EventDatabase database;
  const std::string rows = kText;
  LoadOptions options;
  options.source = memory_source(rows);
  std::uint64_t told = 0;
  options.progress = [&](const Progress& now) { told += now.bytes_total; };
  // The name is only a name, also when a file has it.
  const std::string named = database.folder().write("other.csv", "u,t,k,a\nu9,2024-01-09,z,9\n");
  const LoadReport first = must(load(database.store(), shop_events(), {named}, options));
  EXPECT_EQ(first.events, 2U);
  EXPECT_EQ(first.users_new, 2U);
  EXPECT_EQ(told, 0U) << "nobody knows how many there will be";
  const EventContent before = database.content();
  options.source = memory_source(rows);
  const LoadReport again = must(load(database.store(), shop_events(), {"again"}, options));
  ASSERT_EQ(again.skipped.size(), 1U);
  EXPECT_EQ(again.skipped[0].file, "again");
  EXPECT_EQ(again.skipped[0].added.file, named);
  // The same bytes in a file are the same load.
  EXPECT_EQ(
      must(load(database.store(), shop_events(), {database.folder().write("c.csv", rows)}, {}))
          .skipped.size(),
      1U);
  EXPECT_EQ(database.content(), before);
  options.source = [](std::span<char>) -> Result<std::size_t> {
    return failure(ErrorCode::System, {"the well is dry", "无数据"});
  };
  const auto dry = load(database.store(), shop_events(), {"dry"}, options);
  ASSERT_FALSE(dry.has_value());
  EXPECT_EQ(dry.error().code(), ErrorCode::System);
  EXPECT_NE(dry.error().message().en.find("the well is dry"), std::string::npos);
  const auto several = load(database.store(), shop_events(), {"a", "b"}, options);
  ASSERT_FALSE(several.has_value());
  EXPECT_EQ(several.error().code(), ErrorCode::BadInput);
  EXPECT_EQ(database.content(), before);
}

TEST(Once, UnderAnotherNameOrACorrectedSchemaItIsStillTheSame) {
  EventDatabase database;
  must(load(database.store(), shop_events(), {database.folder().write("a.csv", kText)}, {}));
  EventColumns corrected = shop_columns();
  corrected.key_column.clear();
  const std::string copy = database.folder().write("b.csv", kText);
  EXPECT_EQ(must(load(database.store(), events_schema(corrected), {copy}, {})).skipped.size(), 1U);
  // As another event it is another load.
  EventColumns other = shop_columns();
  other.event.name = "visit";
  EXPECT_EQ(must(load(database.store(), events_schema(other), {copy}, {})).events, 2U);
  // And one more byte makes another file.
  const std::string longer = database.folder().write("c.csv", kText + "\n");
  EXPECT_EQ(must(load(database.store(), shop_events(), {longer}, {})).events, 2U);
}

TEST(Once, TheOthersOfACommandGoOn) {
  EventDatabase database;
  const std::string first = database.folder().write("a.csv", kText);
  const std::string second = database.folder().write("b.csv", "u,t,k,a\nu9,2024-01-03,,\n");
  must(load(database.store(), shop_events(), {first}, {}));
  const LoadReport report = must(load(database.store(), shop_events(), {first, second}, {}));
  EXPECT_EQ(report.events, 1U);
  EXPECT_EQ(report.rows, 1U);
  EXPECT_EQ(report.skipped.size(), 1U);
  EXPECT_EQ(database.content().size(), 5U);
}

TEST(Once, TwiceInOneCommandCountsOnce) {
  EventDatabase database;
  const std::string bad = "u,t,k,a\nu1,2024-01-01,,\nu2,2024-01-01,,\nu3,never,,\n";
  const std::string first = database.folder().write("a.csv", bad);
  const std::string second = database.folder().write("b.csv", bad);
  LoadOptions options;
  options.max_errors_share = 0.34;
  const LoadReport report = must(load(database.store(), shop_events(), {first, second}, options));
  EXPECT_EQ(report.events, 2U);
  EXPECT_EQ(report.rejected, 1U);
  EXPECT_EQ(report.users_new, 2U);
  ASSERT_EQ(report.skipped.size(), 1U);
  EXPECT_EQ(report.skipped[0].file, second);
}

TEST(Once, APipeIsKnownAtItsEndAndItsUsersAreTakenBack) {
  EventDatabase database;
  must(load(database.store(), shop_events(), {database.folder().write("a.csv", kText)}, {}));
  const std::uint64_t version = database.version();
  {
    const Pipe pipe(kText);
    EXPECT_EQ(must(load(database.store(), shop_events(), {pipe.path()}, {})).skipped.size(), 1U);
    EXPECT_EQ(database.version(), version);
  }
  // A pipe with new users comes twice in one command; another file lies in between.
  const std::string news = "u,t,k,a\nn1,2024-01-01,,\nn2,2024-01-01,,\n";
  const std::string other = "u,t,k,a\nn3,2024-01-01,z,5\n";
  EventDatabase fresh;
  must(load(fresh.store(), shop_events(), {fresh.folder().write("n.csv", news)}, {}));
  const Pipe again(news + "m1,2024-01-01,,\n");
  must(load(fresh.store(), shop_events(), {again.path()}, {}));
  const Pipe known(news + "m1,2024-01-01,,\n");
  const std::string between = fresh.folder().write("o.csv", other);
  const LoadReport report = must(load(fresh.store(), shop_events(), {known.path(), between}, {}));
  EXPECT_EQ(report.events, 1U);
  EXPECT_EQ(report.users_new, 1U);
  EXPECT_EQ(report.skipped.size(), 1U);
  EXPECT_EQ(fresh.user_limit(), 4U);
  EXPECT_EQ(fresh.content().at({"buy", "z", "n3", "2024-01-01"}), (Figures{1, 500}));
  fresh.expect_clean();
}

TEST(Once, UsersOnlyASkippedPipeNamesDoNotStay) {
  EventDatabase database;
  must(load(database.store(), shop_events(), {database.folder().write("a.csv", kText)}, {}));
  // The same bytes, with the user in another column: x and y are read as users, then taken back.
  EventColumns columns = shop_columns();
  columns.user_column = "k";
  columns.key_column.clear();
  const Pipe pipe(kText);
  const std::string after = database.folder().write("b.csv", "u,t,k,a\n,2024-01-03,z,1\n");
  const LoadReport report =
      must(load(database.store(), events_schema(columns), {pipe.path(), after}, {}));
  EXPECT_EQ(report.skipped.size(), 1U);
  EXPECT_EQ(report.users_new, 1U);
  EXPECT_EQ(database.user_limit(), 3U);
  EXPECT_EQ(database.content().at({"buy", "", "z", "2024-01-03"}), (Figures{1, 100}));
  database.expect_clean();
}

TEST(Once, ALoadIdStandsForTheContent) {
  EventDatabase database;
  const std::string file = database.folder().write("a.csv", kText);
  LoadOptions named;
  must(load(database.store(), shop_events(), {file}, named));
  named.load_id = "again, on purpose";
  EXPECT_EQ(must(load(database.store(), shop_events(), {file}, named)).events, 2U);
  EXPECT_EQ(must(load(database.store(), shop_events(), {file}, named)).skipped.size(), 1U);
  EXPECT_EQ(database.content().at({"buy", "", "u1", "2024-01-01"}), (Figures{2, 200}));
  const auto several = load(database.store(), shop_events(), {file, file}, named);
  ASSERT_FALSE(several.has_value());
  EXPECT_EQ(several.error().code(), ErrorCode::BadInput);
  const auto of_users = database.load_text("id,c\na,b\nb,b\n", std::nullopt, named);
  ASSERT_FALSE(of_users.has_value());
  EXPECT_EQ(of_users.error().code(), ErrorCode::BadInput);
}

TEST(Once, AFailedLoadIsNoLoad) {
  EventDatabase database;
  const std::string good = database.folder().write("a.csv", kText);
  const std::string bad = database.folder().write("b.csv", "u,t,k,a\nu1,never,,\n");
  EXPECT_FALSE(load(database.store(), shop_events(), {good, bad}, {}).has_value());
  EXPECT_TRUE(database.content().empty());
  EXPECT_EQ(must(load(database.store(), shop_events(), {good}, {})).events, 2U);
}

TEST(Once, CompressedBytesAreDigestedToTheEnd) {
  EventDatabase database;
  const std::string plain = database.folder().write("a.csv", kText);
  const std::string packed = plain + ".gz";
  ASSERT_EQ(std::system(("gzip -k " + plain).c_str()), 0);
  EXPECT_EQ(must(load(database.store(), shop_events(), {packed}, {})).events, 2U);
  EXPECT_EQ(must(load(database.store(), shop_events(), {packed}, {})).skipped.size(), 1U);
}

}  // namespace
}  // namespace tagline::ingest
