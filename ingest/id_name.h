// Names that columns of identifiers have.
#pragma once

#include <string_view>

namespace tagline::ingest {

/// Whether a name is that of an identifier: id, customer_id, memberID, uid, 编号, 用户编号 ...
[[nodiscard]] bool is_id_name(std::string_view name);

/// Whether it is that of something everybody has one of, which serves as an id where a file has no
/// other: phone, email, 手机号, 身份证号 ...
[[nodiscard]] bool is_contact_name(std::string_view name);

}  // namespace tagline::ingest
