#include "server/tag_fields.h"

#include "dsl/check.h"
#include "dsl/names.h"
#include "server/as_of.h"

#include <algorithm>

namespace tagline::server {
namespace {

// Recursion is bounded by the brackets of texts and the depth segments may nest to; rules that
// several places share are walked once.
void collect(const dsl::Bound& bound, bool through, std::set<const dsl::Bound*>& seen,
             std::set<engine::FieldId>& fields) {
  using dsl::BoundKind;
  if (bound.kind == BoundKind::Rows || bound.kind == BoundKind::Numbers ||
      bound.kind == BoundKind::Top || bound.kind == BoundKind::Bottom ||
      bound.kind == BoundKind::List) {
    fields.insert(bound.field);
  }
  for (const dsl::BoundEvent& step : bound.steps) {
    fields.insert(step.event);
  }
  for (const engine::RowKey& feature : bound.features) {
    fields.insert(feature.field);
  }
  if (through && bound.rule != nullptr && seen.insert(bound.rule.get()).second) {
    collect(*bound.rule, through, seen, fields);
  }
  for (const dsl::Bound& operand : bound.operands) {
    collect(operand, through, seen, fields);
  }
}

/// The tags that the words of a rule name, of one that cannot be checked.
// Recursion is bounded by the brackets of the text.
void fields_named(const dsl::Tree& tree, dsl::Names& names, std::set<engine::FieldId>& fields) {
  if (tree.kind == dsl::TreeKind::Term) {
    if (const dsl::Tag* tag = names.tag(tree.name.text); tag != nullptr) {
      fields.insert(tag->field);
    }
  }
  for (const dsl::Tree& operand : tree.operands) {
    fields_named(operand, names, fields);
  }
}

}  // namespace

Result<std::map<engine::FieldId, std::vector<std::string>>> segments_by_field(
    const storage::Snapshot& snapshot, const dsl::Catalogue& catalogue) {
  dsl::CheckOptions options;
  TAGLINE_ASSIGN_OR_RETURN(options.as_of, as_of_day(std::nullopt, snapshot));
  dsl::Names names(catalogue);
  std::map<engine::FieldId, std::vector<std::string>> segments;
  for (const dsl::Segment& segment : catalogue.segments) {
    if (!segment.expression.has_value()) {
      continue;
    }
    const dsl::Checked checked = dsl::check(*segment.expression, catalogue, options);
    std::set<engine::FieldId> fields;
    if (checked.ok) {
      fields = fields_of(checked.bound, false);
    } else {
      fields_named(checked.tree, names, fields);
    }
    for (const engine::FieldId field : fields) {
      segments[field].push_back(segment.name);
    }
  }
  return segments;
}

std::set<engine::FieldId> fields_of(const dsl::Bound& bound, bool through) {
  std::set<engine::FieldId> fields;
  std::set<const dsl::Bound*> seen;
  collect(bound, through, seen, fields);
  return fields;
}

void AskedExpressions::asked(std::string_view text, std::int64_t now_s) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_text_.find(text); found != by_text_.end()) {
    found->second->at_s = now_s;
    newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
    return;
  }
  newest_first_.push_front({std::string(text), now_s});
  by_text_.emplace(newest_first_.front().text, newest_first_.begin());
  bytes_ += text.size();
  while (newest_first_.size() > kTextsMax || (bytes_ > kBytesMax && newest_first_.size() > 1)) {
    const Asked& oldest = newest_first_.back();
    since_s_ = oldest.at_s;
    bytes_ -= oldest.text.size();
    by_text_.erase(oldest.text);
    newest_first_.pop_back();
  }
}

void AskedExpressions::asked_tag(std::string_view name, std::int64_t now_s) {
  const std::lock_guard lock(mutex_);
  if (const auto found = tags_.find(name); found != tags_.end()) {
    found->second = now_s;
    return;
  }
  tags_.emplace(name, now_s);
}

std::optional<std::int64_t> AskedExpressions::tag_asked(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = tags_.find(name);
  return found == tags_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::pair<std::string, std::int64_t>> AskedExpressions::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, std::int64_t>> all;
  all.reserve(newest_first_.size());
  for (const Asked& each : newest_first_) {
    all.emplace_back(each.text, each.at_s);
  }
  return all;
}

Result<std::optional<std::int64_t>> last_asked(Service& service, const AskedExpressions& asked,
                                               engine::FieldId field) {
  const auto all = asked.all();
  std::optional<std::int64_t> last;
  TAGLINE_RETURN_IF_ERROR(service.with_catalogue(
      std::nullopt, [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions& options) {
        const auto tag =
            std::find_if(catalogue.tags.begin(), catalogue.tags.end(),
                         [field](const dsl::Tag& each) { return each.field == field; });
        last = tag == catalogue.tags.end() ? std::nullopt : asked.tag_asked(tag->name);
        for (const auto& [text, at_s] : all) {
          if (last.has_value() && at_s <= *last) {
            return;  // so are all after it
          }
          const dsl::Checked checked = dsl::check(text, catalogue, options);
          if (checked.ok && fields_of(checked.bound, true).count(field) != 0) {
            last = at_s;
            return;
          }
        }
      }));
  return last;
}

Result<std::map<engine::FieldId, std::int64_t>> all_last_asked(Service& service,
                                                               const AskedExpressions& asked) {
  const auto all = asked.all();
  std::map<engine::FieldId, std::int64_t> last;
  TAGLINE_RETURN_IF_ERROR(service.with_catalogue(
      std::nullopt, [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions& options) {
        for (const dsl::Tag& tag : catalogue.tags) {
          if (const auto at_s = asked.tag_asked(tag.name); at_s.has_value()) {
            last[tag.field] = *at_s;
          }
        }
        for (const auto& [text, at_s] : all) {
          const dsl::Checked checked = dsl::check(text, catalogue, options);
          for (const engine::FieldId field :
               checked.ok ? fields_of(checked.bound, true) : std::set<engine::FieldId>()) {
            last[field] = std::max(last[field], at_s);
          }
        }
      }));
  return last;
}

std::int64_t AskedExpressions::since_s() const {
  const std::lock_guard lock(mutex_);
  return since_s_;
}

}  // namespace tagline::server
