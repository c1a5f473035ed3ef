// Spellings: names given out, so that each names one thing.
#pragma once

#include "engine/result.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tagline::ingest {

class Spellings {
 public:
  /// Gives a spelling (trimmed, in NFC) to `owner`. The owner it had before, when that is another.
  [[nodiscard]] Result<std::optional<std::string>> give(const std::string& spelling,
                                                        const std::string& owner);

 private:
  std::map<std::string, std::string> owners_;
};

/// A schema that gives one spelling to two things: BadSchema, with the place. Nothing when not.
[[nodiscard]] Status check_spelling(Spellings& spellings, const std::string& place,
                                    const std::string& spelling, const std::string& owner);

/// The same of values (or keys) and their other spellings.
[[nodiscard]] Status check_spellings_of_values(
    const std::string& place, const std::map<std::string, std::vector<std::string>>& values);

}  // namespace tagline::ingest
