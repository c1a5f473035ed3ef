#include "server/segment_taken.h"

#include "dsl/unicode.h"
#include "server/day_text.h"
#include "server/segment_graph.h"
#include "server/segment_names.h"
#include "storage/time_zone.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>

namespace tagline::server {
namespace {

using storage::SegmentRecord;

constexpr std::size_t kRuleShown = 80;  ///< code points
constexpr std::size_t kUsersShown = 5;

/// On one line, and no longer than a message should be.
std::string in_short(const std::string& rule) {
  std::string line;
  std::size_t points = 0;
  for (std::size_t at = 0; at < rule.size();) {
    const dsl::Decoded next = dsl::decode_at(rule, at);
    if (points++ == kRuleShown) {
      return line + "…";
    }
    const bool ends_line = rule[at] == '\n' || rule[at] == '\r' || rule[at] == '\t';
    line += ends_line ? " " : rule.substr(at, next.bytes);
    at += next.bytes;
  }
  return line;
}

}  // namespace

Result<std::optional<Refusal>> refuse_taken(const Edit& edit,
                                            const std::optional<SegmentRecord>& stored,
                                            const storage::Snapshot& snapshot,
                                            const dsl::Catalogue& catalogue) {
  if (!edit.only_new || !stored.has_value()) {
    return std::optional<Refusal>();
  }
  const std::string name = segment_reference(stored->name);
  const std::chrono::sys_seconds saved{std::chrono::seconds(stored->updated_s)};
  TAGLINE_ASSIGN_OR_RETURN(const auto day, storage::day_in_zone(saved, snapshot.time_zone()));
  TAGLINE_ASSIGN_OR_RETURN(const auto rules, snapshot.rules(stored->name));
  const std::string author =
      rules.empty() || rules.back().author.empty() ? stored->owner : rules.back().author;
  const bool is_list = stored->list != 0;
  Text what{name +
                " is there already: " + (is_list ? "a list of ids" : in_short(stored->expression)) +
                " (saved on " + day_text(day) + (author.empty() ? "" : " by " + author) + ")",
            name + " 已存在：" + (is_list ? "静态名单" : in_short(stored->expression)) + "（" +
                (author.empty() ? "" : author + "，") + day_text(day) + " 保存）"};
  auto users = SegmentGraph(catalogue).all_users_of(stored->name);
  if (!users.empty()) {
    const std::string more = users.size() > kUsersShown ? " …" : "";
    users.resize(std::min(users.size(), kUsersShown));
    what.en += "; used by " + segment_references(users) + more;
    what.zh += "；被引用于 " + segment_references(users) + more;
  }
  Refusal refusal(
      Error(ErrorCode::InUse, std::move(what),
            Hint{{"take another name, or add --replace to put this in its place",
                  "请换一个名称；如要取代，请加上 --replace"},
                 {"take another name, or leave out If-None-Match to put this in its place",
                  "请换一个名称；如要取代，请去掉 If-None-Match"},
                 {"take another name, or write \\save! " + name.substr(1) +
                      " to put this in its place; \\show " + name + " shows it",
                  "请换一个名称；如要取代，请写 \\save! " + name.substr(1) + "；\\show " + name +
                      " 可查看"}}));
  refusal.changed = true;
  return std::optional<Refusal>(std::move(refusal));
}

}  // namespace tagline::server
