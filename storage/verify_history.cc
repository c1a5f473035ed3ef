// What is kept of the past of segments and tags.
#include "storage/history_codec.h"
#include "storage/verifier.h"

#include <string>

namespace tagline::storage {

Status Verifier::check_histories() {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Histories));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    ++report.histories;
    const std::string name(text_of(entry->key));
    const auto history = decode_history(name, entry->value);
    if (!history.has_value()) {
      problem("histories: " + history.error().message().en,
              "历史：" + history.error().message().zh);
    } else if (may_own(history->field, "histories: \"" + name + "\"", "历史：\"" + name + "\"")) {
      fields.emplace(history->field, KnownField{.name = name, .history = true});
    }
    if (rules.find(name) == rules.end()) {
      problem("histories: there is no segment \"" + name + "\"", "历史：没有人群 \"" + name + "\"");
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return {};
}

Status Verifier::check_spreads() {
  TAGLINE_ASSIGN_OR_RETURN(Cursor cursor, Cursor::open(txn, KeySpace::Spreads));
  TAGLINE_ASSIGN_OR_RETURN(auto entry, cursor.first());
  while (entry) {
    const auto field = parse_key<1>(entry->key);
    if (!field || !tags.contains((*field)[0])) {
      problem("spreads: a key that is no tag's number", "历史分布：有不属于任何标签的键");
    } else if (const auto spread = decode_spread((*field)[0], entry->value); !spread.has_value()) {
      problem("spreads: " + spread.error().message().en,
              "历史分布：" + spread.error().message().zh);
    }
    TAGLINE_ASSIGN_OR_RETURN(entry, cursor.next());
  }
  return {};
}

}  // namespace tagline::storage
