// Both directions of the ids without holding them: every user's id is looked up in its bucket
// (65,536 views kept), which proves index -> id -> index; when the buckets hold exactly as many
// entries as there are users, none of them points anywhere else.
#include "storage/user_directory.h"
#include "storage/verifier.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace tagline::storage {

namespace {

class UserCheck {
 public:
  explicit UserCheck(Verifier& verifier) : verifier_(verifier), buckets_(kBuckets) {}

  [[nodiscard]] Status read_buckets() {
    TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(verifier_.txn, KeySpace::Ids));
    TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
    while (entry) {
      const auto key = parse_key<1>(entry->key);
      if (!key || (*key)[0] >= kBuckets) {
        verifier_.problem("ids: a key that is not the number of a bucket",
                          "ID 目录：有键不是桶编号");
      } else if (auto bucket = IdBucket::decode(entry->value); !bucket.has_value()) {
        verifier_.problem(
            "ids, bucket " + std::to_string((*key)[0]) + ": " + bucket.error().message().en,
            "ID 目录第 " + std::to_string((*key)[0]) + " 桶：" + bucket.error().message().zh);
      } else {
        check_bucket((*key)[0], *bucket);
        entries_ += bucket->size();
        buckets_[(*key)[0]] = *bucket;
      }
      TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
    }
    return {};
  }

  [[nodiscard]] Status read_blocks() {
    TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(verifier_.txn, KeySpace::Users));
    TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
    while (entry) {
      const auto key = parse_key<1>(entry->key);
      if (!key) {
        verifier_.problem("users: a key that is not the number of a block", "用户：有键不是块编号");
      } else if (const auto block = IdBlock::decode(entry->value); !block.has_value()) {
        verifier_.problem(
            "users, block " + std::to_string((*key)[0]) + ": " + block.error().message().en,
            "用户第 " + std::to_string((*key)[0]) + " 块：" + block.error().message().zh);
      } else {
        check_block((*key)[0], *block);
      }
      TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
    }
    return {};
  }

  void compare_totals() {
    const std::string limit = std::to_string(verifier_.meta.user_limit);
    if (verifier_.report.users != verifier_.meta.user_limit) {
      const std::string found = std::to_string(verifier_.report.users);
      verifier_.problem("users: " + found + " ids can be read, expected " + limit,
                        "用户：可读取 " + found + " 个 ID，应为 " + limit);
    }
    if (entries_ != verifier_.meta.user_limit - erased_) {
      const std::string found = std::to_string(entries_);
      const std::string expected = std::to_string(verifier_.meta.user_limit - erased_);
      verifier_.problem("ids: the directory has " + found + " entries, expected " + expected,
                        "ID 目录：共有 " + found + " 项，应为 " + expected);
    }
  }

 private:
  /// Sorted, and equal hashes belong to different texts.
  void check_bucket(std::uint32_t number, const IdBucket& bucket) {
    const std::string name = std::to_string(number);
    for (std::size_t i = 0; i + 1 < bucket.size(); ++i) {
      const IdEntry a = bucket.at(i);
      const IdEntry b = bucket.at(i + 1);
      if (!(a < b)) {
        verifier_.problem("ids, bucket " + name + ": its entries are not in order",
                          "ID 目录第 " + name + " 桶：各项未按序排列");
        break;
      }
      if (a.hash == b.hash) {
        const auto first = external_id_of(verifier_.txn, a.user);
        const auto second = external_id_of(verifier_.txn, b.user);
        if (first.has_value() && second.has_value() && *first == *second) {
          const std::string users = std::to_string(a.user) + ", " + std::to_string(b.user);
          verifier_.problem(
              "ids: users " + users + " have the same id \"" + std::string(*first) + "\"",
              "ID 目录：用户 " + users + " 的 ID 相同 \"" + std::string(*first) + "\"");
        }
      }
    }
  }

  void check_block(std::uint32_t number, const IdBlock& block) {
    const std::uint64_t first = std::uint64_t{number} << kBlockIdBits;
    const std::uint64_t limit = verifier_.meta.user_limit;
    const std::uint64_t expected =
        first >= limit ? 0 : std::min<std::uint64_t>(kBlockIds, limit - first);
    if (block.size() != expected) {
      const std::string name = std::to_string(number);
      verifier_.problem("users, block " + name + ": it has " + std::to_string(block.size()) +
                            " ids, expected " + std::to_string(expected),
                        "用户第 " + name + " 块：有 " + std::to_string(block.size()) +
                            " 个 ID，应为 " + std::to_string(expected));
    }
    for (unsigned at = 0; at < block.size(); ++at) {
      if (const auto id = block.id(at); id.has_value()) {
        ++verifier_.report.users;
        if (id->empty()) {
          ++erased_;
          continue;
        }
        check_known(static_cast<engine::UserIndex>(first) + at, *id);
      } else {
        const std::string name = std::to_string(number);
        verifier_.problem("users, block " + name + ": " + id.error().message().en,
                          "用户第 " + name + " 块：" + id.error().message().zh);
      }
    }
  }

  void check_known(engine::UserIndex user, std::string_view id) {
    const IdPlace place = place_of(id, verifier_.meta.id_seed);
    if (const auto& bucket = buckets_[place.bucket]; bucket) {
      for (std::size_t i = bucket->lower_bound(place.hash);
           i < bucket->size() && bucket->at(i).hash == place.hash; ++i) {
        if (bucket->at(i).user == user) {
          return;
        }
      }
    }
    const std::string index = std::to_string(user);
    verifier_.problem(
        "ids: user " + index + " (\"" + std::string(id) + "\") is not in the directory",
        "ID 目录：缺少用户 " + index + "（\"" + std::string(id) + "\"）");
  }

  Verifier& verifier_;
  std::vector<std::optional<IdBucket>> buckets_;
  std::uint64_t entries_ = 0;
  std::uint64_t erased_ = 0;
};

}  // namespace

Status Verifier::check_users() {
  UserCheck check(*this);
  TAGLINE_RETURN_IF_ERROR(check.read_buckets());
  TAGLINE_RETURN_IF_ERROR(check.read_blocks());
  check.compare_totals();
  return {};
}

}  // namespace tagline::storage
