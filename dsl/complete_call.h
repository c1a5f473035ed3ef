// What may follow in an open call, behind the argument at the cursor.
#pragma once

#include "dsl/complete_place.h"

namespace tagline::dsl {

// Each: REQUIRES call.function, and a complete argument at the cursor.

/// The call could end here.
[[nodiscard]] bool is_whole(const OpenCall& call);
/// Another argument or option could follow.
[[nodiscard]] bool takes_more(const OpenCall& call);
/// It ranks people and does not say by what yet.
[[nodiscard]] bool lacks_by(const OpenCall& call);

}  // namespace tagline::dsl
