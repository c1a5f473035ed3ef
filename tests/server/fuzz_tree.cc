// Any bytes as the JSON of an expression: refused with words, or a tree that is the same after
// being written as JSON, and has the same canonical text after being printed and parsed. Bytes that
// are text become the same JSON again, too.
#include "dsl/grammar.h"
#include "dsl/print.h"
#include "dsl/scan.h"
#include "server/tree_json.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace tagline;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

std::optional<dsl::Tree> parsed(std::string_view text) {
  const dsl::Limits limits;
  const dsl::Scanned scanned = dsl::scan(text, limits);
  if (scanned.fault.has_value()) {
    return std::nullopt;
  }
  dsl::Parsed result = dsl::parse(scanned, limits);
  return result.fault.has_value() ? std::nullopt : std::optional(std::move(result.tree));
}

/// `tree` came from text or from JSON: JSON keeps it as it is.
void require_lossless(const dsl::Tree& tree) {
  const std::string json = server::tree_json(tree);
  const auto again = server::tree_from_json(json);
  require(again.has_value());
  require(server::tree_json(*again) == json);
  require(dsl::print(*again) == dsl::print(tree));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const auto tree = server::tree_from_json(bytes);
  if (!tree.has_value()) {
    const Error& error = tree.error();
    require(error.code() == ErrorCode::BadInput || error.code() == ErrorCode::TooLarge);
    require(!error.message().en.empty() && !error.message().zh.empty());
    require(!error.hint().en.empty() && !error.hint().zh.empty());
  } else {
    require_lossless(*tree);
    const auto read = parsed(dsl::print(*tree));
    require(read.has_value());
    require(dsl::print(*read) == dsl::print(*tree));
    require_lossless(*read);
  }
  // Printed text may be longer than what was typed, and then too long to be a tree again.
  if (const auto typed = parsed(bytes); typed.has_value() && parsed(dsl::print(*typed))) {
    require_lossless(*typed);
  }
  return 0;
}
