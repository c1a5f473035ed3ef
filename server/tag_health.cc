#include "server/tag_health.h"

#include "dsl/check.h"
#include "server/day_text.h"
#include "server/duration_text.h"
#include "server/freshness.h"
#include "server/tag_fields.h"
#include "server/vocabulary.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace tagline::server {
namespace {

using engine::TagKind;
using storage::Snapshot;
using storage::TagRecord;

std::string percent_text(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f%%", share * 100);
  return text.data();
}

std::string ago(std::int64_t seconds, bool chinese) {
  return duration_words(std::max<std::int64_t>(0, seconds), chinese);
}

/// Everything that is found of one tag alone. Each function judges one thing.
class TagJudge {
 public:
  TagJudge(const Snapshot& snapshot, const TagHealthOptions& options, std::uint64_t population,
           const TagRecord& tag, const std::vector<std::string>& segments, std::uint64_t coverage)
      : snapshot_(snapshot),
        options_(options),
        population_(population),
        tag_(tag),
        segments_(segments),
        coverage_(coverage) {
    if (options.asked.has_value()) {
      const auto found = options.asked->find(tag.field);
      asked_s_ = found == options.asked->end() ? std::nullopt : std::optional(found->second);
    }
  }

  /// `found` is in the order of HealthFinding, but for near duplicates.
  Status judge(std::vector<TagFinding>& found) {
    if (wants(HealthFinding::Unused)) {
      unused(found);
    }
    if (wants(HealthFinding::Stale)) {
      TAGLINE_RETURN_IF_ERROR(stale(found));
    }
    if (coverage_ == 0 && wants(HealthFinding::Empty)) {
      found.push_back(make(HealthFinding::Empty, {"nobody has it", "没有任何用户拥有"}));
    }
    if (wants(HealthFinding::LowCoverage)) {
      low_coverage(found);
    }
    if (wants(HealthFinding::UnusedValues)) {
      TAGLINE_RETURN_IF_ERROR(unused_values(found));
    }
    if (wants(HealthFinding::DeprecatedUsed)) {
      deprecated_used(found);
    }
    if (wants(HealthFinding::Naming)) {
      naming(found);
    }
    if (wants(HealthFinding::Undocumented)) {
      undocumented(found);
    }
    if (wants(HealthFinding::Drifted)) {
      TAGLINE_RETURN_IF_ERROR(drifted(found));
    }
    return {};
  }

 private:
  [[nodiscard]] bool wants(HealthFinding finding) const {
    return options_.find.empty() || options_.find.contains(finding);
  }
  [[nodiscard]] TagFinding make(HealthFinding finding, Text message) const {
    TagFinding made;
    made.finding = finding;
    made.tag = tag_.name;
    made.people = coverage_;
    made.message = std::move(message);
    return made;
  }
  static void name(TagFinding& finding, std::vector<std::string> names) {
    finding.names_total = names.size();
    names.resize(std::min(names.size(), TagFinding::kNamed));
    finding.names = std::move(names);
  }
  [[nodiscard]] bool asked_lately() const {
    return asked_s_.has_value() && *asked_s_ > options_.now_s - options_.unused_s;
  }

  void unused(std::vector<TagFinding>& found) const {
    if (tag_.deprecated || !segments_.empty() || asked_lately()) {
      return;
    }
    Text asked{"; queries are known to a server only", "；查询情况只有服务器知道"};
    if (asked_s_.has_value()) {
      const std::int64_t age = options_.now_s - *asked_s_;
      asked = {", and it was last asked about " + ago(age, false) + " ago",
               "，上次被查询是在 " + ago(age, true) + "前"};
    } else if (options_.asked.has_value()) {
      const std::int64_t age = options_.now_s - options_.asked_since_s;
      asked = {
          ", and nobody has asked about it for " + ago(age, false) + ", as far back as is known",
          "，且在已知的 " + ago(age, true) + "内没有被查询过"};
    }
    found.push_back(make(HealthFinding::Unused, {"no saved segment names it" + asked.en,
                                                 "没有已保存的人群使用它" + asked.zh}));
  }

  Status stale(std::vector<TagFinding>& found) const {
    if (coverage_ == 0) {
      return {};
    }
    const std::int64_t age = std::max<std::int64_t>(0, options_.now_s - tag_.updated_s);
    if (tag_.updated_s != 0 && age >= options_.stale_s) {
      TagFinding& made = found.emplace_back(
          make(HealthFinding::Stale, {"it was last written " + ago(age, false) + " ago",
                                      "上次写入是在 " + ago(age, true) + "前"}));
      made.age_s = age;
      return {};
    }
    if (tag_.times == 0) {
      return {};
    }
    TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t old,
                             written_until(snapshot_, tag_, options_.now_s - options_.stale_s));
    if (old * 2 >= coverage_) {
      const std::string part =
          percent_text(static_cast<double>(old) / static_cast<double>(coverage_));
      TagFinding& made = found.emplace_back(
          make(HealthFinding::Stale,
               {part + " of its values were last written " + ago(options_.stale_s, false) +
                    " ago or before",
                part + " 的取值上次写入是在 " + ago(options_.stale_s, true) + "前或更早"}));
      made.people = old;
      made.age_s = age;
    }
    return {};
  }

