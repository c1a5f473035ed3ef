#include "tests/docs/page.h"

#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

namespace tagline::tests {
namespace {

constexpr std::string_view kCount = "# =>";
constexpr std::string_view kPrompt = "$ ";
constexpr std::string_view kFence = "```";

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

using Lines = std::vector<std::string>;

/// `first` is the page's line number of lines[0].
std::vector<Example> segments_in(const Lines& lines, std::size_t first) {
  std::vector<Example> examples;
  Example open;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (open.text.empty()) {
      open.line = first + i;
    }
    if (lines[i].starts_with(kCount)) {
      open.expected = trimmed(lines[i].substr(kCount.size()));
      examples.push_back(std::move(open));
      open = {};
    } else if (!lines[i].empty()) {
      open.text += lines[i] + "\n";
    }
  }
  if (!open.text.empty()) {
    examples.push_back(std::move(open));
  }
  return examples;
}

std::vector<Example> errors_in(const Lines& lines, std::size_t first) {
  std::vector<Example> examples;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    examples.push_back({first + i, lines[i], ""});
  }
  return examples;
}

std::vector<Example> commands_in(const Lines& lines, std::size_t first) {
  std::vector<Example> examples;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with(kPrompt)) {
      examples.push_back({first + i, lines[i].substr(kPrompt.size()), ""});
    } else if (!examples.empty()) {
      examples.back().expected += lines[i] + "\n";
    }
  }
  return examples;
}

/// The inside of a block as it is written.
std::string block_text(const Block& block) {
  std::string text;
  for (const Example& example : block.examples) {
    if (block.kind == "console") {
      text += std::string(kPrompt) + example.text + "\n" + example.expected;
    } else if (block.kind == "segment") {
      text += example.text + std::string(kCount) + " " + example.expected + "\n";
    } else {
      text += example.text + "\n";
    }
  }
  return text;
}

}  // namespace

Page::Page(std::string path) : path_(std::move(path)) {
  std::ifstream in(path_);
  for (std::string line; std::getline(in, line);) {
    lines_.push_back(line);
  }
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (!lines_[i].starts_with(kFence)) {
      continue;
    }
    Block block;
    block.line = i + 1;
    std::istringstream head(lines_[i].substr(kFence.size()));
    head >> block.kind;
    for (std::string code; head >> code;) {
      block.codes.insert(code);
    }
    Lines inside;
    while (++i < lines_.size() && !lines_[i].starts_with(kFence)) {
      inside.push_back(lines_[i]);
    }
    if (block.kind == "segment") {
      block.examples = segments_in(inside, block.line + 1);
    } else if (block.kind == "segment-error") {
      block.examples = errors_in(inside, block.line + 1);
    } else if (block.kind == "console") {
      block.examples = commands_in(inside, block.line + 1);
    }
    blocks_.push_back(std::move(block));
  }
}

std::vector<Example> Page::examples(const std::string& kind) const {
  std::vector<Example> found;
  for (const Block& block : blocks_) {
    if (block.kind == kind) {
      found.insert(found.end(), block.examples.begin(), block.examples.end());
    }
  }
  return found;
}

void Page::save() const {
  std::string text;
  std::size_t next = 0;  // the line to write next
  for (const Block& block : blocks_) {
    while (next < block.line) {
      text += lines_[next++] + "\n";
    }
    if (!block.examples.empty()) {
      text += block_text(block);
      while (next < lines_.size() && !lines_[next].starts_with(kFence)) {
        ++next;
      }
    }
    while (next < lines_.size() && !lines_[next].starts_with(kFence)) {
      text += lines_[next++] + "\n";
    }
    if (next < lines_.size()) {
      text += lines_[next++] + "\n";
    }
  }
  while (next < lines_.size()) {
    text += lines_[next++] + "\n";
  }
  std::ofstream(path_) << text;
}

std::vector<std::string> shell_words(const std::string& command) {
  std::vector<std::string> words;
  char quote = 0;
  bool is_open = false;
  for (const char c : command) {
    if (quote == 0 && c == ' ') {
      is_open = false;
      continue;
    }
    if (!is_open) {
      words.emplace_back();
      is_open = true;
    }
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      words.back() += c;
    }
  }
  return words;
}

}  // namespace tagline::tests
