#include "tests/property/database.h"

#include <cstdlib>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::tests {
namespace {

storage::TagRecord tag(const std::string& name, engine::TagKind kind,
                       std::vector<std::string> aliases, unsigned scale = 0) {
  storage::TagRecord record;
  record.name = name;
  record.kind = kind;
  record.aliases = std::move(aliases);
  record.scale = scale;
  return record;
}

Status put_catalogue(storage::WriteTxn& txn) {
  using engine::TagKind;
  const std::vector<storage::TagRecord> tags = {
      tag("vip", TagKind::Flag, {"会员"}),      tag("churn", TagKind::Flag, {"流失"}),
      tag("city", TagKind::Category, {"城市"}), tag("interest", TagKind::Set, {"兴趣"}),
      tag("score", TagKind::Number, {}),        tag("spend", TagKind::Number, {"消费"}, 2),
      tag("signup", TagKind::Date, {"注册"}),
  };
  for (const storage::TagRecord& record : tags) {
    TAGLINE_RETURN_IF_ERROR(txn.put_tag(record));
  }
  std::vector<storage::ValueRecord> cities(kCities);
  for (int i = 0; i < kCities; ++i) {
    cities[static_cast<std::size_t>(i)].row =
        engine::kFirstValueRow + static_cast<engine::RowId>(i);
    cities[static_cast<std::size_t>(i)].name = city_name(i);
  }
  TAGLINE_RETURN_IF_ERROR(txn.put_values(kCity, cities));
  std::vector<storage::ValueRecord> interests(kInterests);
  for (int i = 0; i < kInterests; ++i) {
    interests[static_cast<std::size_t>(i)].row =
        engine::kFirstValueRow + static_cast<engine::RowId>(i);
    interests[static_cast<std::size_t>(i)].name = interest_name(i);
  }
  return txn.put_values(kInterest, interests);
}

Status put_rows(storage::WriteTxn& txn,
                const std::map<engine::RowKey, std::vector<std::uint32_t>>& rows) {
  for (const auto& [key, users] : rows) {
    std::size_t begin = 0;
    while (begin < users.size()) {
      const engine::ShardId shard = engine::shard_of(users[begin]);
      std::vector<std::uint32_t> local;
      for (; begin < users.size() && engine::shard_of(users[begin]) == shard; ++begin) {
        local.push_back(engine::within_shard(users[begin]));
      }
      TAGLINE_RETURN_IF_ERROR(txn.put_fragment(key, shard, engine::Bitmap::of(local)));
    }
  }
  return {};
}

/// A row's users of one shard.
std::vector<std::uint32_t> within(const std::map<engine::RowKey, std::vector<std::uint32_t>>& rows,
                                  engine::RowKey key, engine::ShardId shard) {
  std::vector<std::uint32_t> local;
  if (const auto row = rows.find(key); row != rows.end()) {
    for (const std::uint32_t user : row->second) {
      if (engine::shard_of(user) == shard) {
        local.push_back(engine::within_shard(user));
      }
    }
  }
  return local;
}

Status put_people(storage::WriteTxn& txn, const People& people) {
  std::vector<std::string> ids;
  std::vector<std::string_view> views;
  for (std::size_t i = 0; i < people.size(); ++i) {
    ids.push_back("u" + std::to_string(i));
  }
  views.assign(ids.begin(), ids.end());
  TAGLINE_RETURN_IF_ERROR(txn.add_users(views));
  TAGLINE_RETURN_IF_ERROR(put_catalogue(txn));
  return put_rows(txn, rows_of(people));
}

}  // namespace

std::uint64_t seed() {
  const char* given = std::getenv("TAGLINE_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20240615;
}

PeopleDatabase::PeopleDatabase(const People& people) {
  std::string name = (std::filesystem::temp_directory_path() / "tagline-property-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("mkdtemp");
  }
  folder_ = name;
  storage::OpenOptions open;
  open.mode = storage::OpenMode::Create;
  auto service = server::Service::open((folder_ / "db").string(), open);
  if (!service.has_value()) {
    throw std::runtime_error(service.error().message().en);
  }
  service_ = std::move(*service);
  const Status written =
      store().write([&](storage::WriteTxn& txn) { return put_people(txn, people); });
  if (!written.has_value()) {
    throw std::runtime_error(written.error().message().en);
  }
}

Status PeopleDatabase::change(const People& from, const People& to) const {
  const auto before = rows_of(from);
  const auto after = rows_of(to);
  return store().write([&](storage::WriteTxn& txn) -> Status {
    const std::size_t shards = engine::shard_of(static_cast<std::uint32_t>(to.size())) + 1U;
    std::set<engine::RowKey> keys;
    for (const auto* rows : {&before, &after}) {
      for (const auto& [key, users] : *rows) {
        keys.insert(key);
      }
    }
    for (const engine::RowKey key : keys) {
      for (engine::ShardId shard = 0; shard < shards; ++shard) {
        const auto then = within(before, key, shard);
        const auto now = within(after, key, shard);
        if (then != now) {
          TAGLINE_RETURN_IF_ERROR(txn.put_fragment(key, shard, engine::Bitmap::of(now)));
        }
      }
    }
    return {};
  });
}

PeopleDatabase::~PeopleDatabase() {
  service_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace tagline::tests
