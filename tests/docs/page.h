// A page of documentation whose examples say what they give, so that a test can hold them to it:
//
//   ```segment CODE...       expressions; each ends with a line "# => 123", the people it selects.
//   vip AND age >= 30        The codes are those of the warnings raised in the block.
//   # => 123
//   ```
//   ```segment-error CODE    expressions, one a line, refused with this code
//   ```console               "$ tagline ..." and what the program prints
//
// Expectations can be replaced and the page written back.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace tagline::tests {

/// An expression or a command, and what the page says it gives.
struct Example {
  std::size_t line = 0;  ///< of the page, from 1: where it begins
  std::string text;      ///< the expression with its comments, or the command without "$ "
  std::string expected;  ///< the count as text (empty: none is given), or the output
};

struct Block {
  std::size_t line = 0;  ///< of the opening fence, from 1
  std::string kind;      ///< "segment", "segment-error" or "console"; others are prose
  std::set<std::string> codes;
  std::vector<Example> examples;
};

class Page {
 public:
  /// A file that is not there is a page without blocks.
  explicit Page(std::string path);
  [[nodiscard]] std::vector<Block>& blocks() { return blocks_; }
  /// Examples of one kind, in order.
  [[nodiscard]] std::vector<Example> examples(const std::string& kind) const;
  /// Writes the page with the expectations its examples have now; all else stays as it is, but for
  /// blank lines inside blocks of expressions.
  void save() const;

 private:
  std::string path_;
  std::vector<std::string> lines_;
  std::vector<Block> blocks_;
};

/// The words of a command as a shell reads them; knows blanks, '...' and "..." and nothing else.
[[nodiscard]] std::vector<std::string> shell_words(const std::string& command);

}  // namespace tagline::tests
