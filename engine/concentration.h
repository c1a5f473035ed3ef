// How few users hold a share of a total; see Concentration in engine/ranking.h.
#pragma once

#include "engine/ranking.h"

namespace tagline::engine {

/// concentration(), without guessing: two to six sweeps that take every number apart.
[[nodiscard]] Result<std::optional<Concentration>> concentration_by_descent(const Sweep& over,
                                                                            FieldId field,
                                                                            std::uint32_t share,
                                                                            ExecuteStats* stats);

}  // namespace tagline::engine
