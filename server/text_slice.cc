#include "server/text_slice.h"

namespace tagline::server {

std::string slice(std::string_view text, dsl::Span span) {
  std::uint32_t point = 0;
  std::size_t begin = text.size();
  std::size_t end = text.size();
  for (std::size_t byte = 0; byte < text.size(); ++byte) {
    if ((static_cast<unsigned char>(text[byte]) & 0xC0U) == 0x80U) {
      continue;
    }
    if (point == span.begin) {
      begin = byte;
    }
    if (point == span.end) {
      end = byte;
      break;
    }
    ++point;
  }
  return begin < end ? std::string(text.substr(begin, end - begin)) : std::string();
}

}  // namespace tagline::server
