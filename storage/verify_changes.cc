// Records of changes: each can be read, they are those that the database's own record says, and
// they are of users and fields that are there.
#include "storage/delta_log.h"
#include "storage/verifier.h"

#include <set>
#include <string>
#include <vector>

namespace tagline::storage {

Status Verifier::check_changes() {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Changes));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  std::vector<Change> possible;
  while (entry) {
    ++report.changes;
    const auto parts = parse_key<2>(entry->key);
    const std::uint64_t number =
        parts ? std::uint64_t{(*parts)[0]} << 32U | (*parts)[1] : meta.changes_next;
    const std::string what = "changes " + std::to_string(number);
    const std::string what_zh = "变更 " + std::to_string(number);
    if (number < meta.changes_first || number >= meta.changes_next) {
      problem(what + ": the database's own record does not know them",
              what_zh + "：数据库自身的记录中没有它");
    }
    const auto decoded = decode_changes(entry->value);
    if (!decoded.has_value()) {
      problem(what + ": " + decoded.error().message().en,
              what_zh + "：" + decoded.error().message().zh);
    } else {
      for (const Change& change : *decoded) {
        const auto tag = tags.find(change.field);
        const auto other = fields.find(change.field);
        const bool fits = tag != tags.end()
                              ? suits(tag->second.kind, change.shape)
                              : other != fields.end() && change.shape != CellShape::Choice &&
                                    (change.shape == CellShape::Number) == other->second.number;
        if (!fits || change.user >= meta.user_limit) {
          const std::string of = std::to_string(change.field);
          const std::string user = std::to_string(change.user);
          problem(what + ": user " + user + " and field " + of + " do not go together",
                  what_zh + "：用户 " + user + " 与字段 " + of + " 不相符");
          break;
        }
        possible.push_back(change);
      }
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  settle(possible);
  changes = changes->with(possible);
  if (report.changes != meta.changes_next - meta.changes_first) {
    problem("changes: " + std::to_string(report.changes) + " records, expected " +
                std::to_string(meta.changes_next - meta.changes_first),
            "变更：共 " + std::to_string(report.changes) + " 条记录，应为 " +
                std::to_string(meta.changes_next - meta.changes_first) + " 条");
  }
  return {};
}

Status Verifier::check_requests() {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Requests));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  std::set<std::string> keys;
  while (entry) {
    const auto parts = parse_key<2>(entry->key);
    const std::uint64_t number = parts ? std::uint64_t{(*parts)[0]} << 32U | (*parts)[1] : 0;
    const auto request = decode_request(number, entry->value);
    if (!parts || !request.has_value()) {
      problem("requests: " + std::to_string(number) + " cannot be read",
              "请求：无法读取 " + std::to_string(number));
    } else if (!keys.insert(request->key).second) {
      problem("requests: the key \"" + request->key + "\" is there twice",
              "请求：键“" + request->key + "”出现两次");
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return {};
}

}  // namespace tagline::storage
