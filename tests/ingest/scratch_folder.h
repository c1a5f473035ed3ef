// A folder of its own for each test, gone afterwards; and what the load tests ask of a database.
#pragma once

#include "ingest/load.h"
#include "storage/store.h"
#include "storage/verify.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::ingest {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tagline-ingest-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] std::filesystem::path path() const { return path_; }
  [[nodiscard]] std::string write(const std::string& name, std::string_view content) const {
    const std::filesystem::path file = path_ / name;
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

 private:
  std::filesystem::path path_;
};

/// A database in a scratch folder, and its content as texts: user id -> tag -> values (numbers and
/// dates as their integers).
class Database {
 public:
  using Profile = std::map<std::string, std::set<std::string>>;
  using Content = std::map<std::string, Profile>;

  Database() { open(); }

  [[nodiscard]] const ScratchFolder& folder() const { return folder_; }
  [[nodiscard]] storage::Store& store() { return *store_; }
  void open() {
    storage::OpenOptions options;
    options.mode = storage::OpenMode::Create;
    options.map_bytes = 1U << 20U;
    auto opened = storage::Store::open(folder_.path() / "db", options);
    ASSERT_TRUE(opened.has_value()) << opened.error().message().en;
    store_ = std::move(*opened);
  }
  void close() { store_.reset(); }

  Result<LoadReport> load_text(const std::string& text,
                               const std::optional<Schema>& schema = std::nullopt,
                               const LoadOptions& options = {}) {
    return load(*store_, schema, {folder_.write("input", text)}, options);
  }
  /// Loads and expects success.
  LoadReport must_load(const std::string& text, const std::optional<Schema>& schema = std::nullopt,
                       const LoadOptions& options = {}) {
    auto report = load_text(text, schema, options);
    EXPECT_TRUE(report.has_value())
        << (report.has_value() ? ""
                               : report.error().message().en + "\n" + report.error().hint().en);
    return report.value_or(LoadReport{});
  }

  [[nodiscard]] Content content() {
    Content all;
    const Status status = store_->read([&](const storage::Snapshot& snapshot) -> Status {
      TAGLINE_ASSIGN_OR_RETURN(const auto tags, snapshot.tags());
      std::vector<std::string> ids;
      for (std::uint32_t user = 0; user < snapshot.user_limit(); ++user) {
        TAGLINE_ASSIGN_OR_RETURN(ids.emplace_back(), snapshot.external_id(user));
        // Who was merged into another is that other.
        TAGLINE_ASSIGN_OR_RETURN(const auto merge, snapshot.merge_of(user));
        if (merge.has_value()) {
          continue;
        }
        TAGLINE_ASSIGN_OR_RETURN(const auto found, snapshot.find_user(ids.back()));
        EXPECT_EQ(found, user);
        all[ids.back()];
      }
      for (const storage::TagRecord& tag : tags) {
        TAGLINE_RETURN_IF_ERROR(read_tag(snapshot, tag, ids, all));
      }
      return {};
    });
    EXPECT_TRUE(status.has_value()) << (status.has_value() ? "" : status.error().message().en);
    return all;
  }
  [[nodiscard]] std::vector<storage::TagRecord> tags() {
    return store_->read([](const storage::Snapshot& snapshot) { return snapshot.tags(); }).value();
  }
  [[nodiscard]] storage::TagRecord tag(const std::string& name) {
    for (storage::TagRecord& record : tags()) {
      if (record.name == name) {
        return record;
      }
    }
    ADD_FAILURE() << "no tag " << name;
    return {};
  }
  void expect_clean() {
    const auto report =
        store_->read([](const storage::Snapshot& snapshot) { return storage::verify(snapshot); });
    ASSERT_TRUE(report.has_value());
    EXPECT_TRUE(report->clean()) << (report->problems.empty() ? "" : report->problems.front().en);
  }

 private:
  static Result<std::set<std::uint32_t>> members(const storage::Snapshot& snapshot,
                                                 engine::RowKey row) {
    std::set<std::uint32_t> users;
    for (engine::ShardId shard = 0; shard < snapshot.shard_count(); ++shard) {
      TAGLINE_ASSIGN_OR_RETURN(const engine::Fragment fragment, snapshot.fetch(row, shard));
      for (const engine::Container& container : fragment.containers()) {
        add_container(container, shard, users);
      }
    }
    return users;
  }
  static void add_container(const engine::Container& container, engine::ShardId shard,
                            std::set<std::uint32_t>& users) {
    const std::uint32_t base =
        (shard << engine::kShardBits) + (std::uint32_t{container.block} << engine::kBlockBits);
    const auto* numbers = reinterpret_cast<const std::uint16_t*>(container.data);
    const auto* words = reinterpret_cast<const std::uint64_t*>(container.data);
    switch (container.kind) {
      case engine::ContainerKind::Array:
        for (std::uint32_t i = 0; i < container.count; ++i) {
          users.insert(base + numbers[i]);
        }
        break;
      case engine::ContainerKind::Run:
        for (std::uint32_t i = 0; i < container.count; ++i) {
          for (std::uint32_t j = 0; j <= numbers[2 * i + 1]; ++j) {
            users.insert(base + numbers[2 * i] + j);
          }
        }
        break;
      case engine::ContainerKind::Bitset:
        for (std::uint32_t i = 0; i < engine::kBlockUsers; ++i) {
          if ((words[i / 64] >> (i % 64) & 1U) != 0) {
            users.insert(base + i);
          }
        }
        break;
    }
  }
  static Status read_tag(const storage::Snapshot& snapshot, const storage::TagRecord& tag,
                         const std::vector<std::string>& ids, Content& all) {
    TAGLINE_ASSIGN_OR_RETURN(const auto present,
                             members(snapshot, {tag.field, engine::kExistsRow}));
    if (tag.kind == engine::TagKind::Flag) {
      for (const std::uint32_t user : present) {
        all[ids[user]][tag.name] = {"yes"};
      }
    } else if (tag.kind == engine::TagKind::Number || tag.kind == engine::TagKind::Date) {
      for (const std::uint32_t user : present) {
        TAGLINE_ASSIGN_OR_RETURN(const auto number, snapshot.number_of(tag.field, user));
        all[ids[user]][tag.name] = {std::to_string(number.value())};
      }
    } else {
      TAGLINE_ASSIGN_OR_RETURN(const auto values, snapshot.values(tag.field));
      for (const storage::ValueRecord& value : values) {
        TAGLINE_ASSIGN_OR_RETURN(const auto users, members(snapshot, {tag.field, value.row}));
        for (const std::uint32_t user : users) {
          all[ids[user]][tag.name].insert(value.name);
        }
      }
    }
    return {};
  }

  ScratchFolder folder_;
  std::unique_ptr<storage::Store> store_;
};

/// A column of a schema in one line.
inline Column column(const std::string& name, engine::TagKind kind) {
  Column made;
  made.column = name;
  made.tag = name;
  made.kind = kind;
  return made;
}

}  // namespace tagline::ingest
