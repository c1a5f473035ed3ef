// Identities, merges and erasures: each can be read, both directions agree, and they are of users
// who are there.
#include "storage/identity_reader.h"
#include "storage/user_directory.h"
#include "storage/verifier.h"

#include <string>

namespace tagline::storage {

using engine::UserIndex;

Status Verifier::check_settings() {
  if (const auto updated = find_updated_field(txn); !updated.has_value()) {
    problem(updated.error().message().en, updated.error().message().zh);
  } else if (*updated && may_own(**updated, "the times of users", "用户更新时间")) {
    fields[**updated] = KnownField{0, "(when users were written)", true};
  }
  TAGLINE_RETURN_IF_ERROR(check_timed_tags());
  if (const auto types = read_identity_types(txn); !types.has_value()) {
    problem(types.error().message().en, types.error().message().zh);
  }
  return {};
}

Status Verifier::check_identities() {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Identities));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    ++report.identities;
    const std::string name(text_of(entry->key));
    const auto identity = decode_identity(name, entry->value);
    if (!identity.has_value()) {
      problem("identity \"" + name + "\": " + identity.error().message().en,
              "身份标识 \"" + name + "\"：" + identity.error().message().zh);
    } else {
      const auto number = make_key<1>({identity->user});
      const std::string back = std::string(text_of(number)) + name;
      TAGLINE_ASSIGN_OR_RETURN(const auto known, txn.get(KeySpace::Identified, bytes_of(back)));
      if (!known || !external_id_of(txn, identity->user).has_value()) {
        const std::string user = std::to_string(identity->user);
        problem("identity \"" + name + "\": user " + user + " does not have it",
                "身份标识 \"" + name + "\"：用户 " + user + " 没有它");
      }
      if (find_user(txn, meta.id_seed, name).value_or(std::nullopt)) {
        problem("identity \"" + name + "\" is the id of a user too",
                "身份标识 \"" + name + "\" 同时是某个用户的 ID");
      }
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t back, txn.entries(KeySpace::Identified));
  if (back != report.identities) {
    const std::string found = std::to_string(back);
    problem(
        "identities: users have " + found + ", expected " + std::to_string(report.identities),
        "身份标识：用户共有 " + found + " 个，应为 " + std::to_string(report.identities) + " 个");
  }
  return {};
}

Status Verifier::check_merges() {
  std::uint64_t standing = 0;
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Merges));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    ++report.merges;
    const auto key = parse_key<1>(entry->key);
    const auto merge = decode_merge(key ? (*key)[0] : 0, entry->value);
    const std::string name = "merge " + std::to_string(key ? (*key)[0] : 0);
    const std::string name_zh = "合并 " + std::to_string(key ? (*key)[0] : 0);
    if (!key || !merge.has_value()) {
      problem(name + " cannot be read", name_zh + " 无法读取");
    } else if (!merge->undone_s.has_value()) {
      ++standing;
      const auto lost = merged_user(txn, merge->loser);
      TAGLINE_ASSIGN_OR_RETURN(
          const auto back, txn.get(KeySpace::Merged, make_key<2>({merge->survivor, merge->loser})));
      if (!lost.has_value() || !*lost || (*lost)->merge != merge->number ||
          (*lost)->survivor != merge->survivor || !back) {
        problem(name + ": it is not what became of user " + std::to_string(merge->loser),
                name_zh + "：与用户 " + std::to_string(merge->loser) + " 的去向不符");
      } else if (!survivor_of(txn, merge->loser).has_value()) {
        problem(name + ": the merges of user " + std::to_string(merge->loser) + " have no end",
                name_zh + "：用户 " + std::to_string(merge->loser) + " 的合并链没有终点");
      }
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t merged, txn.entries(KeySpace::Merged));
  if (merged != 2 * standing) {
    problem("merges: " + std::to_string(merged) + " entries of merged users, expected " +
                std::to_string(2 * standing),
            "合并：被合并用户共 " + std::to_string(merged) + " 项，应为 " +
                std::to_string(2 * standing) + " 项");
  }
  return {};
}

}  // namespace tagline::storage
