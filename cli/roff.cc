#include "cli/roff.h"

#include "dsl/wrapped.h"

#include <string>

namespace tagline::cli {

std::string roff(std::string_view text) {
  std::string out;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && (c == '.' || c == '\'')) {
      out += "\\&";
    }
    at_start = c == '\n';
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";  // one to be typed, not a hyphen
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string roff_prose(std::string_view text) {
  std::string out;
  for (const std::string& piece : dsl::pieces_of(text)) {
    // A piece that ends with a blank can be broken behind it as it is.
    out += (out.empty() || out.back() == ' ' ? "" : "\\:") + roff(piece);
  }
  return out;
}

std::string roff_bold(std::string_view text) {
  return "\\fB" + roff(text) + "\\fR";
}

std::string roff_italic(std::string_view text) {
  return "\\fI" + roff(text) + "\\fR";
}

}  // namespace tagline::cli
