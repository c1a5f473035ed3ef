#include "cli/displayed.h"

#include "dsl/check.h"
#include "dsl/display.h"

namespace tagline::cli {

std::string displayed(const std::string& expression, std::optional<std::chrono::sys_days> as_of,
                      server::Service& service, const Console& console) {
  std::string text = expression;
  if (console.language() != dsl::Language::Chinese) {
    return text;
  }
  const auto read = service.with_catalogue(
      as_of, [&](const dsl::Catalogue& catalogue, const dsl::CheckOptions& options) {
        const dsl::Checked checked = dsl::check(expression, catalogue, options);
        if (checked.ok) {
          text = dsl::display(checked.tree, catalogue, console.language());
        }
      });
  return read.has_value() ? text : expression;
}

}  // namespace tagline::cli
