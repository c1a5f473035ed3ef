// The reading thread and the encoding thread, with readers of the database beside them; for the
// thread sanitizer.
#include "tests/ingest/scratch_folder.h"

#include <atomic>
#include <thread>

namespace tagline::ingest {
namespace {

TEST(LoadThreads, ReadersSeeWholeLoads) {
  Database database;
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const auto population = database.store().read(
          [](const storage::Snapshot& snapshot) { return snapshot.population(); });
      ASSERT_TRUE(population.has_value());
      EXPECT_EQ(*population % 20'000, 0U);
    }
  });
  for (int pass = 1; pass <= 3; ++pass) {
    std::string text = "id,city,age\n";
    for (int i = 0; i < 20'000 * pass; ++i) {
      text += "u" + std::to_string(i) + ",c" + std::to_string((i * pass) % 11) + "," +
              std::to_string(i % 90) + "\n";
    }
    EXPECT_EQ(database.must_load(text).users_new, 20'000U);
  }
  done = true;
  reader.join();
}

TEST(LoadThreads, AFailingLoadStopsItsReader) {
  Database database;
  std::string text = "id,age\n";
  for (int i = 0; i < 300'000; ++i) {
    text += "u" + std::to_string(i) + ",x\n";
  }
  Schema schema;
  schema.id_column = "id";
  schema.columns = {column("age", engine::TagKind::Number)};
  EXPECT_EQ(database.load_text(text, schema).error().code(), ErrorCode::TooManyRejects);
}

}  // namespace
}  // namespace tagline::ingest
