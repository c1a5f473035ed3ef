#include "tests/cli/record.h"

#include <regex>
#include <utility>
#include <vector>

namespace tagline::tests {

std::string steady(std::string text) {
  for (const auto& [pattern, masked] : std::vector<std::pair<const char*, const char*>>{
           {R"x((time|用时)( +)[0-9.]+ (ms|s)\b)x", "$1$2TIME"},
           {R"x("(elapsed_us|elapsed_ns)":[0-9]+)x", "\"$1\":0"},
           {R"x(("?[^\n,"]*"?,\d+,\d+,2024-06-15),\d+\n)x", "$1,TIME\n"},
           {R"x("request_id":"[^"]*")x", "\"request_id\":\"\""},
           {R"x( \([0-9.]+ (ms|s)\))x", " (TIME)"},
           {R"x((（|, )[0-9.]+ (ms|s)\b)x", "$1TIME"},
           {R"x((bytes|字节) [0-9,]+ / )x", "$1 BYTES / "},
           {R"x((updated +|  1  )20\d\d-\d\d-\d\d)x", "$1DAY"}}) {
    text = std::regex_replace(text, std::regex(pattern), masked);
  }
  return text;
}

std::string record(const Outcome& run) {
  return steady(run.out) + "== standard error\n" + steady(run.err) + "== status " +
         std::to_string(run.status) + "\n";
}

}  // namespace tagline::tests