  void low_coverage(std::vector<TagFinding>& found) const {
    if (coverage_ == 0 || population_ == 0) {
      return;
    }
    const double share = static_cast<double>(coverage_) / static_cast<double>(population_);
    if (share < options_.low_coverage) {
      TagFinding& made = found.emplace_back(
          make(HealthFinding::LowCoverage, {"only " + percent_text(share) + " of users have it",
                                            "仅 " + percent_text(share) + " 的用户拥有"}));
      made.share = share;
    }
  }

  Status unused_values(std::vector<TagFinding>& found) const {
    if (tag_.kind != TagKind::Category && tag_.kind != TagKind::Set) {
      return {};
    }
    TAGLINE_ASSIGN_OR_RETURN(const auto values, snapshot_.values(tag_.field));
    std::vector<std::string> nobody;
    for (const storage::ValueRecord& value : values) {
      TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t people,
                               snapshot_.cardinality({tag_.field, value.row}));
      if (people == 0) {
        nobody.push_back(value.name);
      }
    }
    if (!nobody.empty() && coverage_ != 0) {
      const std::string count = std::to_string(nobody.size());
      const std::string all = std::to_string(values.size());
      name(found.emplace_back(make(HealthFinding::UnusedValues,
                                   {"nobody has " + count + " of its " + all + " values",
                                    "其 " + all + " 个取值中有 " + count + " 个没有用户"})),
           std::move(nobody));
    }
    return {};
  }

  void deprecated_used(std::vector<TagFinding>& found) const {
    if (!tag_.deprecated || (segments_.empty() && !asked_lately())) {
      return;
    }
    const std::string count = std::to_string(segments_.size());
    const Text use =
        segments_.empty()
            ? Text{"it is deprecated, but was asked about " +
                       ago(options_.now_s - *asked_s_, false) + " ago",
                   "已弃用，但在 " + ago(options_.now_s - *asked_s_, true) + "前仍被查询"}
            : Text{"it is deprecated, but " + count +
                       (segments_.size() == 1 ? " segment names it" : " segments name it"),
                   "已弃用，但仍有 " + count + " 个人群使用它"};
    name(found.emplace_back(make(HealthFinding::DeprecatedUsed, use)), segments_);
  }

  void naming(std::vector<TagFinding>& found) const {
    const std::string& called = tag_.name;
    const auto any = [&](auto is) { return std::any_of(called.begin(), called.end(), is); };
    const auto breaks = [&](TagRule rule, bool against, const Text& why) {
      if (against && options_.rules.contains(rule)) {
        name(found.emplace_back(make(HealthFinding::Naming, why)), {std::string(name_of(rule))});
      }
    };
    breaks(TagRule::Lower, any([](char c) { return c >= 'A' && c <= 'Z'; }),
           {"its name has capital letters", "名称含有大写字母"});
    breaks(TagRule::NoBlanks,
           any([](char c) { return c == ' ' || c == '\t'; }) ||
               called.find("\xE3\x80\x80") != std::string::npos,
           {"its name has blanks", "名称含有空格"});
    breaks(TagRule::Ascii, any([](char c) {
             return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '.');
           }),
           {"its name has other characters than letters, digits, \"_\", \"-\" and \".\"",
            "名称含有字母、数字、“_”“-”“.”以外的字符"});
    const std::string prefix = tag_.layer.substr(tag_.layer.rfind('/') + 1) + "_";
    breaks(TagRule::LayerPrefix, !tag_.layer.empty() && !called.starts_with(prefix),
           {"its name does not begin with \"" + prefix + "\", after its layer",
            "名称未以所属层级的“" + prefix + "”开头"});
  }

  void undocumented(std::vector<TagFinding>& found) const {
    std::vector<std::string> rules;
    Text missing;
    const auto lacks = [&](TagRule rule, bool lacking, const Text& what) {
      if (lacking && options_.rules.contains(rule)) {
        missing.en += (missing.en.empty() ? "" : ", ") + what.en;
        missing.zh += (missing.zh.empty() ? "" : "、") + what.zh;
        if (rules.empty() || rules.back() != name_of(rule)) {
          rules.emplace_back(name_of(rule));
        }
      }
    };
    lacks(TagRule::Titles, tag_.title.en.empty(), {"title in English", "英文标题"});
    lacks(TagRule::Titles, tag_.title.zh.empty(), {"title in Chinese", "中文标题"});
    lacks(TagRule::Owner, tag_.owner.empty(), {"owner", "负责人"});
    lacks(TagRule::Description, tag_.description.empty(), {"description", "含义说明"});
    if (!rules.empty()) {
      name(found.emplace_back(
               make(HealthFinding::Undocumented, {"it has no " + missing.en, "缺少" + missing.zh})),
           std::move(rules));
    }
  }

  Status drifted(std::vector<TagFinding>& found) const {
    TAGLINE_ASSIGN_OR_RETURN(const auto drift, last_drift(snapshot_, tag_));
    if (!drift.has_value() || drift->index < options_.drift) {
      return {};
    }
    std::array<char, 32> index{};
    std::snprintf(index.data(), index.size(), "%.2f", drift->index);
    TagFinding made =
        make(HealthFinding::Drifted,
             {"its values shifted between " + day_text(drift->before) + " and " +
                  day_text(drift->after) + " (stability index " + index.data() + ")",
              "取值分布在 " + day_text(drift->before) + " 与 " + day_text(drift->after) +
                  " 之间明显偏移（稳定性指数 " + index.data() + "）"});
    made.index = drift->index;
    std::vector<std::string> moved;
    for (const TagDrift::Part& part : drift->moved) {
      moved.push_back(part.value + " " + percent_text(part.before) + " > " +
                      percent_text(part.after));
    }
    name(made, std::move(moved));
    found.push_back(std::move(made));
    return {};
  }

  const Snapshot& snapshot_;
  const TagHealthOptions& options_;
  std::uint64_t population_;
  const TagRecord& tag_;
  const std::vector<std::string>& segments_;
  std::uint64_t coverage_;
  std::optional<std::int64_t> asked_s_;
};

