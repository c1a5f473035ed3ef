#include "cli/build_stamp.h"

#include "cli/build_stamp_values.h"  // generated: cmake/build_stamp.cmake

namespace tagline::cli {

server::Build build_stamp() {
  return {kVersion, kCommit, kDate, kType, kCompiler};
}

}  // namespace tagline::cli
