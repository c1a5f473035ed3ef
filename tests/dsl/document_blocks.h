// The fenced examples of grammar-docs/, read so that tests can run them.
#pragma once

#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tagline::dsl {

/// A file of grammar-docs/.
inline std::string read_file(const std::string& name) {
  std::ifstream in(TAGLINE_SOURCE_DIR "/grammar-docs/" + name);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A fenced block. "segment": expressions that hold; "segment-error CODE" and "segment-warning
/// CODE": expressions that raise the code; the others are kinds of document_forms_test.cc.
struct Block {
  std::size_t line = 0;
  std::string tag;
  std::string code;
  std::vector<std::string> expressions;
};

/// Lines of a block are expressions, unless one of them begins with # : then the block is one
/// expression.
inline std::vector<Block> blocks_of(const std::string& text) {
  std::vector<Block> blocks;
  std::istringstream in(text);
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (!line.starts_with("```segment")) {
      continue;
    }
    Block block;
    block.line = number;
    std::istringstream head(line.substr(3));
    head >> block.tag >> block.code;
    std::string whole;
    bool is_one = false;
    while (std::getline(in, line) && !line.starts_with("```")) {
      ++number;
      is_one = is_one || line.starts_with('#');
      whole += line + "\n";
      block.expressions.push_back(line);
    }
    ++number;
    if (is_one) {
      block.expressions = {whole};
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

/// Kinds of blocks whose lines are not all expressions that simply hold.
inline bool is_form(const Block& block) {
  return block.tag == "segment-days" || block.tag == "segment-canonical" ||
         block.tag == "segment-display" || block.tag == "segment-sentence" ||
         block.tag == "segment-same";
}

}  // namespace tagline::dsl
