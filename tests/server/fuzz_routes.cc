// Any bytes as a request: always valid JSON or a whole problem out, never a crash.
#include "tests/server/route_bytes.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static tagline::server::ShopRoutes shop("fuzz_routes");
  const std::string fault = tagline::server::fault_of_bytes(
      shop.routes(), std::string_view(reinterpret_cast<const char*>(data), size));
  if (!fault.empty()) {
    std::fprintf(stderr, "%s\n", fault.c_str());
    std::abort();
  }
  return 0;
}
