// Tags with their values and counts as people read them.
#pragma once

#include "cli/console.h"
#include "server/service.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace tagline::cli {

/// So many values of each tag at most. `values_total`: how many each tag has, when the catalogue
/// does not hold them all; then 0 shows none and says nothing of more.
void print(const server::Catalog& catalog, std::size_t values_shown, Console& console,
           std::span<const std::uint64_t> values_total = {});

}  // namespace tagline::cli
