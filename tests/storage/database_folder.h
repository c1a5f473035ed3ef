// What the storage tests share: a folder that goes with its test, results that must be there, ids
// by number.
#pragma once

#include "engine/bitmap.h"
#include "storage/store.h"
#include "storage/verify.h"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tagline::storage::test {

/// A fresh folder, removed with everything in it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tagline-storage-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("mkdtemp");
    }
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The value of a result that has to be there; the test fails with the error's text otherwise.
template <class T>
T must(Result<T> result) {
  if (!result.has_value()) {
    throw std::runtime_error(result.error().message().en);
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

inline std::unique_ptr<Store> open_store(const std::filesystem::path& folder, OpenMode mode,
                                         std::uint64_t map_bytes = OpenOptions{}.map_bytes) {
  OpenOptions options;
  options.mode = mode;
  options.map_bytes = map_bytes;
  return must(Store::open(folder, options));
}

/// "u0", "u1", ... as texts and as views of them.
class Ids {
 public:
  Ids(std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t user = begin; user < end; ++user) {
      texts_.push_back("u" + std::to_string(user));
    }
    views_.assign(texts_.begin(), texts_.end());
  }
  [[nodiscard]] std::span<const std::string_view> views() const { return views_; }

 private:
  std::vector<std::string> texts_;
  std::vector<std::string_view> views_;
};

inline Status add_users(WriteTxn& txn, std::uint32_t begin, std::uint32_t end) {
  return txn.add_users(Ids(begin, end).views());
}

inline TagRecord tag_of(const std::string& name, engine::TagKind kind) {
  TagRecord tag;
  tag.name = name;
  tag.kind = kind;
  return tag;
}

/// Every third number: a bitset container in each block, so a payload of many pages.
inline engine::Bitmap scattered(std::uint32_t begin, std::uint32_t end, std::uint32_t step = 3) {
  std::vector<std::uint32_t> values;
  for (std::uint32_t value = begin; value < end; value += step) {
    values.push_back(value);
  }
  return engine::Bitmap::of(values);
}

inline VerifyReport verified(Store& store) {
  return must(store.verify());
}

inline std::string problems_of(const VerifyReport& report) {
  std::string all;
  for (const Text& problem : report.problems) {
    all += problem.en + "\n";
  }
  return all;
}

}  // namespace tagline::storage::test