TagFinding near_duplicate(const AlikeTags& pair, const TagRecord& tag, const TagRecord& other) {
  TagFinding made;
  made.finding = HealthFinding::NearDuplicate;
  made.tag = tag.name;
  made.other = other.name;
  made.alike_total = pair.values.size();
  made.alike = pair.values;
  made.alike.resize(std::min(made.alike.size(), TagFinding::kNamed));
  const AlikeValues& best = pair.values.front();
  made.people = best.both;
  made.share = static_cast<double>(best.both) / static_cast<double>(best.either);
  const auto called = [](const std::string& name, const std::string& value) {
    return value.empty() ? name : name + ":" + value;
  };
  const std::string share = percent_text(*made.share);
  const std::string first = called(tag.name, best.value);
  const std::string second = called(other.name, best.other);
  const std::string more = std::to_string(pair.values.size() - 1);
  const bool several = pair.values.size() > 1;
  made.message = {share + " of those with " + first + " or " + second + " have both" +
                      (several ? ", and so for " + more + " more of their values" : ""),
                  "拥有 " + first + " 或 " + second + " 的用户中有 " + share + " 两者兼有" +
                      (several ? "，另有 " + more + " 对取值也如此" : "")};
  return made;
}

}  // namespace

Result<TagHealth> tag_health(Service& service, const TagHealthOptions& options) {
  return service.store().read([&](const Snapshot& snapshot) -> Result<TagHealth> {
    TagHealth health;
    health.as_of_s = options.now_s;
    health.version = snapshot.version();
    if (options.asked.has_value()) {
      health.asked_since_s = options.asked_since_s;
    }
    TAGLINE_ASSIGN_OR_RETURN(health.population, snapshot.population());
    TAGLINE_ASSIGN_OR_RETURN(const auto tags, snapshot.tags());
    health.tags = tags.size();
    TAGLINE_ASSIGN_OR_RETURN(const dsl::Catalogue catalogue, vocabulary_of(snapshot));
    TAGLINE_ASSIGN_OR_RETURN(const auto segments, segments_by_field(snapshot, catalogue));
    Alike alike;
    if (options.find.empty() || options.find.contains(HealthFinding::NearDuplicate)) {
      TAGLINE_ASSIGN_OR_RETURN(
          alike, alike_tags(snapshot, tags,
                            {options.alike, std::max<std::uint64_t>(1, options.alike_people),
                             TagHealth::kComparedMax, options.budget}));
    }
    health.not_compared = alike.not_compared;
    const std::vector<std::string> none;
    auto pair = alike.pairs.begin();
    for (std::size_t i = 0; i < tags.size(); ++i) {
      if (options.budget != nullptr) {
        TAGLINE_RETURN_IF_ERROR(options.budget->check());
      }
      const auto named = segments.find(tags[i].field);
      TAGLINE_ASSIGN_OR_RETURN(const std::uint64_t coverage,
                               snapshot.cardinality({tags[i].field, engine::kExistsRow}));
      const auto first = static_cast<std::ptrdiff_t>(health.findings.size());
      TAGLINE_RETURN_IF_ERROR(TagJudge(snapshot, options, health.population, tags[i],
                                       named == segments.end() ? none : named->second, coverage)
                                  .judge(health.findings));
      for (; pair != alike.pairs.end() && pair->tag == i; ++pair) {
        health.findings.push_back(near_duplicate(*pair, tags[i], tags[pair->other]));
      }
      std::stable_sort(
          health.findings.begin() + first, health.findings.end(),
          [](const TagFinding& a, const TagFinding& b) { return a.finding < b.finding; });
    }
    return health;
  });
}

}  // namespace tagline::server
