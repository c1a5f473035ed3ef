#include "engine/roaring_version.h"

#include <roaring/roaring_version.h>

namespace tagline::engine {

std::string roaring_version() {
  return ROARING_VERSION;
}

}  // namespace tagline::engine
