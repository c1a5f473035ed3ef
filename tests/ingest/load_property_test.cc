// Random tables, loaded in random pieces and orders with updates, against a model of nested maps
// that shares no code with the loader. TAGLINE_SEED chooses another run.
#include "tests/ingest/scratch_folder.h"

#include <random>

namespace tagline::ingest {
namespace {

using engine::TagKind;

struct Cells {
  std::string category;
  std::string flag;
  std::string number;
  std::string set;
  std::string added;
};

class Model {
 public:
  void apply(const std::string& id, const Cells& cells) {
    Database::Profile& user = users[id];
    put(user, "category",
        cells.category.empty() ? std::set<std::string>{} : std::set{cells.category});
    put(user, "flag", cells.flag == "yes" ? std::set<std::string>{"yes"} : std::set<std::string>{});
    put(user, "number", cells.number.empty() ? std::set<std::string>{} : std::set{cells.number});
    put(user, "set", split(cells.set));
    for (const std::string& value : split(cells.added)) {
      user["added"].insert(value);
    }
  }
  Database::Content users;

 private:
  static void put(Database::Profile& user, const std::string& tag, std::set<std::string> values) {
    user.erase(tag);
    if (!values.empty()) {
      user[tag] = std::move(values);
    }
  }
  static std::set<std::string> split(const std::string& text) {
    std::set<std::string> values;
    std::string value;
    for (const char c : text + "|") {
      if (c != '|') {
        value.push_back(c);
      } else if (!value.empty()) {
        values.insert(std::exchange(value, {}));
      }
    }
    return values;
  }
};

Schema all_kinds() {
  Schema schema;
  schema.id_column = "id";
  schema.columns = {column("category", TagKind::Category), column("flag", TagKind::Flag),
                    column("number", TagKind::Number), column("set", TagKind::Set),
                    column("added", TagKind::Set)};
  schema.columns[3].separator = "|";
  schema.columns[4].separator = "|";
  schema.columns[4].update = SetUpdate::Add;
  return schema;
}

class Table {
 public:
  explicit Table(unsigned seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  Cells cells(std::uint32_t values) {
    Cells made;
    made.category = below(5) == 0 ? "" : "c" + std::to_string(below(values));
    made.flag = std::vector<std::string>{"", "no", "yes"}[below(3)];
    const std::int64_t magnitude =
        static_cast<std::int64_t>(random_() >> below(64) & 0x7FFF'FFFF'FFFF'FFFF);
    made.number = below(6) == 0 ? "" : std::to_string(below(3) == 0 ? -magnitude : magnitude);
    made.set = list(values);
    made.added = list(values);
    return made;
  }

 private:
  std::string list(std::uint32_t values) {
    std::string text;
    for (std::uint32_t count = below(4); count > 0; --count) {
      text += (text.empty() ? "s" : "|s") + std::to_string(below(values));
    }
    return text;
  }
  std::mt19937_64 random_;
};

unsigned seed() {
  const char* text = std::getenv("TAGLINE_SEED");
  return text == nullptr ? 20240229U : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

TEST(LoadProperty, EqualsTheModel) {
  Table table(seed());
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE("TAGLINE_SEED=" + std::to_string(seed()) + " round " + std::to_string(round));
    Database database;
    Model model;
    const std::uint32_t users = 1 + table.below(200);
    const std::uint32_t values = 1 + table.below(30);
    std::string text;
    for (std::uint32_t loads = 1 + table.below(5); loads > 0; --loads) {
      text = "id,category,flag,number,set,added\n";
      for (std::uint32_t rows = table.below(300); rows > 0; --rows) {
        const std::string id = "u" + std::to_string(table.below(users));
        const Cells cells = table.cells(values);
        model.apply(id, cells);
        text += id + "," + cells.category + "," + cells.flag + "," + cells.number + "," +
                cells.set + "," + cells.added + "\n";
      }
      database.must_load(text, all_kinds());
    }
    ASSERT_EQ(database.content(), model.users);
    database.expect_clean();
    const LoadReport again = database.must_load(text, all_kinds());
    EXPECT_EQ(again.users_new, 0U);
    EXPECT_EQ(again.fragments_written, 0U);
    ASSERT_EQ(database.content(), model.users);
  }
}

/// Across the borders of blocks (65,536) and, with row numbers, dense enough that slices take the
/// transposing path.
TEST(LoadProperty, BlockBorders) {
  Table table(seed());
  Database database;
  Database::Content expected;
  Schema schema;
  schema.columns = {column("category", TagKind::Category), column("number", TagKind::Number)};
  for (int pass = 0; pass < 2; ++pass) {
    std::string text = "category,number\n";
    for (int row = 1; row <= 65'537 + 3000; ++row) {
      const Cells cells = table.cells(7);
      text += cells.category + "," + cells.number + "\n";
      Database::Profile& user = expected[std::to_string(row)];
      user.clear();
      if (!cells.category.empty()) {
        user["category"] = {cells.category};
      }
      if (!cells.number.empty()) {
        user["number"] = {cells.number};
      }
      if (cells.category.empty() && cells.number.empty()) {
        text.erase(text.size() - 2);
        text += ",0\n";
        user["number"] = {"0"};
      }
    }
    database.must_load(text, schema);
    ASSERT_EQ(database.content() == expected, true);
  }
  database.expect_clean();
}

/// New users in order, a block of them turned into bitmaps as soon as it is whole; around the
/// border users come again with other values, and refused rows take no place. More values than a
/// column's short cells are remembered for.
TEST(LoadProperty, BlocksOfUsersInOrder) {
  constexpr int kBorder = 65'536;
  Table table(seed());
  Database database;
  Model model;
  std::string text = "id,category,flag,number,set,added\n";
  const auto add = [&](int user) {
    const Cells cells = table.cells(3000);
    const std::string id = "u" + std::to_string(user);
    model.apply(id, cells);
    text += id + "," + cells.category + "," + cells.flag + "," + cells.number + "," + cells.set +
            "," + cells.added + "\n";
  };
  for (int user = 0; user < kBorder + 3000; ++user) {
    add(user);
    if (user > kBorder - 200 && user < kBorder + 200 && table.below(4) == 0) {
      text += "refused,c1,maybe,1,,\n";
      add(user - static_cast<int>(table.below(300)));
    }
  }
  EXPECT_GT(database.must_load(text, all_kinds()).rejected, 0U);
  EXPECT_TRUE(database.content() == model.users);
  const LoadReport again = database.must_load(text, all_kinds());
  EXPECT_EQ(again.fragments_written, 0U);
  EXPECT_EQ(again.users_known, kBorder + 3000U);
  database.expect_clean();
}

/// Users of two shards, updated in scattered order with keys left out of some rows.
TEST(LoadProperty, ShardsAndScatteredUpdates) {
  constexpr std::uint32_t kUsers = (1U << 20U) + 1000;
  Database database;
  std::string text = "id,v\n";
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    text += std::to_string(user) + "," + std::to_string(user % 5) + "\n";
  }
  Schema schema;
  schema.id_column = "id";
  schema.columns = {column("v", TagKind::Category)};
  EXPECT_EQ(database.must_load(text, schema).users_new, kUsers);
  schema.format = FileFormat::Ndjson;
  schema.columns.push_back(column("w", TagKind::Number));
  std::string updates;
  std::map<std::uint32_t, std::uint32_t> moved;
  Table table(seed());
  for (int i = 0; i < 5000; ++i) {
    const std::uint32_t user = table.below(kUsers);
    const bool silent = i % 3 == 0;
    updates +=
        "{\"id\":" + std::to_string(user) +
        (silent ? ",\"w\":" + std::to_string(i) : ",\"v\":\"" + std::to_string(i % 7) + "\"") +
        "}\n";
    if (!silent) {
      moved[user] = static_cast<std::uint32_t>(i % 7);
    }
  }
  EXPECT_EQ(database.must_load(updates, schema).users_new, 0U);
  std::vector<std::uint64_t> expected(7);
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    const auto found = moved.find(user);
    ++expected[found == moved.end() ? user % 5 : found->second];
  }
  const storage::TagRecord tag = database.tag("v");
  const Status counted = database.store().read([&](const storage::Snapshot& snapshot) -> Status {
    TAGLINE_ASSIGN_OR_RETURN(const auto values, snapshot.values(tag.field));
    EXPECT_EQ(values.size(), 7U);
    for (const storage::ValueRecord& value : values) {
      TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t count,
                               snapshot.cardinality({tag.field, value.row}));
      EXPECT_EQ(count, expected[std::stoul(value.name)]) << value.name;
    }
    return {};
  });
  EXPECT_TRUE(counted.has_value());
  database.expect_clean();
}

}  // namespace
}  // namespace tagline::ingest
