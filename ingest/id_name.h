// Names that columns of identifiers have.
#pragma once

#include <string_view>

namespace tagline::ingest {

/// Whether a name is that of an identifier: id, customer_id, memberID, uid, 用户编号 ...
[[nodiscard]] bool is_id_name(std::string_view name);

}  // namespace tagline::ingest
