// A warning where a deprecated tag is named, with the tag to use instead when one is.
#include "dsl/checker.h"
#include "dsl/print.h"

namespace tagline::dsl {

void warn_deprecated(Checking& checking, const Tag& tag, const Word& word) {
  if (!tag.deprecated) {
    return;
  }
  checking.report.warning("deprecated-tag", word.span, [&checking, &tag, &word] {
    const Tag* better = tag.replacement.empty() ? nullptr : checking.names.tag(tag.replacement);
    if (better == nullptr) {
      return Wording{"", "deprecated-tag+none", {slot("tag", word.text)}, {}};
    }
    const std::string_view name = name_like(*better, word.text);
    return Wording{"",
                   "deprecated-tag+use",
                   {slot("tag", word.text), slot("replacement", name)},
                   {change_to(word.span, write_name(name))}};
  });
}

}  // namespace tagline::dsl
