// Which saved segments name which others.
#pragma once

#include "dsl/catalogue.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// Names resolved as the language resolves them. A rule that does not parse names nothing.
class SegmentGraph {
 public:
  explicit SegmentGraph(const dsl::Catalogue& catalogue);

  /// Segments the rule of `name` names; none for a list or an unknown name.
  [[nodiscard]] std::vector<std::string> uses(const std::string& name) const;
  /// Segments whose rules name `name`, by name.
  [[nodiscard]] std::vector<std::string> used_by(const std::string& name) const;
  /// Those, then those that use them, and so on; each once, nearest first; without `name`.
  [[nodiscard]] std::vector<std::string> all_users_of(const std::string& name) const;

 private:
  std::map<std::string, std::vector<std::string>> uses_;
};

/// `expression` with every reference to `from` written as a reference to `to`; the rest stays as it
/// was typed.
[[nodiscard]] std::string renamed_in(std::string_view expression, const dsl::Catalogue& catalogue,
                                     const std::string& from, const std::string& to);

}  // namespace tagline::server
