#include "server/condition.h"

#include "dsl/print.h"

namespace tagline::server {

std::string condition(const dsl::Tag& tag, std::string_view row) {
  const std::string name = dsl::write_name(tag.name);
  switch (tag.kind) {
    case engine::TagKind::Flag:
      return row == "no" ? "NOT " + name : name;
    case engine::TagKind::Number:
    case engine::TagKind::Date:
      return name + ":" + std::string(row);  // quotes would make a stretch a text
    case engine::TagKind::Category:
    case engine::TagKind::Set:
    case engine::TagKind::Event:  // never in a breakdown
      break;
  }
  return name + ":" + dsl::write_value(row);
}

}  // namespace tagline::server
