// Cases: files of three columns, tab-separated, with a heading line: the expression, what is
// expected of it, its tree.
// `\u3000`, `\n`, `\t` and `\\` stand for those characters. Blank lines and lines that begin with
// `## ` are skipped.
#pragma once

#include "dsl/unicode.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::dsl {

struct Case {
  std::string file;
  std::size_t line = 0;
  std::string expression;
  std::string expectation;  ///< "ok: canonical", or "error: CODE at char N"
  std::string tree;
};

[[nodiscard]] inline std::string unescape_case(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.push_back(text[i]);
      continue;
    }
    const char next = text[++i];
    if (next == 'u' && i + 4 < text.size()) {
      append_utf8(
          out, static_cast<char32_t>(std::stoul(std::string(text.substr(i + 1, 4)), nullptr, 16)));
      i += 4;
    } else {
      out.push_back(next == 'n' ? '\n' : (next == 't' ? '\t' : next));
    }
  }
  return out;
}

[[nodiscard]] inline std::vector<Case> read_cases(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<Case> cases;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (number == 1 || line.empty() || line.starts_with("## ")) {
      continue;
    }
    const auto first = line.find('\t');
    const auto second = line.find('\t', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
      cases.push_back({file.filename(), number, line, "not three columns", ""});
      continue;
    }
    cases.push_back({file.filename(), number, unescape_case(line.substr(0, first)),
                     unescape_case(line.substr(first + 1, second - first - 1)),
                     unescape_case(line.substr(second + 1))});
  }
  return cases;
}

}  // namespace tagline::dsl
