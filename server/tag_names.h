// What a tag, a value or an event is called, for readers of each language.
#pragma once

#include "dsl/display.h"
#include "engine/error.h"

#include <string>

namespace tagline::server {

template <class Entry>
[[nodiscard]] Text names_of(const Entry& entry) {
  return {std::string(dsl::name_in(entry, dsl::Language::English)),
          std::string(dsl::name_in(entry, dsl::Language::Chinese))};
}

}  // namespace tagline::server
