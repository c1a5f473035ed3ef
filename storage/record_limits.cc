#include "storage/record_limits.h"

#include "storage/record_codec.h"
#include "storage/write_txn.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace tagline::storage {

namespace {

// A description is a few sentences; this bounds what a hostile schema file can put into every
// reader's memory.
constexpr std::size_t kTextBytesMax = 64 << 10U;
constexpr std::size_t kNamesMax = 1000;  // aliases, labels
// An expression of 65,536 code points, the language's limit, in UTF-8.
constexpr std::size_t kExpressionBytesMax = 4 * (64 << 10U);

Status check_name(const std::string& name) {
  if (name.size() > kNameBytesMax) {
    return too_long("a name", "名称", name.size(), kNameBytesMax);
  }
  return {};
}

/// `what`: the plural of what they are.
Status check_names(const std::vector<std::string>& names, const Text& what) {
  if (names.size() > kNamesMax) {
    return failure(ErrorCode::TooLarge, {std::to_string(names.size()) + " " + what.en +
                                             ", expected at most " + std::to_string(kNamesMax),
                                         "有 " + std::to_string(names.size()) + " 个" + what.zh +
                                             "，最多允许 " + std::to_string(kNamesMax) + " 个"});
  }
  for (const std::string& name : names) {
    TAGLINE_RETURN_IF_ERROR(check_name(name));
  }
  return {};
}

/// `whose_*` names the record the texts belong to.
Status check_texts(std::initializer_list<const std::string*> texts, const std::string& whose_en,
                   const std::string& whose_zh) {
  for (const std::string* text : texts) {
    if (text->size() > kTextBytesMax) {
      return too_long("a text of " + whose_en, whose_zh + "的一段文字", text->size(),
                      kTextBytesMax);
    }
  }
  return {};
}

}  // namespace

Status check_limits(const TagRecord& tag) {
  if (tag.name.empty()) {
    return failure(ErrorCode::BadInput, {"a tag without a name", "标签没有名称"},
                   {"give it a name", "请为其命名"});
  }
  TAGLINE_RETURN_IF_ERROR(check_name(tag.name));
  TAGLINE_RETURN_IF_ERROR(check_names(tag.aliases, {"aliases", "别名"}));
  TAGLINE_RETURN_IF_ERROR(check_texts({&tag.unit, &tag.title.en, &tag.title.zh, &tag.description,
                                       &tag.layer, &tag.source, &tag.owner},
                                      "tag \"" + tag.name + "\"", "标签 \"" + tag.name + "\" "));
  if (tag.scale > kNumberScaleMax) {
    return failure(
        ErrorCode::TooLarge,
        {"tag \"" + tag.name + "\" has " + std::to_string(tag.scale) +
             " digits after the point, expected at most 18",
         "标签 \"" + tag.name + "\" 有 " + std::to_string(tag.scale) + " 位小数，最多允许 18 位"});
  }
  return {};
}

Status check_limits(const ValueRecord& value) {
  TAGLINE_RETURN_IF_ERROR(check_name(value.name));
  TAGLINE_RETURN_IF_ERROR(check_names(value.aliases, {"aliases", "别名"}));
  return check_texts({&value.title.en, &value.title.zh}, "value \"" + value.name + "\"",
                     "取值 \"" + value.name + "\" ");
}

Status check_limits(const SegmentRecord& segment) {
  if (segment.name.empty()) {
    return failure(ErrorCode::BadInput, {"a segment without a name", "人群没有名称"},
                   {"give it a name", "请为其命名"});
  }
  TAGLINE_RETURN_IF_ERROR(check_name(segment.name));
  TAGLINE_RETURN_IF_ERROR(check_names(segment.labels, {"labels", "标记"}));
  const std::string whose_en = "segment \"" + segment.name + "\"";
  const std::string whose_zh = "人群 \"" + segment.name + "\" ";
  if (segment.expression.size() > kExpressionBytesMax) {
    return too_long("the expression of " + whose_en, whose_zh + "的表达式",
                    segment.expression.size(), kExpressionBytesMax);
  }
  return check_texts({&segment.title.en, &segment.title.zh, &segment.description, &segment.owner},
                     whose_en, whose_zh);
}

Status check_limits(const LoadRecord& load) {
  if (load.id.empty()) {
    return failure(ErrorCode::BadInput, {"a load without an id", "导入没有 ID"},
                   {"give it an id", "请为其指定 ID"});
  }
  TAGLINE_RETURN_IF_ERROR(check_name(load.id));
  return check_texts({&load.file}, "load \"" + load.id + "\"", "导入 \"" + load.id + "\" ");
}

Status check_limits(const std::string& name, const RuleRecord& rule) {
  const std::string whose_en = "segment \"" + name + "\"";
  const std::string whose_zh = "人群 \"" + name + "\" ";
  if (rule.number >= kRuleNumberEnd) {
    return failure(ErrorCode::TooLarge,
                   {whose_en + " has had 16,777,215 rules", whose_zh + "已有过 16,777,215 条规则"},
                   {"save the rule under another name", "请换一个名称保存"});
  }
  if (rule.expression.size() > kExpressionBytesMax) {
    return too_long("a rule of " + whose_en, whose_zh + "的规则", rule.expression.size(),
                    kExpressionBytesMax);
  }
  return check_texts({&rule.author}, whose_en, whose_zh);
}

Status check_limits(const OriginRecord& origin) {
  TAGLINE_RETURN_IF_ERROR(check_name(origin.source));
  if (origin.expression.size() > kExpressionBytesMax) {
    return too_long("the rule of \"" + origin.source + "\"", "\"" + origin.source + "\" 的规则",
                    origin.expression.size(), kExpressionBytesMax);
  }
  return check_texts({&origin.author}, "list \"" + origin.name + "\"",
                     "名单 \"" + origin.name + "\" ");
}

tl::unexpected<Error> too_long(const std::string& what_en, const std::string& what_zh,
                               std::size_t size, std::size_t max) {
  return failure(
      ErrorCode::TooLarge,
      {what_en + " has " + std::to_string(size) + " bytes, expected at most " + std::to_string(max),
       what_zh + "长 " + std::to_string(size) + " 字节，最多允许 " + std::to_string(max) + " 字节"},
      {"shorten it", "请缩短"});
}

}  // namespace tagline::storage
